"""An export of a Mailchimp account: a table of campaigns, the HTML of each mail, and the lists of people beside them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from bs4 import BeautifulSoup

from newsletter.move_in.csv_table import read_table
from newsletter.move_in.export import NO_DATE, NO_TEXT, Export, LeftOut, MoveInOptions, OldIssue
from newsletter.move_in.export_files import LARGEST_PAGE, ExportFiles, Member
from newsletter.move_in.notices import drop_notice
from newsletter.move_in.own_tags import without_tags
from newsletter.words.mistake import Mistake

_NEEDS = ("title", "subject", "send date")
# Only the name of a file of people says which people are in it; see the import.
_PEOPLE = r"(?:subscribed|unsubscribed|cleaned|nonsubscribed|archived)[^/]*\.csv"
_UNCLEAR = "Its name does not say who is in it. Name the audience as well: in Mailchimp, Audience, Export Audience."
_NO_TWINS = "Several mails are called the same, and which of their pages is its own can't be told."
_NOT_SENT = "The table of campaigns does not have it: most likely it was never sent."
_FURNITURE = "#templateFooter, #templatePreheader, .mcnFollowBlock, .mcnShareBlock, .mcnPreviewText"
_TAG = re.compile(r"\*\|[^|*]{1,80}\|\*")


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where it is no export of an account of Mailchimp."""
    del asked
    tables = files.matching(r"(?:.*/)?campaigns\.csv")
    if not tables:
        raise Mistake(
            f"There is no campaigns.csv in {files.named}, so these are not the mails of a Mailchimp account.",
            fix="In Mailchimp: Account, Settings, Manage my data. Name the .zip that it gives, as it is. People alone are "
            "imported as readers.",
        )
    found = [one for table in tables for one in _campaigns(files, table)]
    people = files.with_people(_PEOPLE)
    unclear = [one for one in files.matching(r"(?:.*/)?lists/.*\.csv") if one not in people]
    found += [LeftOut(title=one.name, why=_UNCLEAR) for one in unclear]
    return Export(title="Mailchimp", found=found, readers=people, prepare=_prepare, has_headline=False)


def _campaigns(files: ExportFiles, table: Member) -> Iterator[OldIssue | LeftOut]:
    """The mails of one table with their pages, which have nothing in common with it but what a mail is called."""
    folder = table.name.rpartition("/")[0]
    home = f"{folder}/campaigns_content/" if folder else "campaigns_content/"
    pages: dict[str, list[Member]] = defaultdict(list)
    for page in files.matching(rf"{re.escape(home)}[^/]+\.html?"):
        if page.path == table.path or page.packed is None:
            pages[_key(page.stem.partition("_")[2])].append(page)
    campaigns: dict[str, list[tuple[datetime, dict[str, str]]]] = defaultdict(list)
    for row in read_table(files, table, needs=_NEEDS, system="Mailchimp"):
        sent_at = _moment(row["send date"])
        if sent_at is None:
            yield LeftOut(title=_title(row), why=NO_DATE)
        else:
            campaigns[_key_among(row, pages)].append((sent_at, row))
    for key, rows in campaigns.items():
        own = sorted(pages.pop(key, ()), key=_number)
        if len(own) != len(rows):
            why = NO_TEXT if not own else _NO_TWINS
            yield from (LeftOut(title=_title(row), why=why) for _, row in rows)
            continue
        # Of those that are called the same, the one that was made first was sent first.
        for (sent_at, row), page in zip(sorted(rows, key=lambda one: one[0]), own, strict=True):
            yield _issue(files, row, sent_at, page)
    for rest in pages.values():
        yield from (LeftOut(title=page.name, why=_NOT_SENT) for page in rest)


def _issue(files: ExportFiles, row: dict[str, str], sent_at: datetime, page: Member) -> OldIssue:
    return OldIssue(
        name=row.get("unique id", "").strip() or page.stem.partition("_")[0],
        title=without_tags(row["subject"], _TAG) or _title(row),
        sent_at=sent_at,
        html=partial(files.text, page, most=LARGEST_PAGE),
    )


def _title(row: dict[str, str]) -> str:
    return row["subject"].strip() or row["title"].strip() or "(no subject)"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), "%b %d, %Y %I:%M %p")  # noqa: DTZ007 - no export says in which zone
    except ValueError:
        return None


def _key_among(row: dict[str, str], pages: dict[str, list[Member]]) -> str:
    """What its page is called: after its title, or its subject, or the beginning of one of them where that is long."""
    keys = [_key(row["title"]), _key(row["subject"])]
    exact = next((key for key in keys if key and key in pages), None)
    if exact is not None:
        return exact
    begun = [page for page in pages if len(page) >= 20 and any(key.startswith(page) for key in keys)]
    return begun[0] if len(begun) == 1 else keys[0]


def _key(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _number(page: Member) -> tuple[int, str]:
    first = page.stem.partition("_")[0]
    return (int(first) if first.isascii() and first.isdigit() else 0, page.name)


def _prepare(page: BeautifulSoup) -> None:
    for tag in page.select(_FURNITURE):
        tag.decompose()
    for link in page.find_all("a", href=_TAG):
        if not link.decomposed:
            drop_notice(link)
    for text in page.find_all(string=_TAG):
        text.replace_with(_TAG.sub("", text))
