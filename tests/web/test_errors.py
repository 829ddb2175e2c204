"""Refusals and faults as the asker sees them: page, fragment or JSON, in his language, with what to do next."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import translation
from structlog.testing import capture_logs

from muster.access.rights import Actor
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed, NotFound, Unavailable
from muster.web import errors
from muster.web.routes import hide_path
from tests.world import World

OFFICER = Actor("account:1", "沈若兰", "duty_officer")


def request_for(path: str = "/x/", **headers: str) -> HttpRequest:
    request = RequestFactory().get(path, headers=headers)
    request.actor = OFFICER
    request.htmx = headers.get("HX-Request") == "true"
    return request


def refuse(error: Exception, request: HttpRequest | None = None) -> HttpResponse:
    def page(_request: HttpRequest) -> HttpResponse:
        raise error

    asked = request or request_for()
    middleware = errors.ErrorPageMiddleware(page)
    with translation.override("en"):
        answer = middleware.process_exception(asked, error)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("x.y"), 400),
        (NotAllowed("access.not_allowed"), 403),
        (NotFound("incidents.unknown"), 404),
        (Conflict("x.y"), 409),
        (Unavailable("live.too_many"), 503),
    ],
)
def test_every_refusal_is_a_page_with_a_heading_and_a_way_on(error: MusterError, status: int) -> None:
    answer = refuse(error)
    body = answer.content.decode()
    assert answer.status_code == status
    assert f'data-code="{error.code}"' in body
    with translation.override("en"):
        assert errors.usual(status)[0] in body
    assert 'href="/"' in body


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (OperationalError("database is locked"), "web.database_busy", "busy for too long"),
        (InterfaceError("connection already closed"), "web.database_busy", "busy for too long"),
        (OperationalError("database or disk is full"), "web.database_full", "disk of the server is full"),
        (OperationalError("disk I/O error"), "web.database_full", "disk of the server is full"),
        (OperationalError('could not extend file "base/5": No space left on device'), "web.database_full", "is full"),
    ],
)
@pytest.mark.django_db
def test_a_database_that_can_not_is_said_in_words_and_tells_machines_to_come_again(
    error: Exception, code: str, words: str
) -> None:
    answer = refuse(error)
    assert answer.status_code == 503
    assert f'data-code="{code}"' in answer.content.decode()
    assert words in answer.content.decode()
    machine = refuse(error, request_for("/gateway/sms/actual/inbound"))
    assert (machine.status_code, json.loads(machine.content)["error"]) == (503, code)


@pytest.mark.django_db
def test_a_database_that_can_not_outside_of_a_page_is_said_the_same_way() -> None:
    request = request_for()
    with translation.override("en"):
        try:
            raise OperationalError("database is locked")
        except OperationalError:
            answer = errors.broken(request)
    assert answer.status_code == 503
    assert errors.away(ValueError("database is locked")) == ""


def test_the_text_of_the_code_is_said_with_its_values() -> None:
    error = Conflict("people.gone", count=3)
    errors.ERROR_TEXTS["people.gone"] = "%(count)s rows of %(unknown)s are gone."
    try:
        assert errors.sentence(error) == "3 rows of – are gone."
    finally:
        del errors.ERROR_TEXTS["people.gone"]


def test_a_code_without_text_gets_the_usual_sentence() -> None:
    assert errors.sentence(Conflict("nobody.wrote_this")) == errors.usual(409)[1]
    assert errors.usual(418) == errors.usual(500)


def test_htmx_gets_a_fragment() -> None:
    body = refuse(NotFound("x.y"), request_for(**{"HX-Request": "true"})).content.decode()
    assert 'role="alert"' in body
    assert "<html" not in body


@pytest.mark.parametrize("request_", [request_for("/gateway/sms/actual/reports"), request_for("/duty/1/map.json")])
def test_machines_get_json(request_: HttpRequest) -> None:
    answer = refuse(NotAllowed("access.not_allowed"), request_)
    told = json.loads(answer.content)
    assert answer.status_code == 403
    assert told["error"] == "access.not_allowed"
    assert told["say"]


def test_other_exceptions_are_left_to_the_handler_of_faults() -> None:
    middleware = errors.ErrorPageMiddleware(lambda _request: HttpResponse())
    assert middleware.process_exception(request_for(), ValueError("x")) is None
    assert middleware(request_for()).status_code == 200


def test_a_fault_gets_a_number_and_tells_nothing_of_its_inside(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("muster.web.pages.first_page", broken)
    client.raise_request_exception = False
    found = errors.broken(request_for())
    assert found.status_code == 500
    body = found.content.decode()
    assert "secret inside" not in body
    assert 'data-code="web.broken"' in body


@pytest.mark.parametrize(("language", "heading"), [("en", "There is nothing here"), ("zh-hans", "这里没有内容")])
def test_unknown_addresses_are_answered_in_the_readers_language(world: World, language: str, heading: str) -> None:
    answer = world.client_of("duty_officer", language=language).get("/no/such/page/")
    assert answer.status_code == 404
    assert heading in answer.content.decode()


def test_a_form_without_its_token_is_refused_kindly(world: World) -> None:
    answer = world.client_of("duty_officer", enforce_csrf_checks=True).post("/language/", {"language": "en"})
    assert answer.status_code == 403
    assert 'data-code="web.csrf"' in answer.content.decode()


def test_handlers_answer_their_status() -> None:
    found = [handler(request_for()).status_code for handler in (errors.bad_request, errors.forbidden, errors.not_found)]
    assert found == [400, 403, 404]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "route"), [("/r/SecretTokenOfAMember01", "r/<str:token>"), ("/gone/SecretTokenOfAMember01", "unmatched")]
)
def test_logs_name_the_route_and_never_the_address(path: str, route: str) -> None:
    request = request_for(path)
    request.resolver_match = None if route == "unmatched" else resolve(path)
    with capture_logs() as told:
        errors.not_found(request)
        errors.csrf_failure(request)
        errors.broken(request)
        refuse(NotFound("x.y"), request)
    assert [entry["route"] for entry in told] == [route] * 4
    record = logging.makeLogRecord({"msg": "%s: %s", "args": ("Not Found", path), "request": request})
    assert hide_path(record)
    assert record.getMessage() == f"Not Found: {route}"
    assert "SecretToken" not in str(told)


def test_every_line_of_the_log_goes_through_the_filter_that_hides_addresses() -> None:
    ours = [h for h in logging.getLogger().handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)]
    assert ours
    assert all(hide_path in handler.filters for handler in ours)
