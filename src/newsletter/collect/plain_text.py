"""A post from text without any marks: title, byline, our words and the quotes, and not one word lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from newsletter.collect.file_name import slug_of
from newsletter.collect.literal import literal
from newsletter.collect.paragraphs import split_paragraphs
from newsletter.collect.voices import Voice, sign_off, tell_voices
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post

# A longer first line is the beginning of the text, not its title.
_LONGEST_TITLE = 200
_BYLINE = re.compile(
    r"(?P<open>[\[(])?\s*+(?P<more>(?:[^\W\d_]++\s++){0,4}?)by:?\s++(?P<name>[^\W\d_][^\[\]():]{0,60}?)\s*+(?(open)[\])])",
    re.IGNORECASE,
)


def read_plain_text(text: str, *, on: date) -> Post:
    """Make a post of a text whose first line is its title. `on` is the day it is collected.

    What is only probably a quote is named in `checks`. Raises Mistake where there are no words.
    """
    paragraphs = split_paragraphs(text)
    if not paragraphs:
        raise Mistake("There are no words in this text.", fix="Check that you named the right file.")
    title, rest, checks = _title(paragraphs)
    byline, head, rest = _byline(rest)
    signed = sign_off(rest, byline)
    voices = tell_voices(rest[:-1] if signed else rest)
    ours = [Voice(text=text, is_quote=False) for text in head]
    ending = [Voice(text=rest[-1], is_quote=False)] if signed else []
    return Post(
        slug=slug_of(title, on),
        title=title,
        body=_body([*ours, *voices, *ending]),
        byline=byline or signed,
        checks=(*checks, *_doubts(voices), *_names(byline, signed)),
    )


def _title(paragraphs: list[str]) -> tuple[str, list[str], tuple[str, ...]]:
    first = paragraphs[0]
    if len(first) <= _LONGEST_TITLE:
        return first, paragraphs[1:], ()
    title = first[:80].rpartition(" ")[0] or first[:80]
    return f"{title}…", paragraphs, ("The text has no title of its own: give it one.",)


def _byline(paragraphs: list[str]) -> tuple[str | None, list[str], list[str]]:
    """The name, the line itself where it says more than the name, and the paragraphs below it."""
    match = _BYLINE.fullmatch(paragraphs[0]) if paragraphs else None
    if match is None or not (match["open"] or match["name"][0].isupper()) or len(match["name"].split()) > 6:
        return None, [], paragraphs
    return match["name"], paragraphs[:1] if match["more"] else [], paragraphs[1:]


def _body(voices: Sequence[Voice]) -> str:
    blocks = []
    for is_quote, run in groupby(voices, key=lambda voice: voice.is_quote):
        texts = [literal(voice.text) for voice in run]
        blocks += ["\n>\n".join(f"> {text}" for text in texts)] if is_quote else texts
    return "\n\n".join(blocks)


def _doubts(voices: Sequence[Voice]) -> list[str]:
    quoted = [voice.text for voice in voices if voice.is_doubtful and voice.is_quote]
    ours = [voice.text for voice in voices if voice.is_doubtful and not voice.is_quote]
    return [
        *([f"{_may_be(quoted)}. Set apart as {'quotes' if len(quoted) > 1 else 'a quote'} now."] if quoted else []),
        *([f"{_may_be(ours)}. Set as our own words now."] if ours else []),
    ]


def _may_be(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return f"1 paragraph may be a quote: check {_beginnings(texts)}"
    return f"{len(texts)} paragraphs may be quotes: check {_beginnings(texts)}"


def _beginnings(texts: Sequence[str]) -> str:
    return ", ".join(f"“{' '.join(text.split()[:4])} …”" for text in texts)


def _names(byline: str | None, signed: str | None) -> tuple[str, ...]:
    if byline and signed and not ({*byline.casefold().split()} & {*signed.casefold().split()}):
        return (f"The byline says {byline}, but the text is signed {signed}: check who wrote it.",)
    return ()
