"""The modules of the pages: whatever a script imports by a bare name stands in the one import map that every page has."""

import json
import re
from pathlib import Path

from tests.house_rules.rules import SOURCE

MAPS = [path for path in SOURCE.rglob("*.html") if 'type="importmap"' in path.read_text(encoding="utf-8")]
IMPORTED = re.compile(r"""(?:\bfrom\s+|\bimport\s+|\bimport\()["']([^"'./][^"']*)["']""")


def known() -> set[str]:
    text = re.sub(r"{%.*?%}", "", MAPS[0].read_text(encoding="utf-8"))
    found = re.search(r"<script[^>]*>(.*)</script>", text)
    assert found is not None
    return set(json.loads(found.group(1))["imports"])


def test_there_is_one_import_map() -> None:
    assert [path.name for path in MAPS] == ["_import_map.html"]


def test_every_bare_name_that_a_script_imports_is_in_it() -> None:
    asked: dict[str, set[str]] = {}
    scripts: list[Path] = [path for path in SOURCE.rglob("static/**/*.js") if "vendor" not in path.parts]
    for script in scripts:
        for name in IMPORTED.findall(script.read_text(encoding="utf-8")):
            asked.setdefault(name, set()).add(script.name)
    assert "pmtiles" in asked
    unknown = {name: files for name, files in asked.items() if name not in known() and not name.startswith("muster/")}
    assert unknown == {}
