"""Formulas of a page as text: as they were typed where the page says so, else letter by letter with the signs between."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

from newsletter.collect.pages.furniture import is_hidden

_SIGNS = {"mfrac": "/", "msup": "^", "msub": "_"}


def spell_formulas(page: BeautifulSoup) -> None:
    """Put the text of each formula in its place (MathML, and the scripts that MathJax 2 keeps TeX in)."""
    for script in page.find_all("script", type=re.compile(r"^math/tex")):
        for drawn in script.find_previous_siblings(class_=re.compile(r"^MathJax"), limit=2):
            drawn.decompose()
        script.replace_with(script.get_text())
    for formula in page.find_all("math"):
        if formula.decomposed:
            continue
        for tag in formula.find_all(["script", "style", "img"]):
            tag.decompose()
        words = _words(formula)
        place = formula
        # Pages that draw a formula as a picture keep the formula itself out of sight.
        while isinstance(place.parent, Tag) and place.parent.name == "span" and is_hidden(place.parent, fades=False):
            place = place.parent
        block = formula.get("display") == "block"
        place.replace_with(f" {words} " if block and words else words)


def _sign(tag: Tag, sign: str) -> None:
    """Between the two parts of a fraction or a power stands a sign, and brackets around a part of several letters."""
    parts = tag.find_all(True, recursive=False)
    for part in parts[:2]:
        if len(part.find_all(["mi", "mn", "mo"])) > 1:
            part.insert(0, "(")
            part.append(")")
    if len(parts) > 1:
        parts[1].insert_before(sign)


def _words(formula: Tag) -> str:
    said = str(formula.get("alttext") or "").strip()
    typed = formula.find("annotation", encoding=re.compile(r"tex", re.IGNORECASE))
    if not said and typed is not None:
        said = typed.get_text().strip()
    for tag in formula.find_all(["annotation", "annotation-xml"]):
        tag.decompose()
    for name, sign in _SIGNS.items():
        for tag in formula.find_all(name):
            _sign(tag, sign)
    return said or " ".join(formula.get_text().split())
