"""Listings of code in a page: one block of lines, without the numbers that a page puts beside them."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

_NUMBERS = re.compile(r"[\d\s]*")
_GUTTER = re.compile(r"(?:^|[-_])(?:gutter|line-?nos?|line-?numbers?|blob-num|ln)(?:$|[-_])", re.IGNORECASE)
_LISTING = re.compile(r"(?:^|[-_])(?:highlight|highlighttable|code|listing|blob|hljs|rouge)(?:$|[-_])", re.IGNORECASE)


def straighten_code(page: BeautifulSoup) -> None:
    """Lines that a page ends with `<br>`, and tables that only put numbers beside lines."""
    for listing in page.find_all("pre"):
        for number in listing.find_all(lambda tag: _is_named(tag, _GUTTER)):
            if _NUMBERS.fullmatch(number.get_text()):
                number.decompose()
        for line_break in listing.find_all("br"):
            line_break.replace_with("\n")
    for table in page.find_all("table"):
        if not table.decomposed and table.find("table") is None and table.find(["pre", "code"]) is not None:
            _without_numbers(page, table)


def _without_numbers(page: BeautifulSoup, table: Tag) -> None:
    cells = table.find_all(["td", "th"])
    numbers = [cell for cell in cells if _NUMBERS.fullmatch(cell.get_text()) and _is_gutter(cell)]
    if table.find("pre") is not None:
        for cell in numbers:
            cell.decompose()
        for tag in (table, *table.find_all(["tbody", "thead", "tr", "td", "th"])):
            tag.name = "div"
    elif len(cells) - len(numbers) <= len(table.find_all("tr")) and (numbers or _is_named(table, _LISTING)):
        for cell in numbers:
            cell.decompose()
        listing = page.new_tag("pre")
        listing.string = "\n".join(row.get_text().strip("\n") for row in table.find_all("tr"))
        table.replace_with(listing)


def _is_gutter(cell: Tag) -> bool:
    return cell.find("pre") is not None or cell.has_attr("data-line-number") or _is_named(cell, _GUTTER)


def _is_named(tag: Tag, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name or "") for name in tag.get_attribute_list("class"))
