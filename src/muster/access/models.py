"""Accounts: who may sign in, in which role, over which part of the tree. Knows members and units by reference only."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OFFICE_HEAD = "office_head", _("Office head")
    COMMANDER = "commander", _("Duty commander")
    DUTY_OFFICER = "duty_officer", _("Duty officer")
    TOWN_OFFICER = "town_officer", _("Town officer")
    VILLAGE_LEAD = "village_lead", _("Village lead")
    MEMBER = "member", _("Member")
    AUDITOR = "auditor", _("Auditor")
    WALL_SCREEN = "wall_screen", _("Wall screen")
    SYSTEM_ADMIN = "system_admin", _("System administrator")


class Account(models.Model):
    """One role of one user. `unit_path` is the tree path the account sees ("" = all); `member_ref`: member number."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account")
    role = models.CharField(max_length=20, choices=Role)
    name = models.CharField(max_length=60)
    unit_path = models.CharField(max_length=120, blank=True)
    member_ref = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)

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
