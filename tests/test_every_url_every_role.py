"""Every address of the system against every role, made from the address list itself: a page that nobody guards fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from muster.access.rights import RIGHTS, Right
from tests.world import ROLES, World

# Pages of other packages, and pages whose own secret is the key: anybody may ask, nobody learns anything by asking.
PUBLIC = {
    "first-page",
    "language",
    "gateway-reports",
    "gateway-inbound",
    "gateway-calls",
    "reply",
    "check-in-code",
    "field-worker",
}

NO_SUCH_METHOD = 405  # some pages say so before they look who asks: nothing is served either way


def _patterns(found: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in found:
        if isinstance(each, URLResolver):
            yield from _patterns(each.url_patterns, prefix + str(each.pattern))
        else:
            yield each.name or prefix + str(each.pattern), each


PAGES = dict(_patterns(get_resolver().url_patterns))


def _rights(name: str) -> tuple[Right, ...] | None:
    """Rights that open the page, () for everybody, None where nobody said."""
    if name in PUBLIC:
        return ()
    return getattr(PAGES[name].callback, "rights", None)


def _opens(role: str, rights: set[Right]) -> bool:
    """Whether a page with these rights is open to the role: any of them, or every account when all rights are named."""
    return bool(RIGHTS[role] & rights) or rights == set(Right)


@pytest.fixture
def address(url_arguments: Callable[[str, str], object]) -> Callable[[str], str]:
    def of(name: str) -> str:
        needed = PAGES[name].pattern.regex.groupindex
        return reverse(name, kwargs={argument: url_arguments(name, argument) for argument in needed})

    return of


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_says_who_may_open_it(name: str) -> None:
    assert _rights(name) is not None, f"{name}: decorate it with needs(), signed_in() or public()"


@pytest.mark.parametrize("name", sorted(name for name in PAGES if _rights(name) == ()))
def test_public_pages_answer_strangers(name: str, world: World, address: Callable[[str], str]) -> None:
    assert world.client_of(None).get(address(name)).status_code not in (403, 500)


@pytest.mark.parametrize("name", sorted(name for name in PAGES if _rights(name)))
def test_every_guarded_page_against_every_role(name: str, world: World, address: Callable[[str], str]) -> None:
    path, rights = address(name), set(_rights(name) or ())
    for method in ("get", "post"):
        answer = getattr(world.client_of(None), method)(path)
        assert answer.status_code in (302, NO_SUCH_METHOD), f"a stranger may {method}"
        assert answer.status_code != 302 or answer["Location"].startswith("/login/?next=")
        assert getattr(world.client_of("outsider"), method)(path).status_code in (403, NO_SUCH_METHOD)
        for role in ROLES:
            if not _opens(role, rights):
                refused = getattr(world.client_of(role), method)(path)
                assert refused.status_code in (403, NO_SUCH_METHOD), f"{role} may {method}: {refused.status_code}"
    for role in ROLES:
        if _opens(role, rights):
            answer = world.client_of(role).get(path)
            assert answer.status_code not in (403, 500), f"{role} is refused with {answer.status_code}"


def test_no_address_of_the_login_package_is_left_open(world: World) -> None:
    client = world.client_of("office_head")
    for path in ("signup", "email", "password/set", "password/reset", "login/code", "reauthenticate", "confirm-email"):
        assert client.get(f"/{path}/").status_code == 404
