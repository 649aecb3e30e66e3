"""An export of beehiiv: a table of posts with their pages in it, and a table of subscribers."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from newsletter.move_in.csv_table import instant, read_table
from newsletter.move_in.export import CLOSED, DRAFT, NO_DATE, NO_TEXT, Export, LeftOut, MoveInOptions, OldIssue
from newsletter.move_in.export_files import ExportFiles
from newsletter.move_in.notices import drop_notices
from newsletter.move_in.own_tags import drop_tags

_NEEDS = ("id", "web_title", "status", "content_html", "created_at")
_PUT_AWAY = "It was put away there, so nobody could read it any more."
_OPEN = frozenset({"", "both", "free", "all free subscribers", "all free subscribers, all premium subscribers"})
# The bar with links to share it, its footer, and what only its sender's counters need.
_FURNITURE = 'table.mob-block, td.b, td.f, [style*="display:none"], [style*="display: none"], [data-open-tracking]'
_OWN_TAG = re.compile(r"\{\{(?:(?!\{\{).)*?\}\}")


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where a table of posts can't be read. Without one there are only readers."""
    tables = files.matching(r"(?:.*/)?[^/]*posts?[^/]*\.csv")
    rows = [row for table in tables for row in read_table(files, table, needs=_NEEDS, system="beehiiv")]
    return Export(
        title="beehiiv",
        found=[_issue(row, asked) for row in rows],
        readers=[one for one in files.matching(r".+\.csv") if one not in tables],
        prepare=_prepare,
    )


def _issue(row: dict[str, str], asked: MoveInOptions) -> OldIssue | LeftOut:
    title = row["web_title"].strip() or row.get("email_subject_line", "").strip() or "(no subject)"
    status, audience = row["status"].strip().lower(), (row.get("audience") or row.get("web_audiences") or "").lower()
    if status not in ("confirmed", "archived"):
        return LeftOut(title=title, why=DRAFT)
    if not asked.with_closed and (status == "archived" or audience.strip() not in _OPEN):
        return LeftOut(title=title, why=_PUT_AWAY if status == "archived" else CLOSED, is_closed=True)
    sent_at = instant(row["created_at"])
    if sent_at is None or not row["content_html"].strip():
        return LeftOut(title=title, why=NO_DATE if sent_at is None else NO_TEXT)
    return OldIssue(
        name=row["id"].strip(),
        title=title,
        preheader=row.get("email_preview_text") or row.get("web_subtitle", ""),
        sent_at=sent_at,
        html=partial(str, row["content_html"]),
        path=urlsplit(row.get("url", "").strip()).path,
    )


def _prepare(page: BeautifulSoup) -> None:
    for tag in page.select(_FURNITURE):
        tag.decompose()
    drop_notices(page)
    drop_tags(page, _OWN_TAG)
