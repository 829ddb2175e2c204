"""The journal: one append-only hash chain per stream; tables elsewhere are the state, this is how it came to be."""

from django.db import models


class Stream(models.Model):
    """Head of one chain: its row lock makes appends to one stream queue, and to different streams not."""

    name = models.CharField(max_length=80, unique=True)
    count = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One act. `payload` holds no personal data in clear: people appear by number, private parts as `sealed`."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="entries")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField(help_text="time of the act on the system's clock (UTC)")
    actor = models.CharField(max_length=80, help_text="account:<id>, member:<id>, gateway:<name> or system")
    action = models.CharField(max_length=60, db_index=True)
    person = models.CharField(max_length=40, blank=True, db_index=True)
    payload = models.JSONField(default=dict)
    sealed = models.TextField(blank=True, help_text="private part, encrypted under the person's key")
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="journal_entry_once")]
        indexes = [models.Index(fields=["stream", "at"])]

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.seq} {self.action}"


class PersonKey(models.Model):
    """Key under which a person's private parts are sealed; destroying it erases them, the chain still verifies."""

    person = models.CharField(max_length=40, unique=True)
    wrapped = models.CharField(max_length=200, blank=True)
    destroyed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.person
