"""Quotation marks of all languages: what stands whole between them, and what runs through several paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Opening mark to the closing ones that languages pair it with (Unicode, chapter 6.2; CLDR's delimiters).
_PAIRS = {
    "“": "”“",
    "„": "“”„",
    "‟": "”",
    "«": "»",
    "»": "«»",
    "”": "”",
    "‘": "’‘",
    "‚": "‘’",
    "’": "’",
    "‹": "›",
    "›": "‹",
    '"': '"',
    "'": "'",
    "「": "」",
    "『": "』",
    "〝": "〟",
    "＂": "＂",
}
_SINGLE = frozenset("‘‚’'‹›")
_AFTER = " .,;!?…。、\u00a0\u202f"
# What may stand behind the last mark: who says it, in brackets or behind a dash.
_NAMED_AFTER = re.compile(r"\s*(?:[—–―-]{1,2}|\()\s*[^\W\d_][^()]{1,80}\)?")


def is_whole(text: str) -> bool:
    """Whether all of `text` is one passage between marks, whatever stop or name follows."""
    opening = text[:1]
    closes = _PAIRS.get(opening)
    if closes is None or len(text) < 3:
        return False
    return _rest_after(text, opening, closes) == ""


def runs(texts: Sequence[str]) -> set[int]:
    """The paragraphs of passages that open a mark and close it in a later paragraph: all between belong to them.

    Each paragraph may open the mark again, as English and French books do; only the last closes it.
    """
    inside: set[int] = set()
    at = 0
    while at < len(texts):
        end = _end_of_run(texts, at)
        inside.update(range(at, end))
        at = max(end, at + 1)
    return inside


def fragments(text: str) -> list[str]:
    """What stands between double marks within `text`."""
    found = re.findall(r"[“„«\"「]([^“”„«»\"「」]{4,200})[”“»\"」]", text)
    return [one.strip(_AFTER) for one in found]


def _end_of_run(texts: Sequence[str], start: int) -> int:
    """Past the last paragraph of a run that begins at `start`; `start` itself where none begins."""
    opening = texts[start][:1]
    closes = _PAIRS.get(opening)
    if closes is None or opening in _SINGLE or not _is_open(texts[start], opening, closes):
        return start
    for end in range(start + 1, min(len(texts), start + 40)):
        text = texts[end]
        opens_anew = text[:1] == opening or text[:1] in closes
        body = text[1:] if opens_anew else text
        if _closes(body, opening, closes):
            return end + 1
        if opening != '"' and not opens_anew and opening in text:
            return start
    return start


def _is_open(text: str, opening: str, closes: str) -> bool:
    if opening in closes:
        return text.count(opening) % 2 == 1 if len(set(closes)) == 1 else not any(mark in text[1:] for mark in closes)
    depth = 0
    for letter in text:
        if letter == opening:
            depth += 1
        elif letter in closes and depth:
            depth -= 1
    return depth > 0


def _closes(text: str, opening: str, closes: str) -> bool:
    """Whether a mark ends the paragraph that was opened before it."""
    bare = text.rstrip(_AFTER)
    if not bare or bare[-1] not in closes:
        return False
    inside = bare[:-1]
    return inside.count(opening) <= sum(inside.count(mark) for mark in set(closes)) or opening in closes


def _rest_after(text: str, opening: str, closes: str) -> str | None:
    """What follows the mark that closes the first one, with stops and a name taken off; None where nothing closes it."""
    depth = 0
    for at, letter in enumerate(text):
        if at and letter in closes and not _is_apostrophe(text, at, letter):
            depth -= 1
            if depth <= 0:
                rest = text[at + 1 :].strip(_AFTER)
                return "" if not rest or _NAMED_AFTER.fullmatch(rest) else rest
        elif letter == opening:
            depth += 1
    return None


def _is_apostrophe(text: str, at: int, letter: str) -> bool:
    """`’` and `'` between letters, or before one, are none of the marks."""
    return letter in "’'" and text[at + 1 : at + 2].isalpha()


def is_mostly(text: str) -> bool:
    """Whether a passage between marks is broken by no more than who says it: “One,” she says, “and two.”"""
    closes = _PAIRS.get(text[:1])
    if closes is None:
        return False
    inside = sum(len(one) for one in fragments(text))
    return len(text) >= 60 and inside >= 0.7 * len(text) and text.rstrip(_AFTER)[-1] in closes
