"""Context of every page: office name, exercise state, languages."""

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    return {"office_name": settings.MUSTER_OFFICE_NAME, "actor": getattr(request, "actor", None)}
