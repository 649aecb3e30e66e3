"""Tells whose words the paragraphs of an unmarked text are, and says where it is not certain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_OPENS_EXCERPT = re.compile(r"[“\"‘']?(?:…|\.\s?\.\s?\.|\[\s?(?:…|\.\s?\.\s?\.)\s?\]|\[[^\W\d_]\])")
_IN_MARKS = re.compile(r"(?:“[^”]*”|\"[^\"]*\"|«[^»]*»|„[^“”]*[“”])[.,]?")
_ITEM_OR_LINK = re.compile(r"(?:[-*•–—]|\d{1,3}[.)])\s|https?://\S+$|www\.\S+$")
_FIRST_PERSON = re.compile(r"(?:I|I['’](?:m|d|ve|ll)|[Mm]y|[Mm]e|[Ww]e|[Oo]ur)\b")
_POINTER = re.compile(r"(?:read (?:it|the|more|on)|via|h/t|hat tip|update|ps)\b", re.IGNORECASE)
_ATTRIBUTION = re.compile(r"(?:[–—―]|--?)\s*[^\W\d_].{0,80}")
_SIGN_OFF = re.compile(r"(?:[–—―]|--?)\s*(?P<name>[^\W\d_][\w.'’ -]{0,40})")
# A remark on a quote is a sentence; an excerpt that goes on is a paragraph.
_REMARK_WORDS = 20
_WHOLE_QUOTE_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A paragraph, whether it is a quote, and whether that is a guess."""

    text: str
    is_quote: bool
    is_doubtful: bool = False


def sign_off(paragraphs: Sequence[str], byline: str | None) -> str | None:
    """The name under a text (`–Dana`), where the last paragraph is one."""
    match = _SIGN_OFF.fullmatch(paragraphs[-1]) if paragraphs else None
    if match is None:
        return None
    name = match["name"].strip()
    return name if name == byline or len(name.split()) <= 2 else None


def tell_voices(paragraphs: Sequence[str]) -> list[Voice]:
    """One voice for each paragraph, in order.

    Certain are a paragraph that ends with a colon (it introduces), the one after it, one that opens with an ellipsis
    or an editor's bracket within an excerpt, and one in quotation marks. Where an excerpt ends cannot be seen: whatever
    follows it is a guess until the next introduction.
    """
    voices: list[Voice] = []
    is_introduced = False
    excerpt: list[str] = []
    for text in paragraphs:
        if _introduces(text):
            voices.append(Voice(text=text, is_quote=False, is_doubtful=is_introduced))
            is_introduced, excerpt = True, []
            continue
        voice = _introduced(text) if is_introduced else _following(text, excerpt, voices)
        if voice.is_quote:
            excerpt.append(text)
        elif not voice.is_doubtful:
            excerpt = []
        is_introduced = False
        voices.append(voice)
    return voices


def _introduces(text: str) -> bool:
    return text.endswith((":", "：")) and not _OPENS_EXCERPT.match(text)


def _introduced(text: str) -> Voice:
    return Voice(text=text, is_quote=not _ITEM_OR_LINK.match(text))


def _following(text: str, excerpt: Sequence[str], voices: Sequence[Voice]) -> Voice:
    """A paragraph that nothing introduces, after an excerpt (which may be over) or after our own words."""
    if _IN_MARKS.fullmatch(text) and len(text.split()) >= _WHOLE_QUOTE_WORDS:
        return Voice(text=text, is_quote=True)
    if _OPENS_EXCERPT.match(text):
        return Voice(text=text, is_quote=True, is_doubtful=not excerpt)
    if not excerpt or _ITEM_OR_LINK.match(text) or _POINTER.match(text):
        is_source = bool(excerpt) and voices[-1].is_quote and _ATTRIBUTION.fullmatch(text) is not None
        return Voice(text=text, is_quote=is_source)
    if voices[-1].is_quote and _ATTRIBUTION.fullmatch(text):
        return Voice(text=text, is_quote=True)
    return Voice(text=text, is_quote=voices[-1].is_quote and not _sounds_like_us(text, excerpt), is_doubtful=True)


def _sounds_like_us(text: str, excerpt: Sequence[str]) -> bool:
    if _FIRST_PERSON.match(text) and not any(_FIRST_PERSON.search(quoted) for quoted in excerpt):
        return True
    return len(text.split()) < _REMARK_WORDS and len(re.findall(r"[.!?…][”’\"')]*(?:\s|$)", text)) <= 1
