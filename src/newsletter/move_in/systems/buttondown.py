"""An export of Buttondown: a table of mails, and the Markdown of each in a file of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import orjson
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from newsletter.move_in.csv_table import instant, read_table
from newsletter.move_in.export import CLOSED, DRAFT, NO_DATE, NO_TEXT, Export, LeftOut, MoveInOptions, OldIssue
from newsletter.move_in.export_files import LARGEST_PAGE, ExportFiles, Member
from newsletter.words.mistake import Mistake

_NEEDS = ("id", "subject", "publish_date", "slug")
_OPEN = frozenset({"", "public"})
_OUT = frozenset({"", "sent", "published", "imported"})
_FRONT_MATTER = re.compile(r"\A---\n(?:(?!---\n)(?:[\w-]++:.*+|[ \t-].*+)\n)++---\n")
_OWN_TAG = re.compile(r"\s*+(?:\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\})\s*+")


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where it is no export of Buttondown."""
    pages = {one.stem: one for one in files.matching(r"(?:.*/)?emails/[^/]+\.md")}
    return Export(
        title="Buttondown",
        found=[_issue(files, row, pages, asked) for row in _rows(files)],
        readers=files.with_people(r"(?:un)?subscribers[^/]*\.csv"),
        prepare=_prepare,
    )


def _rows(files: ExportFiles) -> list[Mapping[str, Any]]:
    table = files.find(r"emails\.json")
    if table is not None:
        try:
            rows = orjson.loads(files.text(table))
        except orjson.JSONDecodeError as error:
            raise Mistake(f"{table.title} is no whole JSON: {error}.", fix="Export it from Buttondown again.") from None
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    table = files.find(r"emails\.csv")
    if table is None:
        raise Mistake(
            f"There is neither emails.json nor emails.csv in {files.named}, so this is not an export of Buttondown.",
            fix="In Buttondown: Settings, Export. Name the .zip that it gives, as it is.",
        )
    return list(read_table(files, table, needs=_NEEDS, system="Buttondown"))


def _issue(
    files: ExportFiles, row: Mapping[str, Any], pages: Mapping[str, Member], asked: MoveInOptions
) -> OldIssue | LeftOut:
    slug, title = _text(row, "slug"), _text(row, "subject") or _text(row, "slug") or "(no subject)"
    if _text(row, "status").lower() not in _OUT:
        return LeftOut(title=title, why=DRAFT)
    if _text(row, "email_type").lower() not in _OPEN and not asked.with_closed:
        return LeftOut(title=title, why=CLOSED, is_closed=True)
    page, sent_at = pages.get(slug), instant(_text(row, "publish_date"))
    if page is None or sent_at is None:
        return LeftOut(title=title, why=NO_TEXT if page is None else NO_DATE)
    return OldIssue(
        name=_text(row, "id") or slug,
        title=title,
        preheader=_text(row, "description"),
        sent_at=sent_at,
        html=partial(_html, files, page),
        path=f"/archive/{slug}",
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value.strip() if isinstance(value, str) else ""


def _html(files: ExportFiles, page: Member) -> str:
    """Their Markdown may hold HTML, so it goes the way of all HTML from outside."""
    text = files.text(page, most=LARGEST_PAGE).replace("\r\n", "\n")
    return str(_parser().render(_FRONT_MATTER.sub("", text)))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(footnote_plugin)


def _prepare(page: BeautifulSoup) -> None:
    for tag in page.select("a.footnote-backref"):
        tag.decompose()
    for tag in page.find_all(["p", "div"]):
        # Such as {{ subscribe_form }}: Buttondown drew something in its place.
        if _OWN_TAG.fullmatch(tag.get_text()):
            tag.decompose()
