"""Turns away requests that carry a NUL character: nobody types one, and no text column or file name can hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse, QueryDict

from muster.web.errors import bad_request

NUL = "\x00"
GATEWAY = "/gateway/"  # reads signed bodies itself, within limits of its own


class NulMiddleware:
    """Answers 400 before the page is called, and before anything else reads the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        given = [request.path, *_texts(request.GET)]
        if request.method == "POST" and not request.path.startswith(GATEWAY):
            given += _texts(request.POST)
        return bad_request(request) if any(NUL in text for text in given) else None


def _texts(fields: QueryDict) -> Iterable[str]:
    for name, values in fields.lists():
        yield name
        yield from values
