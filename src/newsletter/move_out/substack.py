"""Issues in the form that Substack exports itself: a table of posts, a page of HTML each, and the pictures beside them."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.exports.export_for import whole_name
from newsletter.move_out.outlet import Open, one_archive, table
from newsletter.move_out.people import ReaderForm
from newsletter.move_out.system import Leaving, TargetSystem
from newsletter.move_out.words_out import WordsOut
from newsletter.words.subscriber import Subscriber

_HEAD = [
    "post_id",
    "post_date",
    "is_published",
    "email_sent_at",
    "type",
    "audience",
    "title",
    "subtitle",
    "podcast_url",
]


def _write_issues(leaving: Leaving, open_file: Open) -> None:
    url = leaving.newsletter.public_url.rstrip("/")
    # The other system fetches the pictures from where they are today.
    words, rows = WordsOut(leaving, lambda name: f"{url}/images/{name}"), []
    with open_file("issues.zip") as file, one_archive(file) as member:
        for issue, html in words.each():
            name, at = f"{issue.number}.{issue.slug}", issue.at.isoformat() if issue.at else ""
            out = "true" if at else "false"
            rows.append([name, at, out, at, "newsletter", "everyone", issue.subject, issue.preheader, ""])
            with member(f"posts/{name}.html") as page:
                page.write(html.encode())
        with member("posts.csv") as posts, table(posts, _HEAD) as write:
            for row in rows:
                write(row)
        words.write_pictures("images", member)


def _reader(person: Subscriber, fields: Sequence[str]) -> list[str]:
    del fields
    return [person.email, whole_name(person), person.subscriptions[0].since_at.isoformat()]


SUBSTACK = TargetSystem(
    name="substack",
    title="Substack",
    path=lambda slug: f"/p/{slug}",
    feed="/feed",
    form=ReaderForm(file="substack-subscribers.csv", head=lambda _fields: ["email", "name", "created_at"], row=_reader),
    write_issues=_write_issues,
    steps=(
        (
            "Settings, Import: choose to import posts. Where Substack asks for an address, give it that of your archive; where "
            "it asks for a file, issues.zip. Let this newsletter answer until the pictures are there."
        ),
        (
            "Subscribers, Add subscribers, Import: readers/.../substack-subscribers.csv. Substack asks how they subscribed: "
            "their own words are in active.csv."
        ),
        "Do not import left.csv, not-confirmed.csv, on-a-break.csv and do-not-mail.csv. Keep them: see below.",
    ),
    losses=("Custom fields and tags of readers have no place there. They are in a file of their own.",),
)
