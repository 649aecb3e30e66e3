"""House style: words that a newsletter always writes in one way, from a file of lines such as "we write email, not e-mail"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import AuthorText
from newsletter.preflight.mends import other_words
from newsletter.preflight.rules import finding
from newsletter.preflight.wording.prose import fields_of, paragraphs_of
from newsletter.words.finding import Finding, Mend
from newsletter.words.mistake import Place

FILE = "house-style.txt"
_RULE = re.compile(r"(?:we write\s+)?(?P<ours>[^\s,][^,]{0,80}?),\s*not\s+(?P<others>\S.{0,300})", re.IGNORECASE)
_MARKS = "\"'“”„‘’«» ."
# Words in quotation marks are somebody's.
_SAID = re.compile(r'“[^“”]*+”|„[^„“”]*+[“”]|«[^«»]*+»|»[^«»]*+«|"[^"]*+"')
# Neither Markdown nor YAML reads more than words in these.
_HARMLESS = re.compile(r"[\w .'’&/-]+")


def findings(manuscript: Manuscript, readings: Sequence[AuthorText], style: str) -> Iterator[Finding]:
    """In our own words, never in quotes, code and addresses. `style` is the text of the file."""
    rules, unread = _read(style)
    for line in unread:
        yield finding(
            "house-style-file",
            Place(FILE, line),
            "This line is no rule.",
            "Write it like: we write email, not e-mail",
        )
    if not rules:
        return
    pattern = _pattern(tuple(rules))
    for field in fields_of(manuscript):
        for found, ours in _others(field.text, pattern, rules) if field.is_ours else ():
            place = field.at(found.start())
            yield _finding(place, found[0], ours, field.post, _mend(place, found[0], ours) if place.column else None)
    for paragraph in paragraphs_of(readings):
        for found, ours in _others(paragraph.text, pattern, rules):
            place = paragraph.at(found.start())
            yield _finding(place, found[0], ours, paragraph.post, _mend(place, found[0], ours))


def _read(style: str) -> tuple[dict[str, str], list[int]]:
    """Our way by each other way, and the lines that can't be read. A `#` begins a remark."""
    rules, unread = dict[str, str](), list[int]()
    for number, line in enumerate(style.splitlines(), 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        rule = _RULE.fullmatch(words)
        others = [other.strip(_MARKS) for other in re.split(r",|\bor\b", rule["others"])] if rule else []
        ours = rule["ours"].strip(_MARKS) if rule else ""
        if not ours or not all(others) or ours in others:
            unread.append(number)
            continue
        rules |= dict.fromkeys(others, ours)
    return rules, unread


@lru_cache(maxsize=8)
def _pattern(others: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = "|".join(re.escape(other) for other in sorted(others, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{longest_first})(?![\w-])", re.IGNORECASE)


def _others(text: str, pattern: re.Pattern[str], rules: Mapping[str, str]) -> Iterator[tuple[re.Match[str], str]]:
    """Each place where it is written in another way, and ours. Only where two ways differ in large letters do those count."""
    small = {other.casefold(): ours for other, ours in rules.items()}
    for found in pattern.finditer(_SAID.sub(lambda said: "\ufffc" * len(said[0]), text)):
        ours = small[found[0].casefold()]
        if ours.casefold() == found[0].casefold() and found[0] not in rules:
            continue
        yield found, ours[:1].upper() + ours[1:] if found[0][:1].isupper() and rules.get(found[0]) is None else ours


def _mend(place: Place, words: str, ours: str) -> Mend | None:
    return other_words(place, words, ours, is_sure=True) if _HARMLESS.fullmatch(ours) else None


def _finding(place: Place, words: str, ours: str, post: str | None, mend: Mend | None) -> Finding:
    return finding("house-style", place, f"“{words}”: we write “{ours}”.", f"Write “{ours}”.", post=post, mend=mend)
