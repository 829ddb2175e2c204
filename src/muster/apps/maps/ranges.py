"""Files in pieces over HTTP (RFC 9110, section 14): one range per question, as map libraries ask."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import parse_etags

from muster.apps.maps.archives import pieces

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
MOST_AT_ONCE = 8 * 2**20  # a larger range is answered in part: who asked goes on behind it


def range_of(header: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte of the range that a header asks for, None where there is nothing to obey.

    Error: ValueError when it lies outside the file."""
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if not found or not (found[1] or found[2]):
        return None  # several ranges, another unit, not a range at all: RFC 9110 lets the whole file answer
    if not found[1]:
        first, last = max(size - int(found[2]), 0), size - 1
        if not int(found[2]):
            raise ValueError(header)
    else:
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
        if found[2] and int(found[2]) < first:
            return None
    if first >= size:
        raise ValueError(header)
    return first, min(last, first + MOST_AT_ONCE - 1)


def file_answer(request: HttpRequest, path: Path, tag: str) -> HttpResponseBase:
    """The file, or the part of it that is asked for: 200, 206, 304 or 416. `tag`: names these very bytes."""
    size, etag = path.stat().st_size, f'"{tag}"'
    answer: HttpResponseBase
    asked = request.headers.get("Range", "") if request.method == "GET" else ""
    if request.headers.get("If-Range", etag) != etag:
        asked = ""
    try:
        part = range_of(asked, size) if asked else None
    except ValueError:
        answer = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{size}"
        return _marked(answer, etag)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponse(status=304)
    elif part:
        first, last = part
        body = b"".join(pieces(path, first, last - first + 1))
        answer = HttpResponse(body, status=206, content_type="application/octet-stream")
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
        answer["Content-Length"] = str(len(body))
    else:
        answer = _whole(request, path, size)
    return _marked(answer, etag)


def _whole(request: HttpRequest, path: Path, size: int) -> HttpResponseBase:
    found = _later(path, size) if isinstance(request, ASGIRequest) else pieces(path, 0, size)
    answer = StreamingHttpResponse(found, content_type="application/octet-stream")
    answer["Content-Length"] = str(size)
    return answer


async def _later(path: Path, size: int) -> AsyncIterator[bytes]:
    for piece in pieces(path, 0, size):
        yield piece


def _marked(answer: HttpResponseBase, etag: str) -> HttpResponseBase:
    answer["ETag"], answer["Accept-Ranges"] = etag, "bytes"
    answer["Cache-Control"] = "private, max-age=3600"  # the address names the bytes, so they never differ
    return answer
