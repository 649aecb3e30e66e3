"""Issues as plain files: a Markdown file each that this program and most others read, a page each, and the pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import escape
from zoneinfo import ZoneInfo

from newsletter.collect.pages.fragment import fragment_to_markdown
from newsletter.folder.issue_file import format_issue
from newsletter.move_out.issues_out import LeavingIssue
from newsletter.move_out.outlet import Open
from newsletter.move_out.system import Leaving, TargetSystem
from newsletter.move_out.words_out import WordsOut
from newsletter.words.gap import without_gaps
from newsletter.words.issue import Issue
from newsletter.words.newsletter import Newsletter

_BESIDE = "https://images.invalid/"


def _write_issues(leaving: Leaving, open_file: Open) -> None:
    # Where the issues will be found is not known, so their links to each other stay as they are.
    words = WordsOut(replace(leaving, new={}), lambda name: f"{_BESIDE}{name}")
    for issue, html in words.each():
        with open_file(f"issues/{issue.number:03d}.md") as file:
            file.write(_markdown(issue, html, leaving.newsletter).encode())
        day = _day(issue, leaving.newsletter)
        with open_file(f"pages/{day.isoformat() if day else 'draft'}-{issue.slug}.html") as file:
            file.write(_page(issue, html, leaving.newsletter).encode())
    words.write_pictures("images", open_file)


def _markdown(issue: LeavingIssue, html: str, newsletter: Newsletter) -> str:
    """As a file of `issues/`: one that went stands in the archive of the newsletter that it is put into, and is not sent."""
    day = _day(issue, newsletter)
    words = fragment_to_markdown(html).replace(_BESIDE, "images/")
    return format_issue(
        Issue(
            number=issue.number,
            subject=without_gaps(issue.subject),
            preheader=without_gaps(issue.preheader),
            dated_on=day,
            intro=words,
            moved_in=f"{newsletter.name.replace(',', ' ')}, issue {issue.number}" if day else "",
        )
    )


def _day(issue: LeavingIssue, newsletter: Newsletter) -> date | None:
    """When it went out, on the newsletter's calendar; None for a draft."""
    return issue.at.astimezone(ZoneInfo(newsletter.zone)).date() if issue.at else None


def _page(issue: LeavingIssue, html: str, newsletter: Newsletter) -> str:
    title, words = escape(issue.subject), html.replace(_BESIDE, "../images/")
    return (
        f'<!doctype html>\n<html lang="{escape(newsletter.language)}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<h1>{title}</h1>\n{words}\n</html>\n'
    )


FILES = TargetSystem(
    name="files",
    title="plain files",
    path=lambda slug: f"/{slug}/",
    form=None,
    write_issues=_write_issues,
    steps=(
        (
            "issues/ has a Markdown file for each issue with what is known of it on top, as most site builders read it; pages/ "
            "has the same as pages for a browser, each with its day before its name; images/ has the pictures of both."
        ),
        (
            "To come back, or to begin another newsletter with this program: copy issues/ and images/ into its folder, then "
            "import readers/.../active.csv, and left.csv and do-not-mail.csv beside it."
        ),
    ),
)
