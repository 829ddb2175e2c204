"""The capabilities that come with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml


@cache
def packaged_capabilities() -> tuple[dict[str, object], ...]:
    """Rows {slug, zh, en, bit, certificate?} as they are packed."""
    text = files("muster.apps.people").joinpath("data/capabilities.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text))


def packaged_names() -> list[tuple[str, str, str]]:
    """(slug, zh, en) of each."""
    return [(str(row["slug"]), str(row["zh"]), str(row["en"])) for row in packaged_capabilities()]
