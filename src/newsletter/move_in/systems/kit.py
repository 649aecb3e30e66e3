"""An export of Kit, once ConvertKit: tables of subscribers, and broadcasts as its API gives them, or as pages and mails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from newsletter.move_in.csv_table import instant
from newsletter.move_in.export import DRAFT, NO_TEXT, Export, LeftOut, MoveInOptions, OldIssue
from newsletter.move_in.export_files import ExportFiles
from newsletter.move_in.json_rows import json_rows, text_in
from newsletter.move_in.loose_issues import loose_issues
from newsletter.move_in.notices import drop_notices
from newsletter.move_in.own_tags import drop_tags, without_tags
from newsletter.move_in.people_files import ACTIVE, by_status

_STATUSES = (
    (re.compile(r"unconfirmed|inactive"), "unconfirmed"),
    (re.compile(r"cancell?ed|unsubscribed"), "unsubscribed"),
    (re.compile(r"bounced?"), "bounced"),
    (re.compile(r"complain|spam"), "complained"),
    (re.compile(r"(?<![a-z])(?:confirmed|active|subscribed)(?![a-z])"), ACTIVE),
    (re.compile(r"(?:^|[-_ ])all$"), ""),
)
_OWN_TAG = re.compile(r"\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}")


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where a file of JSON is cut off."""
    del asked
    people = by_status(files, files.matching(r".+\.csv"), _STATUSES)
    found = [*_broadcasts(files), *loose_issues(files), *people.left_out]
    return Export(title="Kit", found=found, readers=people.tables, prepare=_prepare, has_headline=False)


def _broadcasts(files: ExportFiles) -> Iterator[OldIssue | LeftOut]:
    for row in json_rows(files, "broadcasts", "broadcast", system="Kit"):
        yield _issue(row)


def _issue(row: Mapping[str, Any]) -> OldIssue | LeftOut:
    title = without_tags(text_in(row, "subject"), _OWN_TAG) or "(no subject)"
    # One that is neither sent nor published has no time for either.
    sent_at = instant(text_in(row, "send_at")) or instant(text_in(row, "published_at"))
    if sent_at is None or not text_in(row, "content"):
        return LeftOut(title=title, why=DRAFT if sent_at is None else NO_TEXT)
    return OldIssue(
        name=str(row.get("id")),
        title=title,
        preheader=text_in(row, "preview_text") or text_in(row, "description"),
        sent_at=sent_at,
        html=partial(str, text_in(row, "content")),
        path=urlsplit(text_in(row, "public_url")).path,
    )


def _prepare(page: BeautifulSoup) -> None:
    drop_notices(page)
    drop_tags(page, _OWN_TAG)
