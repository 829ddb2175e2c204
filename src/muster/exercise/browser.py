"""A person at a desk or with a phone: signs in, opens pages, fills in forms. Nothing here knows Muster from inside."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from muster.core.errors import Unavailable
from muster.exercise.markup import Form, Markup, Pairs, read_markup

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: `address` after redirects, `location` of a redirect not followed, `markup` of HTML pages."""

    status: int
    address: str
    body: bytes
    markup: Markup
    location: str = ""


class Browser:
    """One session. `name` is who sits there, for errors."""

    def __init__(self, base: str, name: str) -> None:
        self.base, self.name = base.rstrip("/"), name
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=True, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def open(self, path: str, *, expect: int = 200) -> Page:
        """GET a page. Unavailable "exercise.page" when another status comes than expected."""
        return self._page(self._client.get(urljoin(self.base + "/", path)), path, expect)

    def submit(
        self,
        page: Page,
        form: Form,
        changes: dict[str, object] | None = None,
        button: str = "",
        *,
        expect: int = 200,
        follow: bool = True,
    ) -> Page:
        """Send a form of `page` with `changes`; the page after the redirect unless `follow` is off."""
        target = urljoin(page.address, form.action) if form.action else page.address
        filled = form.filled(changes or {}, button)
        return self.post(target, filled, referer=page.address, expect=expect, follow=follow)

    def post(self, target: str, pairs: Pairs, *, referer: str = "", expect: int = 200, follow: bool = True) -> Page:
        """POST fields as a form does."""
        address = urljoin(self.base + "/", target)
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        headers = {"Referer": referer or address, "Origin": self.base}
        answer = self._client.post(address, data=data, headers=headers, follow_redirects=follow)
        return self._page(answer, address, expect)

    def _page(self, answer: httpx.Response, path: str, expect: int) -> Page:
        html = "html" in answer.headers.get("content-type", "")
        markup = read_markup(answer.text if html else "")
        if expect and answer.status_code != expect:
            words = markup.words[:300] if html else answer.text[:300]
            raise Unavailable(
                "exercise.page", who=self.name, path=urlsplit(path).path, status=answer.status_code, words=words
            )
        place = answer.headers.get("location", "")
        return Page(answer.status_code, str(answer.url), answer.content, markup, place)

    def sign_in(self, login: str, password: str) -> None:
        """Through the login page. Unavailable "exercise.login" when it does not let us in."""
        page = self.open("/login/")
        form = page.markup.form_with("login", "password")
        if form is None:
            raise Unavailable("exercise.login", who=login)
        after = self.submit(page, form, {"login": login, "password": password})
        if urlsplit(after.address).path.startswith("/login"):
            raise Unavailable("exercise.login", who=login)
