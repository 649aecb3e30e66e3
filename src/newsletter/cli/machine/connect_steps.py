"""The steps by which a provider is connected, on the terminal: said before they are done, and shown as they stand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from newsletter.connect.desk import ConnectDesk, StepSeen

_BETWEEN_SECONDS = 15.0
_SIGNS = {"done": "done", "open": "to do", "check": "look", "wrong": "mend", "unknown": "not known"}


def print_steps(desk: ConnectDesk, *, minutes: int = 0) -> None:
    """Where each step stands; with `minutes`, again and again until the records are live, for so long at most."""
    seen = [desk.see(step.name) for step in desk.steps]
    for one in seen:
        _print_step(one)
    clock = desk.setup().clock
    until = clock.monotonic() + minutes * 60
    waiting = [one.step.name for one in seen if one.waits_for_dns]
    while waiting and clock.monotonic() < until:
        click.echo(f"Looking again in {_BETWEEN_SECONDS:.0f} s; Ctrl-C ends it, and nothing is lost by that.", err=True)
        clock.sleep(_BETWEEN_SECONDS)
        again = [desk.see(name) for name in waiting]
        for one in again:
            _print_step(one)
        waiting = [one.step.name for one in again if one.waits_for_dns]


def do_step(desk: ConnectDesk, name: str, answer: str) -> None:
    """What it will do is said first."""
    step = desk.step(name)
    click.echo(step.before, err=True)
    click.echo(desk.do(name, answer).words)
    _print_records(desk.see(name))


def undo_step(desk: ConnectDesk, name: str) -> None:
    step = desk.step(name)
    click.echo(step.undo_before, err=True)
    click.echo(desk.undo(name).words)


def walk_steps(desk: ConnectDesk) -> None:
    """Offer each step that is open to a person at the terminal; elsewhere say how to go on."""
    if not sys.stdin.isatty():
        click.echo(f"The steps that may be left: newsletter connect {desk.kind.name} --look")
        return
    for step in desk.steps:
        seen = desk.see(step.name)
        _print_step(seen)
        if step.do is None or seen.look.state == "done":
            continue
        if not click.confirm(f"{step.before} {step.button}?", default=False):
            continue
        answer = click.prompt(step.asks) if step.asks else ""
        try:
            do_step(desk, step.name, answer)
        except NewsletterError as error:
            click.echo(f"{error.message}\n{error.fix}", err=True)


def _print_step(seen: StepSeen) -> None:
    sign = _SIGNS[seen.look.state]
    click.echo(f"{sign:<10}{seen.step.name:<14}{seen.look.words}")
    if seen.look.fix:
        click.echo(f"{'':<24}{seen.look.fix}")
    _print_records(seen)


def _print_records(seen: StepSeen) -> None:
    for one in seen.records:
        click.echo(f"{'':<24}{one.record.name} {one.record.kind} {one.record.value}  ({one.words})")
        if one.record.note:
            click.echo(f"{'':<24}  {one.record.note}")
