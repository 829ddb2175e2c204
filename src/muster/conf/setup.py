"""Start Django for command-line programs and workers."""

import os

import django


def setup_django() -> None:
    """Configure Django once; safe to call again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.conf.settings")
    django.setup()
