"""Accounts: who may sign in, in which role, over which part of the tree. Knows members and units by reference only."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OFFICE_HEAD = "office_head", _("Office head")
    COMMANDER = "commander", _("Duty commander")
    DUTY_OFFICER = "duty_officer", _("Duty officer")
    STAFF = "staff", _("Staff")
    DEPOT_KEEPER = "depot_keeper", _("Depot keeper")
    TRAINER = "trainer", _("Trainer")
    DRONE_CREW = "drone_crew", _("Drone crew")
    GATE_GUARD = "gate_guard", _("Gate guard")
    PARTNER = "partner", _("Partner agency")
    TOWN_OFFICER = "town_officer", _("Town officer")
    VILLAGE_LEAD = "village_lead", _("Village lead")
    MEMBER = "member", _("Member")
    AUDITOR = "auditor", _("Auditor")
    WALL_SCREEN = "wall_screen", _("Wall screen")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    UNASSIGNED = "unassigned", _("No role yet")


class Account(models.Model):
    """One role of one user. `unit_path` is the tree path the account sees ("" = all); `member_ref`: member number."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account")
    role = models.CharField(max_length=20, choices=Role)
    name = models.CharField(max_length=60)
    unit_path = models.CharField(max_length=120, blank=True)
    member_ref = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    asked_role = models.CharField(
        max_length=20, blank=True, help_text="role that waits for the security administrator's grant"
    )

    def __str__(self) -> str:
        return self.name


class FirstLink(models.Model):
    """One-time link with which a user sets the first password; only the hash of its token is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link for {self.account_id}"


class IncidentGrant(models.Model):
    """A partner agency's account may look at one incident until a time."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="incident_grants")
    incident_ref = models.PositiveBigIntegerField(help_text="number of the incident; access knows no more of it")
    reason = models.CharField(max_length=120)
    granted_by = models.CharField(max_length=80)
    granted_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="no longer seen from then on; nothing has to run for that")

    def __str__(self) -> str:
        return f"incident {self.incident_ref} for {self.account_id}"


class Lending(models.Model):
    """A higher role lent to an account until a time. It ends by the clock: whether it holds is computed when asked."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="lendings")
    role = models.CharField(max_length=20, choices=Role)
    reason = models.CharField(max_length=120)
    lent_by = models.CharField(max_length=80)
    broken_glass = models.BooleanField(default=False, help_text="taken by himself, without the head")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, help_text="when the head took note of a broken glass")

    def __str__(self) -> str:
        return f"{self.role} for {self.account_id}"


class Handover(models.Model):
    """The duty handed from one account to another; it moves when the other accepts, and not before."""

    giver = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="duties_given")
    taker = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="duties_taken")
    note = models.CharField(max_length=200, blank=True)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"duty from {self.giver_id} to {self.taker_id}"


class SignIn(models.Model):
    """One session of a user: where it was opened, since when, when last seen. Gone with the session."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"session of {self.user_id}"
