"""What belongs to a sponsor: its words and its links are what was agreed on, so nothing is mended there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import AuthorText
from newsletter.words.finding import Finding

_LABEL = (
    r"(?:(?:from|a word from|by|with thanks to) )?(?:our |today['’]s |this week['’]s )?sponsors?(?:ed)?"
    r"(?: (?:by|post|posts|content|message|link|links|section))?|advertisements?|ads?|paid (?:post|content|partnership)"
    r"|anzeigen?|werbung|gesponsert(?: von)?|publicité|sponsorisé(?: par)?|publicidad|patrocinado(?: por)?|patrocinador(?:es)?"
    r"|pubblicità|sponsorizzato(?: da)?|advertenties?|publicidade|reklama"
)
_TITLE = re.compile(rf"[#*_\s]{{0,12}}(?:{_LABEL})[*_:\s]{{0,12}}", re.IGNORECASE)
_BEGINNING = re.compile(
    rf"[*_\[(]{{0,4}}(?:(?:{_LABEL})[*_\])]{{0,4}}\s?[:—–|]|sponsored by\b|gesponsert von\b)", re.IGNORECASE
)


def without_mends(found: Iterable[Finding], manuscript: Manuscript, readings: Sequence[AuthorText]) -> list[Finding]:
    """The findings, those about a sponsor's words or links without a mend.

    A post is a sponsor's by its tag or its section's title, a paragraph by the label that it begins with, or the heading above it.
    """
    posts = set(_posts(manuscript))
    lines = {spot for read in readings for spot in _lines(read)}

    def is_a_sponsors(one: Finding) -> bool:
        if one.url and "sponsor" in one.url.casefold():
            return True
        return one.post in posts or (one.place.file, one.place.line) in lines

    return [replace(one, mend=None) if one.mend and is_a_sponsors(one) else one for one in found]


def _posts(manuscript: Manuscript) -> Iterator[str]:
    for section in manuscript.issue.sections:
        if _TITLE.fullmatch(section.title):
            yield from section.posts
    for post in manuscript.posts.values():
        if any(_TITLE.fullmatch(tag) for tag in post.tags):
            yield post.slug


def _lines(read: AuthorText) -> Iterator[tuple[str, int]]:
    under_heading, in_paragraph, before = False, False, ""
    for number, line in read.own:
        if line.startswith("#"):
            under_heading = _TITLE.fullmatch(line) is not None
        if not before.strip():
            in_paragraph = _BEGINNING.match(line) is not None
        if under_heading or in_paragraph:
            yield read.file, number
        before = line
