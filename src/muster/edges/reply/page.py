"""The member's page as HTML: what the core sent for him, with the answer that he gave here laid over it.

The same words and the same style sheet as the office's own reply page; no script, 15 KB at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from muster.codecs.relay import ETA_MINUTES, REASONS, Answer, Page
from muster.edges.reply.words import catalogue, style

BEIJING = ZoneInfo("Asia/Shanghai")
CHANGEABLE = ("ask", "accepted", "declined")  # faces of a page that takes answers


@dataclass(frozen=True, slots=True)
class Shown:
    """Who looks, and when. `now` is the system's clock, None when the core has not told it yet.

    `said`: the answer given here that the core has not fetched yet; `problem`: "" | no_answer | too_many | not_kept.
    """

    language: str
    nonce: str
    now: datetime | None = None
    said: Answer | None = None
    change: bool = False
    problem: str = ""


def own(page: Page, shown: Shown) -> str:
    """The page of one link."""
    face = _face(page, shown.said)
    asked = face == "ask" or (face == "accepted" and shown.change)
    form = (asked or face == "declined") and shown.problem != "too_many"
    body = _problem(page, shown) + (_call(page, shown) if asked else _said(face, page, shown))
    body += _form(face, asked, shown, page) if form else ""
    foot = _send(asked, shown) if form else _desk(page.desk_phone, shown)
    main = f"<main>{body}</main>{foot}"
    return _frame(
        page.title, _bar(page, shown) + (f'<form method="post" class="all">{main}</form>' if form else main), shown
    )


def notice(kind: str, shown: Shown) -> str:
    """A page that belongs to nobody: "gone" (no such link) | "check_in" (the code on the wall, which is the office's)."""
    t = catalogue(shown.language)
    if kind == "check_in":
        head = t.gettext("Check in with the person who has the list")
        text = t.gettext("This code opens on the office's own network only. Tell the person with the list your name.")
    else:
        head = t.gettext("This address is not valid")
        text = t.gettext(
            "Please open the address exactly as it stands in the message. If you were called and can not answer here, "
            "reply 1 or 2 to the message or call the duty desk."
        )
    return _frame(head, f"<main>{_box('?', head, '')}<p>{escape(text)}</p></main>", shown)


def too_many(language: str) -> str:
    """One line for an address from which only wrong links come."""
    t = catalogue(language)
    return t.gettext("Too many wrong addresses from here. Reply 1 or 2 to the message or call the duty desk.")


def _face(page: Page, said: Answer | None) -> str:
    if said is None or page.face not in CHANGEABLE:
        return page.face
    if said.answer == "unclear":
        return page.face
    return "declined" if said.answer == "decline" else "accepted"


def _frame(title: str, body: str, shown: Shown) -> str:
    language = "en" if shown.language == "en" else "zh-hans"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f'<meta name="color-scheme" content="light">\n<title>{escape(title)}</title>\n'
        f'<style nonce="{shown.nonce}">{style()}</style>\n<div class="page">\n{body}\n</div>\n</html>\n'
    )


def _bar(page: Page, shown: Shown) -> str:
    t = catalogue(shown.language)
    if page.exercise:
        word, note, look = t.pgettext("reply page", "EXERCISE"), t.gettext("Answer as if it were real"), "bar ex"
    else:
        word, note, look = t.pgettext("reply page", "ACTUAL"), t.gettext("A real callout"), "bar"
    return f'<header class="{look}" role="status"><b>{escape(word)}</b><span>{escape(note)}</span></header>'


def _problem(page: Page, shown: Shown) -> str:
    t = catalogue(shown.language)
    texts = {
        "no_answer": t.gettext("Please choose whether you can come, then confirm."),
        "too_many": t.gettext("Too many answers from this address. Call the duty desk."),
        "not_kept": t.gettext(
            "Your answer could not be kept here just now. Reply 1 or 2 to the message or call the duty desk."
        ),
        "elsewhere": t.gettext(
            "You are already taken for another callout. If you can come here instead, call the duty desk."
        ),
    }
    problem = shown.problem or ("elsewhere" if page.elsewhere and shown.said is None else "")
    return f'<p class="note" role="alert">{escape(texts[problem])}</p>' if problem else ""


def _box(mark: str, head: str, text: str, *, ok: bool = False) -> str:
    return (
        f'<div class="said{" ok" if ok else ""}" role="status"><span class="dot" aria-hidden="true">{mark}</span>'
        f"<span><b>{escape(head)}</b>{escape(text)}</span></div>"
    )


