"""Tables that only place things on a page or in a mail, as blocks one after the other."""

from __future__ import annotations

from bs4 import BeautifulSoup
from bs4.element import Tag

_BLOCKS = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "figure", "img", "hr")
_GRID = ("tbody", "thead", "tfoot", "tr", "td", "th")


def open_layout(page: BeautifulSoup, *, is_mail: bool) -> None:
    """Mails put everything into tables; in a page one whose cells hold a paragraph each may be a table of data."""
    for table in page.find_all("table"):
        own = [tag for tag in table.find_all(_GRID) if tag.find_parent("table") is table]
        rows = [
            [cell for cell in own if cell.parent is row and cell.name in {"td", "th"}]
            for row in own
            if row.name == "tr"
        ]
        is_layout = (
            table.get("role") in {"presentation", "none"}
            or all(len(row) < 2 for row in rows)
            or any(_is_filled(cell, is_mail=is_mail) for row in rows for cell in row)
        )
        if is_layout:
            for tag in (table, *own):
                tag.name = "div"


def _is_filled(cell: Tag, *, is_mail: bool) -> bool:
    if is_mail:
        return cell.find(_BLOCKS) is not None
    return cell.find(["h1", "h2", "table", "blockquote"]) is not None or len(cell.find_all("p", limit=3)) == 3
