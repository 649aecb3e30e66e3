"""Tells where the sentences of a paragraph begin and end, to be read aloud or marked one after the other."""

from __future__ import annotations

import re

# Scripts that set no blank after a full stop end a sentence by the sign alone.
_WIDE = "。！？"
_WORD = re.compile(rf"[^\s{_WIDE}]*[{_WIDE}]+[」』）”’]*|\S+")
_CLOSING = "\"'”’»)]*_"
_OPENING = "\"'“‘„«([*_"
_ENDS = ".!?…"
# Short forms in English and German that a sentence goes on after.
_SHORT_FORMS = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "vs", "cf", "e.g", "i.e", "approx", "ca", "dept"}
    | {"jan", "feb", "aug", "sept", "oct", "nov", "dec"}
    | {"hr", "fr", "nr", "bzw", "vgl", "usw", "z.b", "d.h", "u.a", "abb", "bd", "jh"}
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, in order. What stands between them is blank."""
    spans: list[tuple[int, int]] = []
    words = list(_WORD.finditer(text))
    start: int | None = None
    for number, word in enumerate(words):
        start = word.start() if start is None else start
        following = words[number + 1][0] if number + 1 < len(words) else ""
        if not following or _ends(word[0], following):
            spans.append((start, word.end()))
            start = None
    return spans


def _ends(word: str, following: str) -> bool:
    bare = word.rstrip(_CLOSING)
    if bare.endswith(tuple(_WIDE)):
        return True
    if not bare.endswith(tuple(_ENDS)):
        return False
    if following.lstrip(_OPENING)[:1].islower():
        return False
    stem = bare[:-1].lstrip(_OPENING).lower()
    is_point = bare.endswith(".") and not bare.endswith("..")
    # An initial, a short form, or a day such as "3. Dezember".
    return not (is_point and (len(stem) == 1 or stem in _SHORT_FORMS or (stem.isdigit() and len(stem) < 3)))
