"""An issue that can't be rendered: what is in the way, all of it, and what its words show all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from newsletter.compose.press import Manuscript
from newsletter.folder.shelf import Shelf
from newsletter.preflight import images, links
from newsletter.preflight.author_text import AuthorText, read_author_text
from newsletter.preflight.check import in_order, written_findings
from newsletter.preflight.rules import finding, link_finding
from newsletter.preflight.sponsors import without_mends
from newsletter.preflight.waivers import waived
from newsletter.words.finding import Finding
from newsletter.words.issue import Issue
from newsletter.words.mistake import Missing, NewsletterError, Place
from newsletter.words.post import Post, own_picture


def check_unrendered(
    shelf: Shelf, number: int, stop: NewsletterError, *, language: str, now: datetime, style: str = ""
) -> list[Finding]:
    """The findings about issue `number`, which `stop` keeps from being rendered.

    Posts and pictures that are not there hide nothing of the others. Raises what is wrong with the issue's own file, without
    which there is nothing to look at.
    """
    issue = shelf.issues.get_issue(number)
    posts, readings, stops = _readable(shelf, issue)
    manuscript = Manuscript(issue=issue, posts=posts)
    pictures = list(_lost_pictures(shelf, manuscript, readings))
    found = [
        *written_findings(manuscript, readings, language=language, now=now, style=style),
        *links.findings(links.links_of(manuscript, readings), {}),
    ]
    known = {error.message for error in stops} | {one.message for one in pictures}
    first = [] if stop.message in known else [stop]
    in_the_way = [*(_stop(issue, error) for error in [*first, *stops]), *pictures]
    rest = finding(
        "not-checked",
        Place(issue.file, 1),
        "The mail, the readers and the web were not looked at, because the issue can't be rendered.",
        f"Mend what is in the way, then: newsletter check {number}",
        on_page="The mail, the readers and the web were not looked at, because there is no mail yet.",
        fix_on_page="Fix first what must be fixed.",
    )
    return in_order([*in_the_way, *waived(without_mends(found, manuscript, readings), issue), rest])


def _readable(shelf: Shelf, issue: Issue) -> tuple[dict[str, Post], list[AuthorText], list[NewsletterError]]:
    """The posts that can be read, all texts, and what is wrong with the others."""
    posts: dict[str, Post] = {}
    readings, stops = list[AuthorText](), list[NewsletterError]()
    for text, line in ((issue.intro, issue.intro_line), (issue.outro, issue.outro_line)):
        try:
            readings.append(read_author_text(text, issue.file, line, None))
        except NewsletterError as error:
            stops.append(error)
    for slug in issue.slugs():
        try:
            post = shelf.posts.get_post(slug)
            readings.append(read_author_text(post.body, post.file, post.body_line, slug))
            posts[slug] = post
        except Missing as missing:
            place = issue.place(f"sections/{slug}", "sections")
            stops.append(Missing(missing.message, fix=missing.fix, place=place))
        except NewsletterError as error:
            stops.append(error)
    return posts, readings, stops


def _lost_pictures(shelf: Shelf, manuscript: Manuscript, readings: list[AuthorText]) -> Iterator[Finding]:
    for picture in images.pictures_of(manuscript, readings):
        file = own_picture(picture.href)
        if file is None or shelf.images is None:
            continue
        try:
            shelf.images.publish(file)
        except NewsletterError as error:
            yield link_finding(
                "missing-image",
                picture,
                error.message,
                error.fix,
                on_page=f"The picture “{images.file_name(file)}” is not there any more, or can't be read.",
                fix_on_page="Insert it again, or take it out.",
            )


def _stop(issue: Issue, error: NewsletterError) -> Finding:
    return finding("does-not-render", error.place or Place(issue.file, 1), error.message, error.fix)
