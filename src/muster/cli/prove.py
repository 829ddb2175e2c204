"""`muster prove`: does every contingency plan hold with the people on the books, with proofs that others can check."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from muster.cli.output import check_writable, on_terminal, write_json

if TYPE_CHECKING:
    from muster.apps.plans.proof import Proof
    from muster.apps.plans.shipped import Template

app = typer.Typer()

SHORT = 1
WORDS = {"holds": "holds", "short": "SHORT", "nobody": "NOBODY", "failed": "FAILED"}


@app.command()
def prove(
    json_to: Annotated[
        str, typer.Option("--json", metavar="OUT|-", help="Where the proofs go, with what is needed to check them.")
    ] = "",
    plan: Annotated[str, typer.Option(metavar="ID", help="One plan: its number, or the name of a shipped one.")] = "",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else as many as the machine has.")] = None,
) -> None:
    """Solve every plan against today's books and keep the answers; exit code 1 when one does not hold."""
    check_writable(json_to)
    from muster.conf.setup import setup_django

    setup_django()
    from muster.apps.plans.actions.checks import keep_proof
    from muster.apps.plans.checks import books_seq
    from muster.apps.plans.proof import all_templates, prove_all
    from muster.apps.plans.shipped import template_named
    from muster.jobs import clock

    began, at, seq = time.monotonic(), clock.now(), books_seq()
    asked = [template_named(plan)] if plan else all_templates()
    proofs: dict[str, tuple[Proof, int]] = {}

    def keep(proof: Proof) -> None:
        row = keep_proof(proof.template, at, seq, proof.answer, proof.seconds)
        proofs[proof.template.slug] = (proof, row.pk)
        if on_terminal():
            sys.stderr.write(f"\r{len(proofs)} of {len(asked)} plans answered")

    prove_all(asked, at, keep=keep, workers=workers)
    if on_terminal():
        sys.stderr.write("\n")
    seconds = time.monotonic() - began
    in_order = [proofs[one.slug] for one in asked]
    if json_to:
        shown = [_shown(proof, number) for proof, number in in_order]
        write_json(json_to, {"at": at.isoformat(), "seconds": round(seconds, 2), "plans": shown})
    if json_to != "-":
        for proof, _number in in_order:
            typer.echo(_line(proof.template, proof))
        good = sum(proof.answer.outcome == "holds" for proof, _number in in_order)
        typer.echo(f"{good} of {len(asked)} plans hold; {seconds:.1f} s")
    if any(proof.answer.outcome != "holds" for proof, _number in in_order):
        raise typer.Exit(SHORT)


def _line(template: Template, proof: Proof) -> str:
    said = proof.answer
    chance = "     " if said.p_low is None else f"{said.p_low:.3f}"
    called = f"{len(said.result['alert']):4d} called" if "alert" in said.result else ""
    return f"{WORDS[said.outcome]:7s}{chance} of {template.target:.2f}  {called:11s}  {template.slug:12s} {template.en}"


def _shown(proof: Proof, number: int) -> dict[str, Any]:
    from muster.apps.plans.proof import evidence

    template, said = proof.template, proof.answer
    return {
        "check": number, "plan": template.slug, "zh": template.zh, "en": template.en, "outcome": said.outcome,
        "target": template.target, "p_low": said.p_low, "p_hat": said.p_hat, "p_high": said.p_high,
        "needs": [[need.capability, need.people, need.due_minutes] for need in template.needs],
        "model_version": said.model_version, "roster_hash": said.roster_hash, **said.result,
        "evidence": evidence(proof),
    }  # fmt: skip
