"""What a posted form of a member's card or own page names of his: found among his own things only."""

from __future__ import annotations

from django.http import HttpRequest

from muster.apps.people.models import AwayNotice, Consent, Contact, Member
from muster.core.errors import NotFound


def notice_of(request: HttpRequest, member: Member) -> AwayNotice:
    """The absence in `notice`. Error: NotFound "people.away_unknown"."""
    notice = AwayNotice.objects.filter(member=member, pk=_key(request, "notice")).first()
    if notice is None:
        raise NotFound("people.away_unknown")
    return notice


def contact_of(request: HttpRequest, member: Member) -> Contact:
    """The contact in `contact`. Error: NotFound "people.contact_unknown"."""
    contact = Contact.objects.filter(member=member, pk=_key(request, "contact")).first()
    if contact is None:
        raise NotFound("people.contact_unknown")
    return contact


def consent_of(request: HttpRequest, member: Member) -> Consent:
    """The consent in `consent`. Error: NotFound "people.consent_unknown"."""
    consent = Consent.objects.filter(member=member, pk=_key(request, "consent")).first()
    if consent is None:
        raise NotFound("people.consent_unknown")
    return consent


def _key(request: HttpRequest, name: str) -> int:
    """The number in a field; 0, which nothing has, for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
