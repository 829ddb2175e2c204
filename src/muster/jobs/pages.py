"""Health page for supervisors and monitors: no data, no names, no sign-in."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from muster.jobs import beats

SILENT_SECONDS = 180.0  # longer than any single step may take


@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 {"database": "ok", "lanes": {name: seconds since its last sign of life}, "silent": [names]}, or 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=503)
    ages = beats.ages_seconds()
    silent = [name for name, age in ages.items() if age > SILENT_SECONDS]
    return JsonResponse({"database": "ok", "lanes": ages, "silent": silent})


healthz.rights = ()
