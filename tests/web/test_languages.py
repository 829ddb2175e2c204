"""Every page in both languages: no English left on a Chinese page, no Chinese on an English one but names and data."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth import get_user_model
from django.db.models import CharField, JSONField, Model, TextField
from django.urls import reverse

from muster.access.models import Account
from muster.access.rights import RIGHTS
from muster.apps.channels.models import OutMessage
from muster.apps.command.models import Report
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Employer, ImportRun, Member, Unit
from muster.apps.plans.models import MusterPoint, Plan, Site
from tests.test_every_url_every_role import PAGES, _rights
from tests.world import ROLES, World

CJK = re.compile(r"[\u4e00-\u9fff]+")
WORD = re.compile(r"[A-Za-z]{2,}")
SPOKEN = re.compile(r"""\s(?:title|placeholder|aria-label|alt)="([^"]*)\"""")
HIDDEN = re.compile(r"<(script|style|template|code|pre)\b.*?</\1>", re.S)
OTHER_LANGUAGE = re.compile(r"""<(\w+)[^>]*\slang="(?:en|zh-hans|zh)"[^>]*>.*?</\1>""", re.S)
ADDRESS = re.compile(r"https?://\S+")
PAGES_TO_READ = sorted(name for name in PAGES if _rights(name) or name in {"reply", "check-in-code", "account_login"})

# Words that stand in Latin letters in Chinese text too: formats, datums, file names, codes on the page of an error, caps of keys.
LATIN = {"EXERCISE", "ACTUAL", "EN", "SMS", "QR", "xlsx", "xls", "csv", "CSV", "WPS", "Excel", "GCJ", "WGS", "BD", "GB",
         "UTF", "http", "https", "testserver", "TY", "JSON", "oyrg", "GPS", "kB", "MB", "CNY", "Esc", "Tab", "GeoJSON",
         "GPX", "KML", "KMZ", "OpenStreetMap", "WMTS", "TILEMATRIX", "TILEROW", "TILECOL", "CGCS", "GS"}  # fmt: skip
CHINESE = {"演练", "号", "中", "换成中文", "说明", "笔画", "拼音"}


def read(body: str) -> str:
    """What is seen or spoken: text and speaking attributes, without code and without parts marked as another language."""
    shown = OTHER_LANGUAGE.sub(" ", HIDDEN.sub(" ", body.split("<body", 1)[-1]))
    spoken = " ".join(SPOKEN.findall(shown))
    return html.unescape(re.sub(r"<[^>]+>", " ", "<" + shown) + " " + spoken)


def data(*models: type[Model]) -> Iterator[str]:
    """Every text that the database holds in these models: names and entries of people, in whatever language."""
    for model in models:
        names = [f.name for f in model._meta.fields if isinstance(f, CharField | TextField) and not f.choices]
        for row in model.objects.values_list(
            *[n for n in names if not isinstance(model._meta.get_field(n), JSONField)]
        ):
            yield from (str(value) for value in row if value)


def without_data(seen: str) -> str:
    held = set(data(Unit, Member, Employer, Plan, Site, MusterPoint, Incident, OutMessage, Account, ImportRun, Report))
    held |= set(get_user_model().objects.values_list("username", flat=True))
    seen = ADDRESS.sub(" ", seen)
    for value in sorted(held, key=len, reverse=True):
        if len(value) > 1:
            seen = seen.replace(value, " ")
    return seen


@pytest.fixture
def opened(world: World, url_arguments: Callable[[str, str], object]) -> Callable[[str, str], str]:
    """`opened(name, language)`: the page as the first role that may open it gets it; "" for files and machines' pages."""

    def page(name: str, language: str) -> str:
        needed = PAGES[name].pattern.regex.groupindex
        path = reverse(name, kwargs={argument: url_arguments(name, argument) for argument in needed})
        rights = set(_rights(name) or ())
        who = next((role for role in ROLES if RIGHTS[role] & rights), None)
        answer = world.client_of(who, language=language).get(path, follow=True)
        if answer.streaming or not answer.get("Content-Type", "").startswith("text/html"):
            return ""
        return answer.content.decode()

    return page


@pytest.mark.parametrize("name", PAGES_TO_READ)
def test_a_chinese_page_holds_no_english(name: str, opened: Callable[[str, str], str]) -> None:
    seen = without_data(read(opened(name, "zh-hans")))
    assert set(WORD.findall(seen)) - LATIN - set(ROLES) == set()


@pytest.mark.parametrize("name", PAGES_TO_READ)
def test_an_english_page_holds_chinese_only_in_names(name: str, opened: Callable[[str, str], str]) -> None:
    seen = without_data(read(opened(name, "en")))
    assert set(CJK.findall(seen)) - CHINESE == set()
