"""Addresses of map services and approval numbers of maps."""

from __future__ import annotations

import pytest

from muster.codecs.tile_service import approval_number, check_template, origin_of
from muster.core.errors import InvalidInput

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("GS(2026)1234号", "GS(2026)1234号"),
        ("审图号：GS（2026）1234号", "GS(2026)1234号"),
        ("GS京 〔2023〕 0560号", "GS京(2023)0560号"),
        ("gs(2019)1822号", "GS(2019)1822号"),
        ("湘S(2024)015号", "湘S(2024)015号"),
        ("国审字(2006)第112号", "国审字(2006)第112号"),
        ("GS(2020)4619-1号", "GS(2020)4619-1号"),
    ],
)
def test_approval_numbers_are_kept_in_one_form(given: str, plain: str) -> None:
    assert approval_number(given) == plain


@pytest.mark.parametrize(
    "given", ["", "none", "1234", "GS(2026)", "GS(26)1234号", "GS(2026)1234", "X(2026)1234号", "GS(2026)12x4号"]
)
def test_anything_else_is_no_approval_number(given: str) -> None:
    with pytest.raises(InvalidInput) as error:
        approval_number(given)
    assert error.value.code == "service.approval"


@pytest.mark.parametrize(
    ("template", "origin"),
    [
        ("https://tiles.invalid/{z}/{x}/{y}.png", "https://tiles.invalid"),
        ("http://10.1.2.3:8080/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=0f", "http://10.1.2.3:8080"),
        (" https://T0.Tiles.invalid/{z}/{x}/{y} ", "https://t0.tiles.invalid"),
    ],
)
def test_the_policy_names_scheme_host_and_port_alone(template: str, origin: str) -> None:
    assert origin_of(check_template(template)) == origin


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("", "service.address"),
        ("tiles.invalid/{z}/{x}/{y}", "service.address"),
        ("ftp://tiles.invalid/{z}/{x}/{y}", "service.address"),
        ("javascript:alert(1)//{z}/{x}/{y}", "service.address"),
        ("data:image/png;base64,{z}{x}{y}", "service.address"),
        ("https://*/{z}/{x}/{y}", "service.address"),
        ("https://*.invalid/{z}/{x}/{y}", "service.address"),
        ("https://{z}.tiles.invalid/{x}/{y}", "service.address"),
        ("https://me:secret@tiles.invalid/{z}/{x}/{y}", "service.address"),
        ("https://tiles.invalid@evil.invalid/{z}/{x}/{y}", "service.address"),
        ("https://tiles.invalid;script-src */{z}/{x}/{y}", "service.address"),
        ("https://tiles.invalid /{z}/{x}/{y}", "service.address"),
        ("https://tiles.invalid:99999/{z}/{x}/{y}", "service.address"),
        ("https://[::1/{z}/{x}/{y}", "service.address"),
        ("https://地图.invalid/{z}/{x}/{y}", "service.address"),
        ("https://tiles..invalid/{z}/{x}/{y}", "service.address"),
        ("https:///{z}/{x}/{y}", "service.address"),
        ("https://tiles.invalid/" + "a" * 500 + "/{z}/{x}/{y}", "service.address"),
        ("https://tiles.invalid/{z}/{x}", "service.holes"),
        ("https://tiles.invalid/{z}/{z}/{x}/{y}", "service.holes"),
        ("https://tiles.invalid/{z}/{x}/{-y}", "service.holes"),
        ("https://tiles.invalid/{s}/{z}/{x}/{y}", "service.holes"),
    ],
)
def test_other_addresses_are_refused(template: str, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        check_template(template)
    assert error.value.code == code
