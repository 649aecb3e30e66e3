"""Names that are written in two ways within one issue: one that stands often, and one that is a letter away from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import AuthorText
from newsletter.preflight.mends import other_words
from newsletter.preflight.rules import finding
from newsletter.preflight.wording.prose import fields_of, paragraphs_of
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place

# Where endings change with the case, a name has several of them.
_LANGUAGES = frozenset(["en", "de", "fr", "es", "it", "nl", "pt", "da", "sv", "nb", "no"])
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MINE = re.compile(r"['’]s?$")
_SMALL_WORDS = (
    "the a an this that these those our my your his her its their in on at by for from with and but or if "
    "when where what who why how no not one two three dear every all as to of new old big good first last "
    "next is are was it he she we they you der die das ein eine den dem des und im am zum zur von mit für "
    "neue neuer neues alte le la les un une des du et au el los las una de del y il lo gli i di het een en "
    "van os um uma do da monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june july august september october november december"
)
_NO_FIRST_NAME = frozenset(_SMALL_WORDS.split())
_MOST = 400


def findings(manuscript: Manuscript, readings: Sequence[AuthorText], language: str) -> Iterator[Finding]:
    """The rare way is the finding. A person whom a post names as its author is written rightly there."""
    if language[:2].lower() not in _LANGUAGES:
        return
    places: dict[tuple[str, str], list[tuple[Place, str | None, bool]]] = {}
    certain = set[tuple[str, str]]()
    for text, place, post, ours in _texts(manuscript, readings):
        for name in _names(text):
            places.setdefault(name, []).append((place, post, ours))
    for field in fields_of(manuscript):
        if field.key in {"author", "byline"}:
            certain.update(_names(field.text))
    if language[:2].lower() == "de":
        # All nouns begin large there: only what is known to be a person's name can have a wrong letter.
        known: Mapping[tuple[str, str], int] = {name: len(places.get(name, ())) for name in certain}
    else:
        known = {name: len(spots) for name, spots in places.items()}
    for rare, often in _pairs({name: len(spots) for name, spots in places.items()}, known, certain):
        place, post, ours = places[rare][0]
        wrong, right = " ".join(rare), " ".join(often)
        yield finding(
            "name-two-ways",
            place,
            f"“{wrong}” here, “{right}” elsewhere in this issue.",
            "Write the name in one way; where they are two names, waive this.",
            fix_on_page="Write the name in one way; where they are two names, accept this.",
            post=post,
            mend=other_words(place, wrong, right, is_sure=False) if ours else None,
        )


def _texts(manuscript: Manuscript, readings: Sequence[AuthorText]) -> Iterator[tuple[str, Place, str | None, bool]]:
    """Everything that an issue says, line by line, and whether the line is our own."""
    for field in fields_of(manuscript):
        yield field.text, field.place, field.post, False
    for paragraph in paragraphs_of(readings):
        for number, line in enumerate(paragraph.text.split("\n"), paragraph.first_line):
            yield line, Place(paragraph.file, number), paragraph.post, True
    for read in readings:
        for quote in read.quotes:
            yield f"{quote.words}\n{quote.attribution}", quote.place, read.post, False


def _names(text: str) -> Iterator[tuple[str, str]]:
    """Two words in a row that begin large, the first no article or day."""
    before: re.Match[str] | None = None
    for word in _NAME.finditer(text):
        large = word[0][:1].isupper() and not word[0].isupper() and len(word[0]) > 2
        if large and before and text[before.end() : word.start()] == " ":
            yield before[0], _MINE.sub("", word[0])
        before = word if large and word[0].casefold() not in _NO_FIRST_NAME else None


def _pairs(
    counts: Mapping[tuple[str, str], int], known: Mapping[tuple[str, str], int], certain: set[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """A rare name and the frequent one beside it, of those that share their first word or their last."""
    told = set[tuple[str, str]]()
    for side in (0, 1):
        for _, group in groupby(sorted(counts, key=lambda name: (name[side], name)), key=lambda name: name[side]):
            names = list(group)[:_MOST]
            for often in (name for name in names if name in known):
                for rare in names:
                    trusted = often in certain and rare not in certain
                    is_rarer = counts[rare] == 1 and (counts[often] > 1 or trusted)
                    if rare not in told and is_rarer and _is_slip(rare[1 - side], often[1 - side], first=side == 1):
                        told.add(rare)
                        yield rare, often


def _is_slip(one: str, other: str, *, first: bool) -> bool:
    """Whether two words differ as a slip does. Another ending is another word: Boat and Boats, Paul and Paula, Anna and Anne."""
    if one == other or one[0] != other[0] or min(len(one), len(other)) < (4 if first else 3):
        return False
    begin = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    end = 0
    while end < min(len(one), len(other)) - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[begin : len(one) - end], other[begin : len(other) - end]
    if {left, right} in ({"", "s"}, {"", "n"}, {"", "en"}, {"", "es"}) and not end:
        return False
    if first and not end and {left, right} & {"", *"aeio"}:
        return False
    longest = max(len(left), len(right))
    return longest == 1 or (longest == 2 and (sorted(left) == sorted(right) or min(len(one), len(other)) >= 7))