def _call(page: Page, shown: Shown) -> str:
    kind = page.kind[shown.language == "en"]
    meta = f'<p class="meta">{escape(kind)}</p>' if kind != page.title else ""
    return f"<h1>{escape(page.title)}</h1>{meta}" + _facts(page, shown, left=True)


def _said(face: str, page: Page, shown: Shown) -> str:
    if face == "accepted":
        return _accepted(page, shown)
    if face == "declined":
        return _declined(page, shown)
    return _over(face, page, shown)


def _accepted(page: Page, shown: Shown) -> str:
    t, said = catalogue(shown.language), shown.said
    on_the_way = said.answer == "en_route" if said else page.en_route
    head = t.gettext("Got it, you are on your way") if on_the_way else t.gettext("Got it, you are coming")
    text = _passed_on(shown)
    if said is None and page.replied_at:
        text = t.gettext("answered at %(time)s") % {"time": _clock(page.replied_at)}
    out = _box("✓", head, text, ok=True)
    if said is None and page.eta_at:
        out += f'<p class="meta">{escape(t.gettext("Please be there by"))}</p><p class="big">{_clock(page.eta_at)}</p>'
    out += _facts(page, shown, left=False)
    bring = t.gettext(
        "Bring your identity card and reflective vest. On arrival tell the person with the list your name."
    )
    change = t.gettext("Change the time, or say that you can not come")
    until = t.gettext("(possible until you are checked in)")
    out += f'<p class="meta">{escape(bring)}</p>'
    out += f'<p class="meta"><a href="?change=1">{escape(change)}</a> {escape(until)}</p>'
    if not on_the_way:
        word = escape(t.gettext("I have set out"))
        out += (
            '<form method="post"><button class="btn" id="reply-en-route" name="answer" value="en_route">'
            f"{word}</button></form>"
        )
    return out


def _declined(page: Page, shown: Shown) -> str:
    t, said = catalogue(shown.language), shown.said
    reason = said.reason if said else page.reason
    words = [t.gettext("Reason: %(reason)s") % {"reason": reason_word(reason, shown.language)}] if reason else []
    if said is not None:
        words.append(_passed_on(shown))
    elif page.replied_at:
        words.append(_clock(page.replied_at))
    thanks = t.gettext(
        "Thank you for telling us in time. We will ask somebody else and not trouble you again this time."
    )
    out = _box("✕", t.gettext("Got it, you can not come"), " · ".join(words))
    return out + f"<p>{escape(thanks)}</p>" + _facts(page, shown, left=False)


def _passed_on(shown: Shown) -> str:
    return (
        catalogue(shown.language).gettext("Your answer is kept and on its way to the duty desk.") if shown.said else ""
    )


def _over(face: str, page: Page, shown: Shown) -> str:
    t = catalogue(shown.language)
    heads = {
        "here": (t.gettext("You are checked in"), page.checked_in_at, "at %(time)s"),
        "released": (t.gettext("Enough people have come"), page.released_at, ""),
        "left": (t.gettext("Your turn of duty has ended"), page.released_at, ""),
        "closed": (t.gettext("This callout has ended"), page.ended_at, "stood down at %(time)s"),
    }
    texts = {
        "here": t.gettext(
            "Please wait for instructions and answer at every roll call. If you have to leave, tell the person with the "
            "list first."
        ),
        "released": t.gettext(
            "Thank you. You are not needed, please stay where you are. If you are already there, report to the person "
            "with the list: you will be counted and paid."
        ),
        "left": t.gettext("Thank you for coming."),
        "closed": t.gettext(
            "Answers no longer count. If you are on the spot or on your way, please call us, so that you are counted and "
            "paid."
        ),
    }
    head, moment, form = heads[face]
    when = (t.gettext(form) % {"time": _clock(moment)} if form else _clock(moment)) if moment else ""
    out = _box("✓" if face == "here" else "–", head, when, ok=face == "here")
    out += f"<h2>{escape(page.title)}</h2><p>{escape(texts[face])}</p>"
    if face == "here":
        return out + _facts(page, shown, left=False)
    return out + (_record(page, shown) if face in ("left", "closed") else "")


def _record(page: Page, shown: Shown) -> str:
    """What the office has of this member's part in a callout that is over."""
    t = catalogue(shown.language)
    answers = {
        "accept": t.pgettext("own answer", "Coming"),
        "en_route": t.pgettext("own answer", "Coming"),
        "decline": t.pgettext("own answer", "Can not come"),
        "unclear": t.pgettext("own answer", "Unclear"),
        "": t.pgettext("own answer", "None"),
    }
    said = escape(answers[page.answer])
    if page.answer and page.replied_at:
        said += f" <small>{_clock(page.replied_at)}</small>"
    checked_in = _clock(page.checked_in_at) if page.checked_in_at else escape(t.gettext("No record"))
    rows = ((t.gettext("Your answer"), said), (t.gettext("Check-in"), checked_in))
    return "<dl>" + "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in rows) + "</dl>"


