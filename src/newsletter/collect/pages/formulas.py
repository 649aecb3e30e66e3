"""Formulas of a page as text: as they were typed where the page says so, else letter by letter."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

from newsletter.collect.pages.furniture import is_hidden


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


def _words(formula: Tag) -> str:
    said = str(formula.get("alttext") or "").strip()
    typed = formula.find("annotation", encoding=re.compile(r"tex", re.IGNORECASE))
    if not said and typed is not None:
        said = typed.get_text().strip()
    for tag in formula.find_all(["annotation", "annotation-xml"]):
        tag.decompose()
    return said or " ".join(formula.get_text().split())
