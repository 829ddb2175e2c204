"""Capabilities from the package's own list."""

from __future__ import annotations

from django.db import transaction

from muster.apps.people.catalogue import packaged_capabilities
from muster.apps.people.models import Capability


@transaction.atomic
def seed_capabilities() -> int:
    """Add the packed capabilities that are missing; existing ones stay as they are. Returns how many are new."""
    have = set(Capability.objects.values_list("slug", flat=True))
    made = [
        Capability(
            slug=row["slug"],
            zh=row["zh"],
            en=row["en"],
            bit=row["bit"],
            needs_certificate=bool(row.get("certificate")),
        )
        for row in packaged_capabilities()
        if row["slug"] not in have
    ]
    Capability.objects.bulk_create(made)
    return len(made)
