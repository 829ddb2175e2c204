"""ASGI entry point: granian serves `application`."""

import os

from django.core.asgi import get_asgi_application

from muster.conf.cookie_crumbs import CookieCrumbs
from muster.conf.line_up import LineUp
from muster.jobs.family import PARENT_VARIABLE, die_with_parent

if os.environ.get(PARENT_VARIABLE):  # started by `muster up`: the server's worker ends with the server
    die_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.conf.settings")
application = LineUp(CookieCrumbs(get_asgi_application()))
