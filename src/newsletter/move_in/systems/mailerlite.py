"""An export of MailerLite: a table of subscribers for each status, and campaigns as pages or mails."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

from newsletter.move_in.export import Export, MoveInOptions
from newsletter.move_in.export_files import ExportFiles
from newsletter.move_in.loose_issues import loose_issues
from newsletter.move_in.notices import drop_notices
from newsletter.move_in.own_tags import drop_tags
from newsletter.move_in.people_files import ACTIVE, by_status

_STATUSES = (
    (re.compile(r"unconfirmed"), "unconfirmed"),
    (re.compile(r"unsubscribed"), "unsubscribed"),
    (re.compile(r"bounced?"), "bounced"),
    (re.compile(r"junk|spam|complain"), "complained"),
    (re.compile(r"(?<![a-z])(?:active|subscribed)(?![a-z])"), ACTIVE),
    (re.compile(r"(?:^|[-_ ])all$"), ""),
)
_OWN_TAG = re.compile(r"\{\$(?:(?!\{\$)[^{}])*\}")


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where a table is cut off."""
    del asked
    people = by_status(files, files.matching(r".+\.csv"), _STATUSES)
    found = [*loose_issues(files), *people.left_out]
    return Export(title="MailerLite", found=found, readers=people.tables, prepare=_prepare, has_headline=False)


def _prepare(page: BeautifulSoup) -> None:
    drop_notices(page)
    drop_tags(page, _OWN_TAG)
