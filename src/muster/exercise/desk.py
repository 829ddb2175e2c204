"""The people at the desk: a duty officer, a commander and town officers, each with a browser of his own."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from urllib.parse import urlsplit

import openpyxl

from muster.core.errors import Unavailable
from muster.exercise.browser import Browser, Page
from muster.exercise.markup import Form
from muster.exercise.scenario import Scenario
from muster.exercise.truth.behaviour import Say, Word

_CODE = re.compile(r"/c/(\d+-[0-9A-Z]{1,2}-[0-9A-Z]{10})")
_BAND = re.compile(r"\bband-(enough|at_risk|short|unknown)\b")
_NUMBER = re.compile(r'<div class="hero(?: \w+)?">([^<]*)<')
_LINE, _LINE_WORD = re.compile(r"need-(\d+)"), re.compile(r"\bneed-(enough|at_risk|short|unknown)\b")
NUMBER_HEADS = ("Member number", "队员编号", "编号")
DUTY, COMMANDER = "duty", "commander"


@dataclass(frozen=True, slots=True)
class Look:
    """What the duty page said at `minute`: the big number as it stood there ("" when there was none), the word of its band,
    and the word of each need line by its order: enough | at_risk | short | unknown."""

    minute: float
    p: str
    word: str
    lines: Mapping[int, str]

    def shown(self, due: float) -> dict[str, object]:
        """As the result of the run tells it."""
        red = [order for order, word in sorted(self.lines.items()) if word in ("at_risk", "short")]
        return {"due": due, "at": round(self.minute, 1), "p": self.p, "word": self.word, "red_lines": red}


@dataclass(slots=True)
class Desk:
    """`logins`: name -> {password, role}; who acts signs in at his first act. `looks`: due minute -> the last look at the
    duty page before it."""

    base: str
    logins: Mapping[str, Mapping[str, str]]
    incident: int = 0
    approvals: int = 0
    looks: dict[float, Look] = field(default_factory=dict)
    _open: dict[str, Browser] = field(default_factory=dict)
    _alerts: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)
    _pages: dict[str, Page] = field(default_factory=dict)

    def close(self) -> None:
        for browser in self._open.values():
            browser.close()

    def who(self, login: str) -> Browser:
        """The browser of that account, signed in."""
        if login not in self._open:
            browser = Browser(self.base, login)
            browser.sign_in(login, self.logins[login]["password"])
            self._open[login] = browser
        return self._open[login]

    def _at(self, page: str) -> str:
        return f"/incidents/{self.incident}/{page}/"

    def _form(self, page: Page, *names: str) -> Form:
        form = page.markup.form_with(*names)
        if form is None:
            raise Unavailable("exercise.no_form", path=urlsplit(page.address).path, fields=", ".join(names))
        return form

    # --- opening and sending ---------------------------------------------------------------------------
    def open_incident(self, scenario: Scenario, spot: str) -> None:
        """Take the call: the five fields, exercise ticked. `spot` is the site's name as the list shows it."""
        page = self.who(DUTY).open("/incidents/new/")
        form = self._form(page, "title", "kind", "reporter", "mode")
        wanted = {
            "title": scenario.title, "kind": scenario.kind, "place": scenario.place, "reporter": scenario.reporter,
            "reporter_phone": scenario.reporter_phone, "mode": "exercise", "spot": page.markup.option(spot),
        }  # fmt: skip
        after = self.who(DUTY).submit(page, form, dict(wanted), follow=False, expect=0)
        found = re.search(r"/duty/(\d+)/", after.location)
        if found is None:
            raise Unavailable("exercise.not_opened", words=after.markup.words[:300])
        self.incident = int(found.group(1))

    def approve(self) -> bool:
        """The commander approves what is proposed now; False when nothing is."""
        commander = self.who(COMMANDER)
        page = commander.open(self._at("approve"))
        form = page.markup.form_with("run")
        if form is None:
            return False
        after = commander.submit(page, form, follow=False, expect=0)
        if after.status == 409:  # a newer state is being solved first: the next look shows it
            return False
        if after.status != 302:
            raise Unavailable("exercise.not_approved", status=after.status, words=after.markup.words[:300])
        self.approvals += 1
        self._learn_names()
        return True

    def _learn_names(self) -> None:
        """Who stands on the name list: member number -> the mark to tick."""
        page = self.who(DUTY).open(self._at("check-in"))
        for box in page.markup.having("data-member"):
            if box.get("name") == "alert":
                self._alerts[box["data-member"]] = box["value"]

    def release(self) -> int:
        """Tell those who are not needed, as the list proposes them; returns how many were ticked."""
        commander = self.who(COMMANDER)
        page = commander.open(self._at("release"))
        form = page.markup.form_with("alert")
        ticked = [value for name, value in form.fields if name == "alert"] if form else []
        if form and ticked:
            commander.submit(page, form, follow=False, expect=302)
        return len(ticked)

    def look(self, due: float, minute: float) -> None:
        """See what the duty page says at `minute`; the last look before `due` is the one that is kept."""
        self.looks[due] = read_look(self.who(DUTY).open(f"/duty/{self.incident}/"), minute)

    # --- answers and arrivals --------------------------------------------------------------------------
    def call_list(self) -> list[str]:
        """Member numbers of people to be telephoned, in the order of the list."""
        page = self.who(DUTY).open(self._at("call-list"))
        return list(dict.fromkeys(row["data-member"] for row in page.markup.having("data-member")))

    def enter(self, number: str, word: Word) -> None:
        """What somebody said on the telephone."""
        duty = self.who(DUTY)
        page = duty.open(self._at(f"reply/{self._alerts[number]}"))
        form = self._form(page, "quick")
        answers = {
            Say.ACCEPT: f"accept-{word.eta_minutes or 30}",
            Say.DECLINE: f"decline-{word.reason or 'other'}",
            Say.MUMBLE: "unclear",
        }
        duty.submit(page, form, {"quick": answers[word.say]}, follow=False, expect=302)

    def check_in(self, numbers: Iterable[str], login: str = DUTY) -> None:
        """Tick people on the name list and press once."""
        ticked = [self._alerts[number] for number in numbers]
        if ticked:
            browser = self.who(login)
            page = self._list_page(login)
            form = next(form for form in page.markup.forms if form.attributes.get("id") == "check-in-form")
            browser.submit(page, form, {"alert": ticked, "where": "muster"}, follow=False, expect=302)

    def _list_page(self, login: str) -> Page:
        """The name list, opened once per hand: the form stays good, only its ticks differ."""
        known = self._pages.get(login)
        if known is None:
            known = self._pages[login] = self.who(login).open(self._at("check-in"))
        return known

    def codes(self) -> dict[str, str]:
        """Muster point letter -> code of its sheet on the wall."""
        if not self._codes:
            page = self.who(DUTY).open(self._at("qr"))
            for code in _CODE.findall(page.body.decode()):
                self._codes.setdefault(code.split("-")[1], code)
        return self._codes

    # --- the end ---------------------------------------------------------------------------------------
    def roll_call(self) -> None:
        """Start, everybody answers, close."""
        duty = self.who(DUTY)
        for button in ("start", "everyone", "close"):
            page = duty.open(self._at("roll-call"))
            duty.submit(page, self._form(page, button), {}, button, follow=False, expect=302)

    def stand_down(self) -> None:
        commander = self.who(COMMANDER)
        page = commander.open(self._at("stand-down"))
        commander.submit(page, self._main_form(page), follow=False, expect=302)

    def leave(self) -> None:
        """Everybody who is still on the list leaves."""
        duty = self.who(DUTY)
        page = duty.open(self._at("leave"))
        form = page.markup.form_with("everyone")
        if form is not None:
            duty.submit(page, form, {}, "everyone", follow=False, expect=302)

    def close_incident(self) -> None:
        commander = self.who(COMMANDER)
        page = commander.open(self._at("close"))
        commander.submit(page, self._main_form(page), follow=False, expect=302)

    def _main_form(self, page: Page) -> Form:
        """The form of the page's own act: posted to the page itself, not to log-out, language or search."""
        own = urlsplit(page.address).path
        forms = [f for f in page.markup.forms if f.method == "post" and urlsplit(f.action or own).path == own]
        if not forms:
            raise Unavailable("exercise.no_form", path=own, fields="")
        return forms[0]

    def review(self) -> Page:
        return self.who(COMMANDER).open(f"/review/{self.incident}/")

    def pay_sheet(self) -> tuple[dict[str, Decimal], dict[str, int]]:
        """The exported workbook: member number -> amount (CNY), member number -> days."""
        page = self.who(COMMANDER).open(f"/review/{self.incident}/pay.xlsx")
        return read_pay(page.body)


