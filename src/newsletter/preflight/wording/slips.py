"""Slips of the keyboard: a word that stands twice, and quotation marks and brackets that open and never close."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import AuthorText
from newsletter.preflight.rules import finding
from newsletter.preflight.wording.prose import fields_of, paragraphs_of
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Words that no sentence of the language says twice in a row. "That that", "had had", "die die" and "nous nous" are sentences.
_NEVER_TWICE = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the a an of to and or but for with from at into than if because when my your our their his its he she we they"
        " i'm are were be been has not which every some it",
        "de": "und oder aber ein eine einen einem eines mit von für ist nicht wir ich im am zum zur vom dem auch wenn dass noch"
        " nur wird bei nach bis des kein keine",
        "fr": "le les un une des du de et ou à au aux dans pour par sur avec est ce cette ces sont mais il elle je",
        "es": "el los las un una de del al en con por para se su sus pero como y",
        "it": "il lo gli un una di del della dei delle da in con per su ma al alla nel nella è",
        "nl": "de het een en of van met door bij niet maar als wij ook",
        "pt": "os as um uma de do da dos das em no com por para mas ao é",
        "pl": "i w z na do że nie jest się dla od po ale oraz przez",
    }.items()
}
_OPENS = {"(": ")", "[": "]", "“": "”", "„": "“”"}
# So deep nobody nests, and so far away nobody closes a bracket.
_DEEPEST, _FARTHEST = 20, 12
_MARK = re.compile("[()\\[\\]“”„]")
_FACE = re.compile(r"(?<!\S)[:;=][-'^]?[()\[\]]")


def findings(manuscript: Manuscript, readings: Sequence[AuthorText], language: str) -> Iterator[Finding]:
    """In our own words. A word that stands twice in a quote is only noted: it may stand so at its source."""
    never_twice = _NEVER_TWICE.get(language[:2].lower(), frozenset())
    paragraphs = list(paragraphs_of(readings))
    for field in fields_of(manuscript):
        for offset, words in _twice(field.text, never_twice) if field.is_ours else ():
            yield _doubled("doubled-word", words, field.at(offset), field.post)
        if field.is_ours and (opening := _never_closed(field.text, "")):
            yield _open(field.text, opening[0], field.at(opening[0]), field.post)
    for number, paragraph in enumerate(paragraphs, 1):
        for offset, words in _twice(paragraph.text, never_twice):
            yield _doubled("doubled-word", words, paragraph.at(offset), paragraph.post)
        later = [one.text for one in paragraphs[number : number + _FARTHEST] if one.file == paragraph.file]
        for offset in _never_closed(paragraph.text, later[0] if later else ""):
            if not _closes_in(later, paragraph.text[offset]):
                yield _open(paragraph.text, offset, paragraph.at(offset), paragraph.post)
    for read in readings:
        for quote in read.quotes:
            for _, words in _twice(quote.words, never_twice):
                yield _doubled("doubled-word-in-quote", words, quote.place, read.post)


def _twice(text: str, never_twice: frozenset[str]) -> Iterator[tuple[int, str]]:
    """The offset of the second of two, which has to begin small: "Plan A a" is no slip."""
    before, end = "", 0
    for word in _WORD.finditer(text):
        small = word[0].casefold()
        if small == before and word[0].islower() and small in never_twice and text[end : word.start()].isspace():
            yield word.start(), f"{word[0]} {word[0]}"
        before, end = small, word.end()


def _never_closed(text: str, following: str) -> list[int]:
    """Where a mark opens that does not close in the text.

    A speech of several paragraphs opens in each and closes in the last.
    """
    text = _FACE.sub(lambda found: " " * len(found[0]), text)
    goes_on = following.lstrip()[:1]
    found = [spot for spot in _open_pairs(text) if text[spot] in "([" or goes_on != text[spot]]
    if text.count("«") != text.count("»") and not {goes_on, text.lstrip()[:1]} & set("«»"):
        found.append(min(spot for spot in (text.find("«"), text.find("»")) if spot >= 0))
    # A straight mark behind a figure may be an inch.
    n_inches = sum(figure + '"' in text and text.count(figure + '"') for figure in "0123456789")
    if text.count('"') % 2 and (text.count('"') - n_inches) % 2 and goes_on != '"':
        found.append(text.rfind('"'))
    return sorted(found)


def _open_pairs(text: str) -> list[int]:
    """The offsets of brackets and of curved quotation marks that nothing closes."""
    open_at: list[int] = []
    for mark in _MARK.finditer(text):
        sign = mark[0]
        pair = next((spot for spot in reversed(open_at[-_DEEPEST:]) if sign in _OPENS[text[spot]]), None)
        if pair is not None:
            open_at.remove(pair)
        elif sign in _OPENS:
            open_at.append(mark.start())
    return open_at


def _closes_in(later: Sequence[str], sign: str) -> bool:
    """Whether one of the later texts has a mark to close with more than it opens."""
    closing = _OPENS.get(sign, sign)
    return any(
        sum(text.count(mark) for mark in closing) > (text.count(sign) if sign not in closing else 0) for text in later
    )


def _doubled(code: str, words: str, place: Place, post: str | None) -> Finding:
    return finding(code, place, f"“{words}”: the word stands twice.", "Take one of the two out.", post=post)


def _open(text: str, offset: int, place: Place, post: str | None) -> Finding:
    after = " ".join(text[offset : offset + 40].replace("\ufffc", "").split())
    return finding(
        "open-mark",
        place,
        f"The mark at the beginning of “{after}” has no partner.",
        "Put the other one where it belongs, or take this one out.",
        post=post,
    )
