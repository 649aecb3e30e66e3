"""The issues: which there are, where each stands, and a new one made of what was kept."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.compose.draft import draft, unused_posts
from newsletter.folder.git.checkout import is_checkout
from newsletter.folder.git.sync import Synced
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.sync import sentences, sync_now
from newsletter.words.mistake import Mistake
from newsletter.words.user import Role


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit, synced=None)


def _page(studio: Studio, visit: Visit, *, synced: Synced | None) -> Response:
    parts = studio.parts
    found = readable(parts)
    issues = sorted(found.issues, key=lambda issue: -issue.number)
    sent = set(parts.ledger.accounts.list_issues_sent())
    # Without a tally it was never sent.
    rows = [(issue, parts.ledger.tallies.find(issue.number) if issue.number in sent else None) for issue in issues]
    unused = unused_posts(found.posts, issues)
    can_sync = visit.who.role.may(Role.EDITOR) and is_checkout(parts.directory)
    return studio.page(
        visit, "issues.html", problems=found.problems, rows=rows, unused=unused, can_sync=can_sync, synced=synced
    )


def make(studio: Studio, visit: Visit) -> Response:
    """A draft of all posts that no issue uses, or of those that were chosen."""
    parts = studio.parts
    chosen = set(visit.texts("post"))
    posts = [post for post in parts.posts.list_posts() if not chosen or post.slug in chosen]
    if chosen and not posts:
        raise Mistake("None of these posts is there any more.", fix="Load the page again.")
    written = parts.issues.add_issue(draft(posts, parts.issues.list_issues()))
    studio.sittings.note(visit.who, written.file)
    return visit.go(f"/issues/{written.number}", said=f"Issue {written.number} is drafted: {written.file}.")


def exchange(studio: Studio, visit: Visit) -> Response:
    """What `newsletter sync` does, in the name of the visitor; what others had open is committed in theirs first."""
    studio.sittings.end_all()
    done = sync_now(studio.parts, visit.who)
    if done.clashes:
        return _page(studio, visit, synced=done)
    return visit.go("/issues", said=" ".join(sentences(done)))


PAGES = (
    Page(path="/issues", show=show, change=make, do=Role.AUTHOR),
    Page(path="/issues/sync", change=exchange, do=Role.EDITOR),
)