def read_look(page: Page, minute: float) -> Look:
    """The chance, the word of the band and the words of the need lines of a duty page. Unavailable "exercise.no_verdict"
    where the page has no band."""
    band = next((_BAND.search(a["class"]) for a in page.markup.having("data-solved")), None)
    number = _NUMBER.search(page.body.decode())
    if band is None or number is None:
        raise Unavailable("exercise.no_verdict", words=page.markup.words[:300])
    rows = ((_LINE.fullmatch(a["id"]), _LINE_WORD.search(a.get("class", ""))) for a in page.markup.having("id"))
    lines = {int(order.group(1)): word.group(1) for order, word in rows if order and word}
    return Look(minute, unescape(number.group(1)).strip("–"), band.group(1), lines)


def read_pay(workbook: bytes) -> tuple[dict[str, Decimal], dict[str, int]]:
    """Amounts and days by member number from a pay sheet, its columns found by their heads."""
    rows = list(openpyxl.load_workbook(io.BytesIO(workbook), read_only=True).active.iter_rows(values_only=True))
    place = next((i for i, row in enumerate(rows) if any(cell in NUMBER_HEADS for cell in row)), None)
    if place is None:
        raise Unavailable("exercise.pay_sheet")
    heads = [str(cell or "") for cell in rows[place]]
    number = next(i for i, head in enumerate(heads) if head in NUMBER_HEADS)
    amount = next(i for i, head in enumerate(heads) if "CNY" in head or "元" in head or "金额" in head)
    days = next(i for i, head in enumerate(heads) if head in ("Days", "天数", "日数"))
    paid: dict[str, Decimal] = defaultdict(Decimal)
    counted: dict[str, int] = defaultdict(int)
    for row in rows[place + 1 :]:
        if row[number] and str(row[number]).startswith("TY"):
            paid[str(row[number])] += Decimal(str(row[amount] or 0))
            counted[str(row[number])] += int(row[days] or 0)
    return dict(paid), dict(counted)
