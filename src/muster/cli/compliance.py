"""`muster check compliance`: evidence per clause group of the classified-protection scheme."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli import home
from muster.cli.deploy import language
from muster.cli.output import check_writable, write_json

app = typer.Typer()  # its one command stands in the group of `check`
STANDARD = "GB/T 22239-2019"


@home.check.command("compliance")
def check_compliance(
    json_to: Annotated[str, typer.Option("--json", metavar="OUT|-", help="Result as JSON, - for stdout.")] = "",
    spoken: Annotated[str, typer.Option("--language", help="zh or en; the terminal's when not given.")] = "",
) -> None:
    """Evidence for an assessment by GB/T 22239-2019: what Muster does, what is measured now, what is open.

    Groups go by the names of the standard's chapter. Exit code 0 also with open points: it reports, it does not judge."""
    check_writable(json_to)
    from muster.conf.setup import setup_django

    setup_django()
    from django.utils import translation

    from muster.conf import compliance
    from muster.conf.compliance_words import told

    chosen = {"zh": "zh-hans", "en": "en"}.get(spoken, language())
    with translation.override(chosen):
        groups = [told(each) for each in compliance.look()]
    if json_to:
        write_json(json_to, {"standard": STANDARD, "groups": groups})
    if json_to != "-":
        for group in groups:
            _say(group)


def _say(group: dict[str, object]) -> None:
    typer.echo(f"\n{STANDARD} {group['chapter']} · {group['title']}\n  {group['does']}")
    measured = group["measured"]
    for what, value in measured.items() if isinstance(measured, dict) else ():
        typer.echo(f"  · {what}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    for point in group["open"] if isinstance(group["open"], list) else ():
        typer.echo(f"  → {point}")
