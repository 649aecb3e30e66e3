"""`check`: find what readers would trip over, for people, for scripts and for code-hosting CI."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

import click

from newsletter.cli.context import parts_of
from newsletter.cli.issue.findings import findings_of
from newsletter.cli.options import format_option
from newsletter.wiring import Parts
from newsletter.words.finding import Finding, Mend
from newsletter.words.mistake import NewsletterError, Place

# One mend may bring another to light, such as a tracking parameter behind an open line.
_ROUNDS = 5


@click.command()
@click.argument("issue", type=int)
@format_option("github", about="json for scripts, github for annotations.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="What makes it exit with 1.",
)
@click.option("--offline", is_flag=True, help="Ask nothing of the web: no links, pictures or quoted pages.")
@click.option("--also", multiple=True, metavar="CODE", help="Switch on a check that is off, such as long-quote.")
@click.option("--fresh", "is_fresh", is_flag=True, help="Ask for every page again, also those asked for lately.")
@click.option("--mend", is_flag=True, help="Mend what is plain, such as tracking parameters, then check again.")
@click.pass_context
def check(
    ctx: click.Context,
    issue: int,
    form: str,
    fail_on: str,
    offline: bool,
    also: tuple[str, ...],
    is_fresh: bool,
    mend: bool,
) -> None:
    """Find what you would regret about ISSUE before your readers do. Exits with 1 where it finds an error.

    What can't be checked is said to be so, and is no error. docs/checks.md lists the codes. A finding that you accept is
    waived in the issue's file, with the reason.

    \b
    Example:
      newsletter check 42
      newsletter check 42 --offline --format json --fail-on warning
      newsletter check 42 --mend
    """
    from newsletter.preflight.rules import RULES

    for code in also:
        if code not in RULES:
            raise click.BadParameter(f"there is no check {code}; docs/checks.md lists them.", param_hint="--also")
    parts = parts_of(ctx.obj)
    found = findings_of(parts, issue, online=not offline, also=also, is_fresh=is_fresh)
    if mend:
        found = _mended(parts, found, lambda: findings_of(parts, issue, online=not offline, also=also))
    {"text": _as_text, "json": _as_json, "github": _as_annotations}[form](found)
    failing = {"error"} if fail_on == "error" else {"error", "warning"}
    if any(one.counts and one.severity.value in failing for one in found):
        ctx.exit(1)


def _mended(parts: Parts, found: list[Finding], again: Callable[[], list[Finding]]) -> list[Finding]:
    """Mend and check again until nothing is left that is sure; what was done goes to standard error."""
    for _ in range(_ROUNDS):
        done = _mend_files(parts, found)
        for line in done:
            click.echo(f"Mended: {line}", err=True)
        if not done:
            break
        found = again()
    return found


def _mend_files(parts: Parts, found: Sequence[Finding]) -> list[str]:
    """Make every sure mend of these findings, and say what was done. What the files held before is kept in var/history.

    A line that two mends want is left for the next round.
    """
    from newsletter.preflight.mends import mended

    sheets, done, taken = parts.sheets, [], set[tuple[str, int | None]]()
    for one in found:
        mend = one.mend
        if mend is None or not mend.is_sure or one.waived is not None or (mend.place.file, mend.place.line) in taken:
            continue
        taken.add((mend.place.file, mend.place.line))
        try:
            sheet = sheets.read(mend.place.file)
            sheets.change(
                mend.place.file,
                sheet.version,
                partial(mended, mend=mend),
                by="check --mend",
                at=parts.clock.now(),
            )
        except NewsletterError:
            continue
        done.append(f"{mend.place}: {_shown_mend(mend)} [{one.code}]")
    return done


def _shown_mend(mend: Mend) -> str:
    return f"{mend.old.strip()} → {mend.new.strip() or '(nothing)'}" if mend.new is not None else f"without {mend.old}"


def _as_text(found: list[Finding]) -> None:
    for one in found:
        if one.waived is not None:
            click.echo(f"{one.place}: waived: {one.message} [{one.code}]\n    Because: {one.waived}")
            continue
        click.echo(f"{one.place}: {one.severity.value}: {one.message} [{one.code}]\n    {one.why} {one.fix}")
    errors = sum(one.counts and one.severity.value == "error" for one in found)
    warnings = sum(one.counts and one.severity.value == "warning" for one in found)
    unchecked = sum(one.code == "not-checked" for one in found)
    end = "Nothing to mend." if not errors + warnings else f"{errors} to mend, {warnings} to look at."
    click.echo(end)
    if unchecked:
        click.echo("Not everything could be checked: see the notes.")


def _as_json(found: list[Finding]) -> None:
    findings = [
        {
            "code": one.code,
            "severity": one.severity.value,
            "place": _place(one.place),
            "post": one.post,
            "message": one.message,
            "why": one.why,
            "fix": one.fix,
            "mend": _mend(one.mend),
            "waived": one.waived,
        }
        for one in found
    ]
    click.echo(json.dumps({"findings": findings}, indent=2))


def _mend(mend: Mend | None) -> dict[str, object] | None:
    if mend is None:
        return None
    return {"place": _place(mend.place), "old": mend.old, "new": mend.new, "sure": mend.is_sure}


def _place(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": place.line, "column": place.column}


def _as_annotations(found: list[Finding]) -> None:
    """The commands that code-hosting CI reads from a build's output; waived findings are left out."""
    for one in found:
        if one.waived is not None:
            continue
        level = "notice" if one.severity.value == "note" else one.severity.value
        spot = f"file={_property(one.place.file)},line={one.place.line or 1},col={one.place.column or 1}"
        click.echo(f"::{level} {spot},title={_property(one.code)}::{_data(f'{one.message} {one.why} {one.fix}')}")


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
