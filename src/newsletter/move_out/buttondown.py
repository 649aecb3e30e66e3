"""Issues as Buttondown keeps them: a Markdown file each with what is known of it on top, and the pictures beside them."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.collect.pages.fragment import fragment_to_markdown
from newsletter.exports.export_for import joined_tags, whole_name
from newsletter.folder.yaml.lines import yaml_lines
from newsletter.move_out.issues_out import LeavingIssue
from newsletter.move_out.outlet import Open, one_archive, table
from newsletter.move_out.people import ReaderForm
from newsletter.move_out.system import Leaving, TargetSystem
from newsletter.move_out.words_out import WordsOut
from newsletter.words.subscriber import Subscriber

_HEAD = ["id", "subject", "publish_date", "status", "email_type", "slug", "description"]
_BESIDE = "https://media.invalid/"


def _write_issues(leaving: Leaving, open_file: Open) -> None:
    words, rows = WordsOut(leaving, lambda name: f"{_BESIDE}{name}"), []
    with open_file("issues.zip") as file, one_archive(file) as member:
        for issue, html in words.each():
            rows.append(_row(issue))
            with member(f"emails/{issue.slug}.md") as page:
                page.write(_page(issue, html).encode())
        with member("emails.csv") as emails, table(emails, _HEAD) as write:
            for row in rows:
                write(row)
        words.write_pictures("media", member)


def _row(issue: LeavingIssue) -> list[str]:
    at = issue.at.strftime("%Y-%m-%dT%H:%M:%SZ") if issue.at else ""
    status = "sent" if at else "draft"
    return [f"issue-{issue.number}", issue.subject, at, status, "public", issue.slug, issue.preheader]


def _page(issue: LeavingIssue, html: str) -> str:
    """Pictures are named by where they lie beside it."""
    head = dict(zip(_HEAD, _row(issue), strict=True))
    body = fragment_to_markdown(html).replace(_BESIDE, "../media/")
    return f"---\n{yaml_lines(dict(head.items()))}---\n\n{body}\n"


def _head(fields: Sequence[str]) -> list[str]:
    return ["email", "name", "tags", "notes", "creation_date", *fields]


def _reader(person: Subscriber, fields: Sequence[str]) -> list[str]:
    """The words of consent stand in the notes; custom fields become metadata."""
    subscription = person.subscriptions[0]
    known = [person.email, whole_name(person), joined_tags(person), subscription.consent or ""]
    return [*known, subscription.since_at.isoformat(), *(str(person.fields.get(name, "")) for name in fields)]


BUTTONDOWN = TargetSystem(
    name="buttondown",
    title="Buttondown",
    path=lambda slug: f"/archive/{slug}/",
    feed="/rss",
    form=ReaderForm(file="buttondown-subscribers.csv", head=_head, row=_reader),
    write_issues=_write_issues,
    steps=(
        (
            "Emails, Import: issues.zip. Or unpack it and bring the folders emails and media with Buttondown's own command "
            "line, which uploads the pictures."
        ),
        "Subscribers, Import: readers/.../buttondown-subscribers.csv. Choose that they have confirmed already.",
        "Do not import left.csv, not-confirmed.csv, on-a-break.csv and do-not-mail.csv. Keep them: see below.",
    ),
)
