"""Options that commands of every kind share: the form of the output, and whether to ask first."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def format_option(*others: str, about: str = "json for scripts.") -> Callable[[Command], Command]:
    """`--format`: text, json, or one of the others."""
    forms = click.Choice(["text", "json", *others])
    return click.option("--format", "form", type=forms, default="text", show_default=True, help=about)


def confirm(question: str, *, yes: bool, err: bool = False) -> None:
    """Ask whether to go on, and end the command on a no. Without a terminal nobody is asked."""
    if not yes and sys.stdin.isatty():
        click.confirm(question, abort=True, err=err)
