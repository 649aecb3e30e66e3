"""Issues in the form that beehiiv exports itself: one table of posts with their HTML, and the pictures beside it."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.exports.export_for import joined_tags
from newsletter.move_out.outlet import Open, one_archive, table
from newsletter.move_out.people import ReaderForm
from newsletter.move_out.system import Leaving, TargetSystem
from newsletter.move_out.words_out import WordsOut
from newsletter.words.subscriber import Subscriber

_HEAD = [
    "id",
    "web_title",
    "status",
    "audience",
    "url",
    "web_subtitle",
    "email_subject_line",
    "email_preview_text",
    "content_html",
    "thumbnail_url",
    "created_at",
]


def _write_issues(leaving: Leaving, open_file: Open) -> None:
    url = leaving.newsletter.public_url.rstrip("/")
    words = WordsOut(leaving, lambda name: f"{url}/images/{name}")
    with open_file("issues.zip") as file, one_archive(file) as member:
        with member("posts.csv") as posts, table(posts, _HEAD) as write:
            for issue, html in words.each():
                at = issue.at.strftime("%Y-%m-%d %H:%M:%S") if issue.at else ""
                title, below = issue.subject, issue.preheader
                status, place = "confirmed" if at else "draft", leaving.new.get(issue.number, "")
                write([f"issue-{issue.number}", title, status, "free", place, below, title, below, html, "", at])
        words.write_pictures("images", member)


def _head(fields: Sequence[str]) -> list[str]:
    return ["email", "First Name", "Last Name", "created_at", "tags", "consent", *fields]


def _reader(person: Subscriber, fields: Sequence[str]) -> list[str]:
    subscription = person.subscriptions[0]
    names = [person.email, person.first_name, person.last_name]
    known = [subscription.since_at.isoformat(), joined_tags(person), subscription.consent or ""]
    return [*names, *known, *(str(person.fields.get(name, "")) for name in fields)]


BEEHIIV = TargetSystem(
    name="beehiiv",
    title="beehiiv",
    path=lambda slug: f"/p/{slug}",
    form=ReaderForm(file="beehiiv-subscribers.csv", head=_head, row=_reader),
    write_issues=_write_issues,
    steps=(
        (
            "Settings, Import content: where beehiiv asks for an address, give it that of your archive; where it takes a file, "
            "issues.zip, or the posts.csv in it. Let this newsletter answer until the pictures are there."
        ),
        (
            "Settings, Subscribers import: readers/.../beehiiv-subscribers.csv. Make a custom field of each column that you "
            "want to keep, consent among them."
        ),
        "Do not import left.csv, not-confirmed.csv, on-a-break.csv and do-not-mail.csv. Keep them: see below.",
    ),
)
