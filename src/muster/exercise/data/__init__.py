"""Package data of exercises, read by name."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import yaml


@functools.cache
def read(name: str) -> Any:
    """The parsed content of `name`.yaml; callers must not change it."""
    return yaml.safe_load(resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
