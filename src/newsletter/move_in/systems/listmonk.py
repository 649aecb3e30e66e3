"""An export of listmonk: campaigns and subscribers as its API gives them, or its tables of subscribers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from html import escape
from typing import Any

import orjson
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from newsletter.move_in.csv_table import instant
from newsletter.move_in.export import DRAFT, NO_DATE, NO_TEXT, Export, LeftOut, MoveInOptions, OldIssue
from newsletter.move_in.export_files import ExportFiles, Member
from newsletter.move_in.json_rows import json_rows, text_in
from newsletter.move_in.loose_issues import loose_issues
from newsletter.move_in.notices import drop_notices
from newsletter.move_in.own_tags import drop_tags, without_tags
from newsletter.move_in.people_files import make_table
from newsletter.words.mistake import Mistake

_OPT_IN = "It only asked people to confirm."
_WENT = frozenset({"finished", "running", "paused", "cancelled"})
_TRACKED = re.compile(r"@TrackLink\b")
_TRACK_LINK = re.compile(r'\{\{-?\s*TrackLink\s+"((?:(?!")[^{}])*)"[^{}]*\}\}')
_OWN_TAG = re.compile(r"\{\{(?:(?!\{\{).)*?\}\}")
_COLUMNS = ("email", "name", "attributes", "status", "created at")
_ACCOUNT = {"blocklisted": "blocklisted", "disabled": "unsubscribed"}


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where the readers' files can't say who unsubscribed from a list."""
    del asked
    rows = list(json_rows(files, "results", "data", system="listmonk"))
    found = [*(_issue(row) for row in rows if "subject" in row), *loose_issues(files)]
    return Export(
        title="listmonk", found=found, readers=list(_readers(files, rows)), prepare=_prepare, has_headline=False
    )


def _readers(files: ExportFiles, rows: Sequence[Mapping[str, Any]]) -> Iterator[Member]:
    people = [row for row in rows if text_in(row, "email") and "subject" not in row]
    tables = files.matching(r".+\.csv")
    if people:
        yield make_table(files, "subscribers.csv", _COLUMNS, (_person(row) for row in people))
    if tables and not people and not any("unsubscribed" in one.stem.lower() for one in tables):
        raise Mistake(
            "listmonk's table of subscribers does not say who unsubscribed from a list: it calls them enabled.",
            fix="Open the list there, show only those whose subscription is unsubscribed, export them, and bring that file too, "
            "with “unsubscribed” in its name. If there is nobody, bring an empty file of that name.",
        )
    yield from tables


def _person(row: Mapping[str, Any]) -> list[str]:
    """One who unsubscribed from any of their lists there counts as one who left: which list this is, nobody can tell."""
    lists = row.get("lists")
    standings = {text_in(one, "subscription_status") for one in lists if isinstance(one, dict)} if lists else set()
    status = _ACCOUNT.get(text_in(row, "status"), "")
    if not status:
        left, waits = "unsubscribed" in standings, bool(standings) and "confirmed" not in standings
        status = "unsubscribed" if left or not standings else "unconfirmed" if waits else "enabled"
    attributes = orjson.dumps(row["attribs"]).decode() if isinstance(row.get("attribs"), dict) else ""
    return [text_in(row, "email"), text_in(row, "name"), attributes, status, text_in(row, "created_at")]


def _issue(row: Mapping[str, Any]) -> OldIssue | LeftOut:
    title = without_tags(text_in(row, "subject"), _OWN_TAG) or text_in(row, "name") or "(no subject)"
    if text_in(row, "type") == "optin":
        return LeftOut(title=title, why=_OPT_IN)
    # What was stopped half-way went to some.
    if text_in(row, "status") not in _WENT or not row.get("sent"):
        return LeftOut(title=title, why=DRAFT)
    sent_at = instant(text_in(row, "started_at")) or instant(text_in(row, "send_at"))
    body = text_in(row, "body")
    if sent_at is None or not body:
        return LeftOut(title=title, why=NO_DATE if sent_at is None else NO_TEXT)
    slug = text_in(row, "archive_slug") or text_in(row, "uuid")
    return OldIssue(
        name=text_in(row, "uuid") or str(row.get("id")),
        title=title,
        sent_at=sent_at,
        html=partial(_html, body, text_in(row, "content_type")),
        path=f"/archive/{slug}" if slug else "",
    )


def _html(body: str, kind: str) -> str:
    body = _TRACKED.sub("", _TRACK_LINK.sub(r"\1", body))
    if kind == "plain":
        return "".join(f"<p>{escape(one)}</p>" for one in re.split(r"\n\s*\n", body))
    return str(_parser().render(_OWN_TAG.sub("", body))) if kind == "markdown" else body


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _prepare(page: BeautifulSoup) -> None:
    drop_notices(page)
    drop_tags(page, _OWN_TAG)
