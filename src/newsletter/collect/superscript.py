"""Raised and lowered letters, and readings above words, as letters that say the same in plain text: 10⁶ is not 106."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_MARKED = re.compile("<(?:sup|sub|ruby)[\\s>]", re.IGNORECASE)
_SIGNS = {"TM": "™", "SM": "℠", "R": "®"}
_ORDINAL = re.compile(r"\d\s*$")


def spelt_out(html: str) -> str:
    """The same HTML without the three elements; unchanged where it has none."""
    if not _MARKED.search(html):
        return html
    page = BeautifulSoup(html, "html.parser")
    spell_out(page)
    return str(page)


def spell_out(page: BeautifulSoup) -> None:
    for ruby in page.find_all("ruby"):
        _reading(ruby)
    for tag in page.find_all(["sup", "sub"]):
        # A note's number that leads to the note is a link already.
        if tag.find("a") is None and tag.find_parent("a") is None:
            words = tag.get_text()
            tag.replace_with(_raised(words, tag) if tag.name == "sup" else _lowered(words))


def _raised(words: str, tag: Tag) -> str:
    bare = words.strip()
    if not bare or (not bare[0].isalnum() and bare[0] not in "+-−("):
        return words
    written = bare.translate(_RAISED)
    if not any(letter in written for letter in bare):
        return written
    if bare.upper() in _SIGNS:
        return _SIGNS[bare.upper()]
    before = tag.previous_sibling
    if bare.isalpha() and _ORDINAL.search(before if isinstance(before, str) else ""):
        return words
    return f"^{bare}" if len(bare) == 1 else f"^({bare})"


def _lowered(words: str) -> str:
    bare = words.strip()
    written = bare.translate(_LOWERED)
    if not bare or not any(letter in written for letter in bare):
        return written
    return f"_{bare}" if bare.isalnum() else f"_({bare})"


def _reading(ruby: Tag) -> None:
    """What stands small above a word follows it in brackets (HTML, 4.5.10: the brackets of `rp` are for just that)."""
    for bracket in ruby.find_all("rp"):
        bracket.decompose()
    for reading in ruby.find_all("rt"):
        words = reading.get_text().strip()
        reading.replace_with(f"({words})" if words else "")
