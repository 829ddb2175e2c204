"""Start Django for command-line programs and workers."""

import os

import django
from django.apps import apps


def setup_django() -> None:
    """Configure Django once; a second call changes nothing, the logs of this process included."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.conf.settings")
    if not apps.ready:
        django.setup()
