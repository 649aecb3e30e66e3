"""How inboxes show a subject: as much of it as they have room for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import GAP
from newsletter.preflight.rules import finding
from newsletter.words.finding import Finding

# Past this nobody sees the rest anywhere.
LONGEST_SUBJECT = 150
# In letters of common width. Wide ones, such as those of Chinese and pictures, take the room of two.
ON_A_PHONE, ON_A_DESKTOP = 40, 70
_DEFAULT = re.compile(r"default\(\s*[\"']([^\"']{0,80})[\"']")


def findings(manuscript: Manuscript) -> Iterator[Finding]:
    """A subject that phones cut is noted, with what they show of it; one that everybody cuts is a warning."""
    issue = manuscript.issue
    subject = " ".join(GAP.sub(_value, issue.subject).split())
    width = sum(map(_width, subject))
    if width <= ON_A_PHONE:
        return
    shows = f"Gmail on a phone shows: “{cut_to(subject, ON_A_PHONE)}”."
    if width > ON_A_DESKTOP:
        shows += f" A desktop shows: “{cut_to(subject, ON_A_DESKTOP)}”."
    is_long = len(subject) > LONGEST_SUBJECT
    yield finding(
        "long-subject" if is_long else "cut-subject",
        issue.place("subject"),
        f"The subject has {len(subject)} characters. {shows}" if is_long else shows,
        "Put what matters first, and stop there.",
    )


def cut_to(text: str, width: int) -> str:
    """The text as far as it fits into `width` columns, with an ellipsis where something is left out."""
    room = width
    for offset, letter in enumerate(text):
        room -= _width(letter)
        if room < 0:
            return f"{text[:offset].rstrip()}…"
    return text


def _width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _value(tag: re.Match[str]) -> str:
    """What a merge tag says to a reader of whom nothing is known."""
    default = _DEFAULT.search(tag[0])
    return default[1] if default else ""
