"""Sentences for error codes: each room has a module with TEXTS = {code: lazy text}; merged here."""

from __future__ import annotations

import importlib
import pkgutil

from django.utils.functional import Promise

ERROR_TEXTS: dict[str, str | Promise] = {}
for _found in pkgutil.iter_modules(__path__):
    ERROR_TEXTS.update(importlib.import_module(f"{__name__}.{_found.name}").TEXTS)
