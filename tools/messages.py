"""The message catalogue, without GNU gettext: extract, merge, compile.

English stands in the code; Chinese stands in src/muster/web/locale/parts/*.po, one file per part of the product.

    python tools/messages.py            merge the parts into django.po and compile django.mo
    python tools/messages.py --check    change nothing; fail when a text has no Chinese or a part is not merged
    python tools/messages.py --missing  print the texts that have no Chinese yet
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "muster"
LOCALE = SOURCE / "web" / "locale"
PARTS = LOCALE / "parts"
PO = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
MessageId = str | tuple[str, ...]


def _template_code(path: Path) -> bytes:
    """A template as something that reads like Python, in which only the translatable texts are left."""
    from django.utils.translation.template import templatize

    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    return "\n".join(line.strip() for line in code.splitlines()).encode()


def _texts_of(path: Path) -> Iterator[tuple[MessageId, str | None]]:
    body = _template_code(path) if path.suffix in {".html", ".txt"} else path.read_bytes()
    for _line, found, _comments, context in extract("python", io.BytesIO(body), keywords=KEYWORDS):
        yield found, context


def sources() -> list[Path]:
    """Every file that may hold texts for people."""
    found = [*SOURCE.rglob("*.py"), *SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt")]
    return sorted(path for path in found if "migrations" not in path.parts)


def extract_all() -> Catalog:
    """All texts of the product with the files they stand in."""
    catalog = Catalog(locale="zh_Hans", domain="django", fuzzy=False, charset="utf-8")
    for path in sources():
        for found, context in _texts_of(path):
            if found and found != ("", ""):
                catalog.add(found, context=context, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return catalog


def read_parts() -> tuple[dict[tuple[MessageId, str | None], str | tuple[str, ...]], list[str]]:
    """Translations of all parts, and sentences about texts that two parts translate differently (the first counts)."""
    found: dict[tuple[MessageId, str | None], str | tuple[str, ...]] = {}
    quarrels = []
    for path in sorted(PARTS.glob("*.po")):
        for message in read_po(io.BytesIO(path.read_bytes()), locale="zh_Hans", abort_invalid=True):
            if not message.id or not any(message.string):
                continue
            key = (message.id, message.context)
            if found.setdefault(key, message.string) != message.string:
                quarrels.append(f"{path.name}: {message.id!r} is {message.string!r}, elsewhere {found[key]!r}")
    return found, quarrels


def is_done(message: Message) -> bool:
    """Whether every form of the message is translated."""
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(forms) and all(forms)


def merged() -> tuple[Catalog, list[str]]:
    """The catalogue with every translation the parts bring, and the quarrels between parts."""
    catalog = extract_all()
    translations, quarrels = read_parts()
    for message in catalog:
        if message.id and (message.id, message.context) in translations:
            message.string = translations[message.id, message.context]
            if message.pluralizable and isinstance(message.string, str):
                message.string = (message.string,)
    return catalog, quarrels


def missing(catalog: Catalog) -> list[Message]:
    """Messages without Chinese."""
    return [message for message in catalog if message.id and not is_done(message)]


def po_bytes(catalog: Catalog) -> bytes:
    """The catalogue as the text of django.po, the same bytes for the same messages."""
    out = io.BytesIO()
    write_po(out, catalog, sort_output=True, omit_header=True, no_location=True, width=0)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    return header.encode() + out.getvalue()


def write(catalog: Catalog) -> None:
    """Write django.po and django.mo."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_bytes(catalog))
    with PO.with_suffix(".mo").open("wb") as out:
        write_mo(out, read_po(io.BytesIO(PO.read_bytes()), locale="zh_Hans", domain="django"))


def write_packs(catalog: Catalog) -> None:
    """For each label pack the catalogue of the texts that its words change; only compiled, never kept by hand."""
    sys.path.insert(0, str(ROOT / "src"))
    from muster.web import labels

    for pack in labels.packs():
        words, changed = labels.words_of(pack), Catalog(locale="zh_Hans", domain="django", fuzzy=False, charset="utf-8")
        for message in catalog:
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            shown = tuple(labels.relabelled(form, words) for form in forms)
            if message.id and shown != forms:
                changed.add(message.id, shown if message.pluralizable else shown[0], context=message.context)
        target = labels.folder_of(pack) / "zh_Hans" / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            write_mo(out, read_po(io.BytesIO(po_bytes(changed)), locale="zh_Hans", domain="django"))


def main() -> None:
    catalog, quarrels = merged()
    without = missing(catalog)
    for sentence in quarrels:
        print(f"messages: {sentence}", file=sys.stderr)
    if "--missing" in sys.argv[1:]:
        for message in without:
            print(f"{message.locations[0][0]}: {message.id!r}")
        return
    if "--check" in sys.argv[1:]:
        stale = not PO.exists() or PO.read_bytes() != po_bytes(catalog)
        if without or stale:
            sys.exit(f"messages: {len(without)} texts without Chinese; django.po is {'old' if stale else 'new'}")
        return
    write(catalog)
    write_packs(catalog)
    print(f"messages: {len(catalog) - len(without)} of {len(catalog)} texts have Chinese")


if __name__ == "__main__":
    main()
