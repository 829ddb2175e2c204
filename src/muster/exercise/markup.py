"""Just enough HTML reading to use a page as a person does: forms with their fields, elements by attribute, words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Pairs = list[tuple[str, str]]


@dataclass(slots=True)
class Form:
    """A form as it would be sent untouched: `fields` without its buttons, `buttons` by name and value."""

    action: str
    method: str
    attributes: dict[str, str]
    fields: Pairs = field(default_factory=list)
    buttons: Pairs = field(default_factory=list)
    checkboxes: Pairs = field(default_factory=list)  # every tick box and radio, ticked or not

    def names(self) -> set[str]:
        """Names of everything that could be sent."""
        return {name for name, _ in [*self.fields, *self.buttons, *self.checkboxes]}

    def filled(self, changes: dict[str, object], button: str = "") -> Pairs:
        """The fields with `changes` put in (a list sends the name several times) and the named button pressed."""
        kept = [(name, value) for name, value in self.fields if name not in changes]
        for name, value in changes.items():
            values = value if isinstance(value, list | tuple) else [value]
            kept += [(name, str(one)) for one in values]
        return kept + [(name, value) for name, value in self.buttons if name == button and button not in changes]


@dataclass(frozen=True, slots=True)
class Element:
    tag: str
    attributes: dict[str, str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.elements: list[Element] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._detached: list[tuple[str, str, dict[str, str]]] = []
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self.choices: dict[str, str] = {}
        self._textarea = ""
        self._text: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        self.elements.append(Element(tag, a))
        if tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower(), a)
            self.forms.append(self._form)
        elif tag in ("script", "style", "template"):
            self._silent += 1
        elif tag == "select":
            self._select, self._options = a.get("name", ""), []
        elif tag == "option" and self._select:
            self._options.append((a.get("value", ""), "selected" in a))
        elif tag == "textarea":
            self._textarea, self._text = a.get("name", ""), []
        elif tag in ("input", "button"):
            self._control(tag, a)

    def _control(self, tag: str, a: dict[str, str]) -> None:
        name, value = a.get("name", ""), a.get("value", "")
        form = self._owner(a)
        if form is None or not name or "disabled" in a:
            return
        kind = a.get("type", "submit" if tag == "button" else "text")
        if kind in ("checkbox", "radio"):
            form.checkboxes.append((name, value or "on"))
            if "checked" in a:
                form.fields.append((name, value or "on"))
        elif tag == "button" or kind == "submit":
            form.buttons.append((name, value))
        else:
            form.fields.append((name, value))

    def _owner(self, a: dict[str, str]) -> Form | None:
        """The form a control belongs to: the one around it, or the one it names."""
        if "form" not in a:
            return self._form
        return next((form for form in self.forms if form.attributes.get("id") == a["form"]), None)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in ("script", "style", "template"):
            self._silent = max(0, self._silent - 1)
        elif tag == "select" and self._select:
            chosen = [value for value, marked in self._options if marked] or [value for value, _ in self._options[:1]]
            if self._form is not None:
                self._form.fields += [(self._select, value) for value in chosen[:1]]
            self._select = ""
        elif tag == "textarea" and self._textarea:
            if self._form is not None:
                self._form.fields.append((self._textarea, "".join(self._text)))
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text.append(data)
        elif not self._silent and data.strip():
            words = " ".join(data.split())
            self.words.append(words)
            if self._select and self._options:
                self.choices.setdefault(words, self._options[-1][0])


@dataclass(frozen=True, slots=True)
class Markup:
    forms: tuple[Form, ...]
    elements: tuple[Element, ...]
    words: str
    choices: dict[str, str]  # what an option says -> what it sends

    def form_with(self, *names: str) -> Form | None:
        """The first form that could send all these names."""
        return next((form for form in self.forms if set(names) <= form.names()), None)

    def option(self, words: str) -> str:
        """What the option that reads `words` sends; "" when there is none."""
        return self.choices.get(words, "")

    def having(self, attribute: str) -> list[dict[str, str]]:
        """Attributes of the elements that carry this one, in page order."""
        return [element.attributes for element in self.elements if attribute in element.attributes]


def read_markup(html: str) -> Markup:
    """Parse a whole page or a fragment; never fails, as browsers do not."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Markup(tuple(reader.forms), tuple(reader.elements), " ".join(reader.words), reader.choices)
