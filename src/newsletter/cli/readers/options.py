"""Options that several commands about readers share, and how they are read."""

from __future__ import annotations

from collections.abc import Sequence

import click

from newsletter.words.mistake import Missing
from newsletter.words.subscriber import SubscriptionStatus

list_option = click.option("--list", "list_name", required=True, metavar="NAME", help="The mailing list.")
active_option = click.option(
    "--active/--confirm",
    "active",
    default=False,
    help="--active: they agreed to get it, and --consent says how. --confirm (the default): ask each person first.",
)
consent_option = click.option("--consent", metavar="TEXT", help="Where and when they agreed; kept as the proof.")
map_option = click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="Say what a column is, COLUMN:WORD=MEANING what a word in it means; - leaves it out.",
)


def status_asked(active: bool, consent: str | None) -> SubscriptionStatus:
    """Where people begin. Raises a usage error where they are called active without a proof."""
    if active and not (consent and consent.strip()):
        raise click.UsageError('--active needs --consent TEXT: where and when they agreed, such as "Form, 2024".')
    return SubscriptionStatus.ACTIVE if active else SubscriptionStatus.PENDING


def split_pair(text: str, option: str, *, at_first: bool = False) -> tuple[str, str]:
    """The two sides of NAME=VALUE. Either the name may hold an equals sign, as a header does, or with `at_first` the value."""
    left, equals, right = text.partition("=") if at_first else text.rpartition("=")
    if not equals or not left.strip() or not right.strip():
        raise click.UsageError(f"{option} {text!r} is not of the form NAME=VALUE.")
    return left, right


def asked_maps(texts: Sequence[str]) -> dict[str, str]:
    """What several `--map` say; two that contradict each other are refused, since nobody can tell which is meant."""
    found: dict[str, str] = {}
    for text in texts:
        left, right = split_pair(text, "--map")
        if found.setdefault(left, right) != right:
            raise click.UsageError(f"--map says two things of {left!r}: {found[left]} and {right}.")
    return found


def no_such_list(name: str) -> Missing:
    return Missing(f"There is no list called {name!r}.", fix="See the lists with: newsletter lists")
