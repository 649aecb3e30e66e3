"""Issues and members as Ghost imports them: one JSON file of posts with their HTML, and the pictures beside it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from newsletter.exports.export_for import GHOST_HEAD, ghost_row
from newsletter.move_out.issues_out import LeavingIssue
from newsletter.move_out.outlet import Open, one_archive
from newsletter.move_out.people import ReaderForm
from newsletter.move_out.system import Leaving, TargetSystem
from newsletter.move_out.words_out import WordsOut
from newsletter.words.subscriber import Subscriber

# Ghost puts its own address in place of this when it imports.
_SITE = "__GHOST_URL__"
_PICTURES = "content/images/newsletter"
# A note of a member takes 2,000 characters.
_LONGEST_NOTE = 2_000


def _write_issues(leaving: Leaving, open_file: Open) -> None:
    words = WordsOut(leaving, lambda name: f"{_SITE}/{_PICTURES}/{name}")
    with open_file("issues.zip") as file, one_archive(file) as member:
        with member("newsletter.json") as posts:
            meta = {"exported_on": int(leaving.now.timestamp() * 1000), "version": "5.0.0"}
            posts.write(b'{"db":[{"meta":' + orjson.dumps(meta) + b',"data":{"posts":[')
            for n, (issue, html) in enumerate(words.each()):
                posts.write((b",\n" if n else b"\n") + orjson.dumps(_post(issue, html)))
            posts.write(b'\n],"tags":[],"users":[]}}]}')
        words.write_pictures(_PICTURES, member)


def _post(issue: LeavingIssue, html: str) -> dict[str, object]:
    """With `html` alone: of that Ghost makes its own kind of text, which stays editable there."""
    at = issue.at.strftime("%Y-%m-%dT%H:%M:%S.000Z") if issue.at else None
    return {
        "id": str(issue.number),
        "title": issue.subject,
        "slug": issue.slug,
        "html": html,
        "custom_excerpt": issue.preheader[:300] or None,
        "type": "post",
        "status": "published" if at else "draft",
        "visibility": "public",
        "published_at": at,
        "created_at": at,
    }


def _member(person: Subscriber, fields: Sequence[str]) -> list[str]:
    """The words of consent stand in the note."""
    del fields
    subscription = person.subscriptions[0]
    row = ghost_row(person.email, person, subscription.since_at, is_subscribed=True)
    note = GHOST_HEAD.index("note")
    row[note] = " · ".join(filter(None, [row[note], subscription.consent]))[:_LONGEST_NOTE]
    return row


GHOST = TargetSystem(
    name="ghost",
    title="Ghost",
    path=lambda slug: f"/{slug}/",
    feed="/rss/",
    form=ReaderForm(file="ghost-members.csv", head=lambda _fields: list(GHOST_HEAD), row=_member),
    write_issues=_write_issues,
    steps=(
        "Settings, Import/Export, Import: issues.zip, as it is. Nothing is mailed by an import.",
        "Members, Import members: readers/.../ghost-members.csv. Leave the note and the labels as they are suggested.",
        "Do not import left.csv, not-confirmed.csv, on-a-break.csv and do-not-mail.csv. Keep them: see below.",
        "If Ghost answers at the old address itself: Settings, Redirects: redirects/redirects.yaml.",
    ),
    losses=("Custom fields of readers have no place there. They are in a file of their own.",),
)
