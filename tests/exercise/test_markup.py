"""Reading pages as a person uses them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from muster.exercise.markup import read_markup

PAGE = """
<html><head><style>p{}</style></head><body><nav><form method="post" action="/logout/"><button>Out</button></form></nav>
<form method="post" id="main"><input type="hidden" name="csrf" value="t0k"><input name="title" value="a &amp; b">
<select name="kind"><optgroup label="x"><option value="1">One</option><option value="2" selected>Two</option></optgroup></select>
<select name="first"><option value="f">First</option><option value="g">Second</option></select>
<textarea name="note">two
lines</textarea>
<label><input type="checkbox" name="alert" value="7" data-member="TY1" checked>Li</label>
<input type="checkbox" name="alert" value="8" data-member="TY2"><input type="radio" name="mode" value="exercise">
<input name="off" value="x" disabled><button name="send" value="1">Send</button><button name="stop" value="1">Stop</button>
</form><input name="outside" form="main" value="o"><script>var x = "<b>";</script></body></html>
"""


def test_a_form_is_sent_as_a_browser_would_send_it_untouched() -> None:
    form = read_markup(PAGE).form_with("csrf", "title")
    assert form is not None
    assert dict(form.filled({}, "send")) == {
        "csrf": "t0k", "title": "a & b", "kind": "2", "first": "f", "note": "two\nlines", "alert": "7",
        "outside": "o", "send": "1",
    }  # fmt: skip


def test_changes_replace_what_stood_there_and_lists_are_sent_several_times() -> None:
    form = read_markup(PAGE).form_with("alert")
    assert form is not None
    sent = form.filled({"alert": ["7", "8"], "title": "new", "mode": "exercise"})
    assert [value for name, value in sent if name == "alert"] == ["7", "8"]
    assert [value for name, value in sent if name == "title"] == ["new"]
    assert ("mode", "exercise") in sent
    assert not [name for name, _ in sent if name in ("send", "stop", "off")]


def test_elements_and_options_are_found_and_scripts_are_no_words() -> None:
    page = read_markup(PAGE)
    assert [row["data-member"] for row in page.having("data-member")] == ["TY1", "TY2"]
    assert page.option("Two") == "2"
    assert page.option("Three") == ""
    assert "var x" not in page.words
    assert page.form_with("nothing") is None


@given(st.text())
def test_no_text_whatever_makes_it_fail(text: str) -> None:
    read_markup(text)
