"""A post from text without any marks: title, byline, our words and the quotes, and not one word lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from newsletter.collect.file_name import slug_of
from newsletter.collect.literal import literal
from newsletter.collect.paragraphs import Paragraph, read_paragraphs
from newsletter.collect.voices.doubts import doubts
from newsletter.collect.voices.habits import signs_of
from newsletter.collect.voices.signs import SIGNS
from newsletter.collect.voices.tell import Voice, tell_voices
from newsletter.folder.habits_file import Habit
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post

# A longer first line is the beginning of the text, not its title.
_LONGEST_TITLE = 200
_SIGN_OFF = re.compile(r"(?:[–—―]|--?)\s*(?P<name>[^\W\d_][\w.'’ -]{0,40})")
_BYLINE = re.compile(
    r"(?P<open>[\[(])?\s*+(?P<more>(?:[^\W\d_]++\s++){0,4}?)by:?\s++(?P<name>[^\W\d_][^\[\]():]{0,60}?)\s*+(?(open)[\])])",
    re.IGNORECASE,
)


def read_plain_text(text: str, *, on: date, habits: Sequence[Habit] = ()) -> Post:
    """Make a post of a text whose first line is its title. `on` is the day it is collected, `habits` what is remembered.

    What is only probably a quote is named in `checks`. Raises Mistake where there are no words.
    """
    paragraphs = read_paragraphs(text)
    if not paragraphs:
        raise Mistake("There are no words in this text.", fix="Check that you named the right file.")
    title, rest, checks = _title(paragraphs)
    byline, head, rest = _byline(rest)
    signed = _sign_off(rest, byline)
    signs = (*SIGNS, *signs_of(habits, byline or signed or ""))
    voices = tell_voices(rest[:-1] if signed else rest, signs)
    voices = [*map(_ours, head), *voices, *([_ours(rest[-1])] if signed else [])]
    return Post(
        slug=slug_of(title, on),
        title=title,
        body=_body(voices),
        byline=byline or signed,
        checks=(*checks, *doubts(voices), *_names(byline, signed)),
    )


def _title(paragraphs: list[Paragraph]) -> tuple[str, list[Paragraph], tuple[str, ...]]:
    first = paragraphs[0].text
    if len(first) <= _LONGEST_TITLE:
        return first, paragraphs[1:], ()
    title = first[:80].rpartition(" ")[0] or first[:80]
    return f"{title}…", paragraphs, ("The text has no title of its own: give it one.",)


def _byline(paragraphs: list[Paragraph]) -> tuple[str | None, list[Paragraph], list[Paragraph]]:
    """The name, the line itself where it says more than the name, and the paragraphs below it."""
    match = _BYLINE.fullmatch(paragraphs[0].text) if paragraphs else None
    if match is None or not (match["open"] or match["name"][0].isupper()) or len(match["name"].split()) > 6:
        return None, [], paragraphs
    return match["name"], paragraphs[:1] if match["more"] else [], paragraphs[1:]


def _sign_off(paragraphs: Sequence[Paragraph], byline: str | None) -> str | None:
    """The name under a text (`–Dana`), where the last paragraph is one; under a quote it says whose words those are."""
    match = _SIGN_OFF.fullmatch(paragraphs[-1].text) if paragraphs else None
    if match is None:
        return None
    name = match["name"].strip()
    is_known = byline is not None and not {*name.casefold().split()}.isdisjoint(byline.casefold().split())
    is_under_quote = tell_voices(paragraphs)[-1].is_quote
    return name if is_known or (len(name.split()) <= 2 and not is_under_quote) else None


def _ours(paragraph: Paragraph) -> Voice:
    return Voice(text=paragraph.text, is_quote=False)


def _body(voices: Sequence[Voice]) -> str:
    blocks = []
    for is_quote, run in groupby(voices, key=lambda voice: voice.is_quote):
        texts = [literal(voice.text) for voice in run]
        blocks += ["\n>\n".join(f"> {text}" for text in texts)] if is_quote else texts
    return "\n\n".join(blocks)


def _names(byline: str | None, signed: str | None) -> tuple[str, ...]:
    if byline and signed and not ({*byline.casefold().split()} & {*signed.casefold().split()}):
        return (f"The byline says {byline}, but the text is signed {signed}: check who wrote it.",)
    return ()
