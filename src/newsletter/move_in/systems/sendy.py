"""An export of Sendy: a table of a list for each status, without a header, and campaigns as pages or mails."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

from newsletter.move_in.export import Export, MoveInOptions
from newsletter.move_in.export_files import ExportFiles
from newsletter.move_in.loose_issues import loose_issues
from newsletter.move_in.notices import drop_notices
from newsletter.move_in.own_tags import drop_tags
from newsletter.move_in.people_files import ACTIVE, by_status

# Sendy puts what was exported behind the name of the list. In the table of everybody nothing says who left.
_STATUSES = (
    (re.compile(r"unconfirmed$"), "unconfirmed"),
    (re.compile(r"unsubscribed$"), "unsubscribed"),
    (re.compile(r"bounced$"), "bounced"),
    (re.compile(r"(?:marked-as-spam|complaints?|spam)$"), "complained"),
    (re.compile(r"(?:^|[-_ ])active$"), ACTIVE),
    (re.compile(r"(?:^|[-_ ])all$"), ""),
)
_COLUMNS = ("name", "email")
_OWN_TAG = re.compile(
    r"\[(?:webversion|unsubscribe|Name|Email|[A-Za-z]+,fallback=(?:(?!\[)[^\]])*|currentday\w*|currentmonth\w*|currentyear)\]"
    r"|</?(?:webversion|unsubscribe)>"
)


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where a table is cut off."""
    del asked
    people = by_status(files, files.matching(r".+\.csv"), _STATUSES, columns=_COLUMNS)
    found = [*loose_issues(files), *people.left_out]
    return Export(title="Sendy", found=found, readers=people.tables, prepare=_prepare, has_headline=False)


def _prepare(page: BeautifulSoup) -> None:
    for tag in page.find_all(["webversion", "unsubscribe"]):
        tag.decompose()
    drop_notices(page)
    drop_tags(page, _OWN_TAG)