def _facts(page: Page, shown: Shown, *, left: bool) -> str:
    t, english = catalogue(shown.language), shown.language == "en"
    address = "" if english or not page.address else f'<small class="sub">{escape(page.address)}</small>'
    rows = [(t.gettext("Muster point"), escape(page.point[english]) + address)]
    if page.due_at:
        by = t.pgettext("reply page", "by %(time)s") % {"time": _clock(page.due_at)}
        rows.append((t.pgettext("reply page", "Latest"), f"{escape(by)} {_left(page.due_at, shown, left=left)}"))
    rows.append((t.gettext("Your post"), escape(page.role[english] or t.gettext("As directed on the spot"))))
    return "<dl>" + "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in rows) + "</dl>"


def _left(due: datetime, shown: Shown, *, left: bool) -> str:
    """Minutes left by the system's clock; nothing while that is not known, for this machine's clock may be wrong."""
    t = catalogue(shown.language)
    if shown.now is None:
        return ""
    if due < shown.now:
        return f"<small>{escape(t.gettext('(the time has passed, come at once)'))}</small>"
    minutes = int((due - shown.now).total_seconds() // 60)
    return f"<small>{escape(t.gettext('(%(minutes)s min left)') % {'minutes': minutes})}</small>" if left else ""


def _form(face: str, asked: bool, shown: Shown, page: Page) -> str:
    t = catalogue(shown.language)
    declined = face == "declined"
    question = t.gettext("Has that changed?") if declined else t.gettext("Can you come?")
    answers = [("accept", t.gettext("I am coming"), ""), ("decline", t.gettext("Not coming"), " checked" * declined)]
    if face == "ask":
        answers.append(("unclear", t.gettext("I can not say yet"), ""))
    picks = "".join(_pick("answer", value, word, more) for value, word, more in answers)
    out = f'<fieldset><legend>{escape(question)}</legend><div class="pick">{picks}</div></fieldset>'
    times = "".join(_pick("eta", str(n), t.gettext("%(minutes)s min") % {"minutes": n}) for n in ETA_MINUTES)
    out += f'<fieldset class="eta"><legend>{escape(t.gettext("How long to the muster point?"))}</legend>'
    out += f'<div class="pick">{times}</div></fieldset>'
    if asked:
        reasons = "".join(_pick("reason", name, reason_word(name, shown.language)) for name in REASONS)
        out += f'<fieldset class="why"><legend>{escape(t.gettext("Why not?"))}</legend>'
        out += f'<div class="pick">{reasons}</div></fieldset>'
    if not page.desk_phone:
        return out + f'<p class="meta">{escape(t.gettext("You can change it until you are checked in."))}</p>'
    note = escape(t.gettext("You can change it until you are checked in. Questions: duty desk"))
    return out + f'<p class="meta">{note} <a href="tel:{_dial(page.desk_phone)}">{_number(page.desk_phone)}</a></p>'


def _pick(name: str, value: str, word: str, more: str = "") -> str:
    need = " required" if name == "answer" else ""
    box = f'<input type="radio" name="{name}" value="{value}" id="{name}-{value}"{need}{more}>'
    return f"<label>{box} {escape(word)}</label>"


def _send(asked: bool, shown: Shown) -> str:
    t = catalogue(shown.language)
    word, look = (t.gettext("Confirm answer"), "btn main") if asked else (t.gettext("Change answer"), "btn")
    return f'<div class="foot"><button class="{look}" id="reply-send">{escape(word)}</button></div>'


def _desk(phone: str, shown: Shown) -> str:
    if not phone:
        return ""
    words = catalogue(shown.language).gettext("Call the desk %(desk_phone)s") % {"desk_phone": _number(phone)}
    return f'<div class="foot"><a class="btn" id="desk-phone" href="tel:{_dial(phone)}">{words}</a></div>'


def _number(phone: str) -> str:
    return escape(phone.replace(" ", "\u00a0"))


def _dial(phone: str) -> str:
    return re.sub(r"[^\d+]", "", phone)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%H:%M}"


def reason_word(reason: str, language: str) -> str:
    """A chosen reason in words."""
    t = catalogue(language)
    return {
        "at_work": t.gettext("At work"),
        "out_of_town": t.gettext("Out of town"),
        "ill": t.gettext("Ill"),
        "family": t.gettext("Family"),
        "other": t.gettext("Other reason"),
    }[reason]
