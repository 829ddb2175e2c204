"""Capabilities from the package's own list."""

from __future__ import annotations

from importlib.resources import files

import yaml
from django.db import transaction

from muster.apps.people.models import Capability


def packaged_capabilities() -> list[dict[str, object]]:
    """Rows {slug, zh, en, bit, certificate?} as they are packed."""
    text = files("muster.apps.people").joinpath("data/capabilities.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text))


@transaction.atomic
def seed_capabilities() -> int:
    """Add the packed capabilities that are missing; existing ones stay as they are. Returns how many are new."""
    have = set(Capability.objects.values_list("slug", flat=True))
    made = [
        Capability(
            slug=row["slug"], zh=row["zh"], en=row["en"], bit=row["bit"],
            needs_certificate=bool(row.get("certificate")),
        )
        for row in packaged_capabilities()
        if row["slug"] not in have
    ]  # fmt: skip
    Capability.objects.bulk_create(made)
    return len(made)
