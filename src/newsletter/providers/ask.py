"""Asks for a setting: on the terminal, or on standard input for a secret."""

from __future__ import annotations

import sys

import click


def ask(what: str, option: str) -> str:
    """From a terminal alone. Raises UsageError, which names the option, where there is none."""
    if sys.stdin.isatty():
        answer: str = click.prompt(what)
        return answer.strip()
    raise click.UsageError(f"Say it with {option}.")


def ask_secret(what: str) -> str:
    """From a terminal, or the first line of standard input; never from the command line, which others can see."""
    if sys.stdin.isatty():
        answer: str = click.prompt(what[0].upper() + what[1:], hide_input=True)
        return answer.strip()
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError(f"There is no {what}: write it to standard input.")
    return line
