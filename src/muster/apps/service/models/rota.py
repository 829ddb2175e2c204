"""The duty rota: posts, turns that want people, who sits on them, and swaps."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from muster.apps.people.models import Capability, Member, Unit


class DutyPost(models.Model):
    """Something that is kept manned: the duty officer of the office, the standby team of a unit.

    Only people of `unit` (and below it) may sign up, everybody where it is empty; `capability` they must hold validly then.
    """

    zh = models.CharField(max_length=40, unique=True)
    en = models.CharField(max_length=60, blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="duty_posts")
    capability = models.ForeignKey(Capability, null=True, on_delete=models.PROTECT, related_name="+")
    swaps_approved = models.BooleanField(default=True, help_text="a swap counts only once the office has approved it")
    on_sheet = models.BooleanField(default=False, help_text="who sits on it is the duty officer of the daily sheet")

    def __str__(self) -> str:
        return self.zh


class DutyTurn(models.Model):
    """One turn of a post that wants `heads` people."""

    post = models.ForeignKey(DutyPost, on_delete=models.PROTECT, related_name="turns")
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    heads = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "starts_at"], name="service_turn_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.starts_at:%Y-%m-%d %H:%M}"


class DutySeat(models.Model):
    """One place of a turn that somebody has taken. A swap changes the member of this very row: a seat is never copied."""

    turn = models.ForeignKey(DutyTurn, on_delete=models.PROTECT, related_name="seats")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="duty_seats")
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["turn", "member"], name="service_seat_once")]

    def __str__(self) -> str:
        return f"{self.turn_id}:{self.member_id}"


class SwapState(models.TextChoices):
    OFFERED = "offered", pgettext_lazy("swap", "Offered")
    ACCEPTED = "accepted", pgettext_lazy("swap", "Accepted, waits for approval")
    DONE = "done", pgettext_lazy("swap", "Done")
    REFUSED = "refused", pgettext_lazy("swap", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("swap", "Taken back")


OPEN_SWAPS = (SwapState.OFFERED, SwapState.ACCEPTED)


class DutySwap(models.Model):
    """Somebody offers his seat; until the swap is done it stays his."""

    seat = models.ForeignKey(DutySeat, on_delete=models.CASCADE, related_name="swaps")
    giver = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    taker = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=SwapState, default=SwapState.OFFERED)
    offered_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seat"], condition=models.Q(state__in=["offered", "accepted"]), name="service_one_open_swap"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.state}"
