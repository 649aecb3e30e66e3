"""Which mail clients lack which part of HTML and CSS: a table of facts, each with the month of its test.

The facts are those of caniemail (MIT licence, state of June 2026) for the clients that many people read mail with, in the
newest version that was tested there. A letter a client, in the order of `CLIENTS`: y has it, a in part, n lacks it,
u is unknown. Only what some client lacks is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CLIENTS = (
    "Apple Mail on iPhone",
    "Apple Mail on Mac",
    "Gmail in the browser",
    "Gmail on iPhone",
    "Gmail on Android",
    "Outlook for Windows",
    "Outlook.com",
    "Outlook on iPhone",
    "Outlook on Android",
    "Yahoo in the browser",
    "Samsung Mail",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """`lacking` are the names of the clients that lack it; `tested` is the month of the test."""

    feature: str
    tested: str
    lacking: tuple[str, ...]
    is_needed: bool


def _facts() -> dict[str, Fact]:
    found = {}
    is_needed = False
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            is_needed = line.startswith("# needed")
        elif line:
            feature, tested, letters = line.rsplit(maxsplit=2)
            lacking = tuple(client for client, letter in zip(CLIENTS, letters, strict=True) if letter == "n")
            found[feature] = Fact(feature, tested, lacking, is_needed)
    return found


FACTS = _facts()
