"""A passage of a text by its words: found again after the text was changed around it, or known to be gone."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# Enough to tell one "the boat" from the next.
CONTEXT = 60
# What a reader does not see: where a link leads, remarks, merge tags but for the words that stand in for a value.
_UNSEEN = (("](", ")"), ("<!--", "-->"), ("{{", "}}"), ("{%", "%}"))
_LONGEST_UNSEEN = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedPassage:
    """`quote` is what was marked; `before` and `after` are the words around it, up to 60 letters of each."""

    quote: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWords:
    """Where a passage stands: `text[start:end]`. `is_literal` where it reads letter for letter as it was marked.

    `is_only` is False where the same words stand elsewhere too, with as much of the same around them.
    """

    start: int
    end: int
    is_literal: bool
    is_only: bool


def passage_at(text: str, quote: str) -> NotedPassage:
    """The passage that a quote names, with what stands around its first place; alone, where it stands nowhere."""
    span = find_passage(text, NotedPassage(quote=quote))
    if span is None:
        return NotedPassage(quote=quote)
    return NotedPassage(
        quote=quote, before=text[max(span.start - CONTEXT, 0) : span.start], after=text[span.end : span.end + CONTEXT]
    )


def find_passage(text: str, passage: NotedPassage) -> FoundWords | None:
    """Where the words of a passage stand now; None where they are gone.

    Marks, line ends and the targets of links are passed over, so that words marked on a page are found in its Markdown.
    Of several places that one is meant around which most is as it was.
    """
    said, places = _read_once(text)
    wanted = _words_of(passage.quote)
    if not wanted:
        return _literal(text, passage)
    before, after = _words_of(passage.before), _words_of(passage.after)
    scores = {at: _around(said, at, at + len(wanted), before, after) for at in _places(said, wanted)}
    if not scores:
        return None
    best = max(scores.values())
    first = next(at for at, score in scores.items() if score == best)
    start, end = places[first], places[first + len(wanted) - 1] + 1
    start, end = _with_marks(text, start, end, passage.quote)
    is_literal = text[start:end].split() == passage.quote.split()
    return FoundWords(start=start, end=end, is_literal=is_literal, is_only=list(scores.values()).count(best) == 1)


def words_there_now(text: str, passage: NotedPassage) -> str:
    """What stands now between the words that stood around a passage; "" where these are gone too."""
    start = (
        find_passage(text, NotedPassage(quote=passage.before, after=passage.quote)) if passage.before.strip() else None
    )
    begin = start.end if start else 0
    end = find_passage(text[begin:], NotedPassage(quote=passage.after)) if passage.after.strip() else None
    if (passage.before.strip() and start is None) or (passage.after.strip() and end is None):
        return ""
    return (text[begin : begin + end.start] if end else text[begin:]).strip()


@lru_cache(maxsize=8)
def _read_once(text: str) -> tuple[str, array[int]]:
    """What is seen of a text, and the place of each letter in it. Every note of a part asks about the same text."""
    seen = list(_seen(text))
    return "".join(letter for letter, _ in seen), array("L", (at for _, at in seen))


def _seen(text: str) -> Iterator[tuple[str, int]]:
    """The letters and figures that a reader sees, in one case, a blank between words; each with its place in the text."""
    was_blank = True
    for at, sign in _outside_of_unseen(text):
        if sign.isalnum():
            for letter in unicodedata.normalize("NFKC", sign).casefold():
                yield letter, at
            was_blank = False
        elif sign.isspace() and not was_blank:
            yield " ", at
            was_blank = True


def _outside_of_unseen(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    while at < len(text):
        for opening, closing in _UNSEEN:
            if text.startswith(opening, at):
                end = text.find(closing, at + len(opening), at + _LONGEST_UNSEEN)
                if end >= 0:
                    yield from _stand_in(text, at, end) if opening == "{{" else ()
                    at = end + len(closing)
                    break
        else:
            yield at, text[at]
            at += 1


def _stand_in(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The words in `default("...")` of a merge tag: what an unknown reader sees."""
    first = text.find("default(", start, end) + len("default(")
    last = text.find(text[first], first + 1, end) if first >= len("default(") + start else -1
    if last > 0:
        yield from ((at, text[at]) for at in range(first + 1, last))


def _words_of(text: str) -> str:
    return "".join(letter for letter, _ in _seen(text)).strip()


def _places(said: str, wanted: str) -> Iterator[int]:
    at = said.find(wanted)
    while at >= 0:
        yield at
        at = said.find(wanted, at + 1)


def _around(said: str, start: int, end: int, before: str, after: str) -> int:
    """How many letters beside a place are those that stood there."""
    left, right = said[max(start - CONTEXT - 1, 0) : start].rstrip(), said[end : end + CONTEXT + 1].lstrip()
    return _same(reversed(left), reversed(before)) + _same(iter(right), iter(after))


def _same(one: Iterator[str], other: Iterator[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _with_marks(text: str, start: int, end: int, quote: str) -> tuple[int, int]:
    """The place with the marks at the quote's own ends, such as its full stop, where they stand there too."""
    letters = [at for at, sign in enumerate(quote) if sign.isalnum()]
    lead, tail = quote[: letters[0]].lstrip(), quote[letters[-1] + 1 :].rstrip()
    if lead and text[:start].endswith(lead):
        start -= len(lead)
    if tail and text.startswith(tail, end):
        end += len(tail)
    return start, end


def _literal(text: str, passage: NotedPassage) -> FoundWords | None:
    """A quote of marks alone, such as a dash."""
    quote = passage.quote.strip()
    at = text.find(f"{passage.before}{passage.quote}") if quote else -1
    at = at + len(passage.before) if at >= 0 else text.find(quote) if quote else -1
    if at < 0:
        return None
    return FoundWords(start=at, end=at + len(passage.quote), is_literal=True, is_only=text.count(quote) == 1)
