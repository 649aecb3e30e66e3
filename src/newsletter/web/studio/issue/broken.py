"""Files that can't be parsed: the others can still be worked on, and a broken one is repaired as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.folder.touch import edit_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring import Parts
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post
from newsletter.words.user import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableFiles:
    """The posts and issues that can be read, and what is wrong with the others."""

    posts: Sequence[Post]
    issues: Sequence[Issue]
    problems: Sequence[NewsletterError]


def readable(parts: Parts) -> ReadableFiles:
    posts, wrong_posts = parts.posts.list_readable()
    issues, wrong_issues = parts.issues.list_readable()
    return ReadableFiles(posts=posts, issues=issues, problems=[*wrong_issues, *wrong_posts])


def show(studio: Studio, visit: Visit) -> Response:
    """The file that `?file=` names; with what is wrong in it, while anything is."""
    file = visit.asked("file")
    sheet = studio.parts.sheets.note(file, at=studio.now())
    problems = [one for one in readable(studio.parts).problems if one.place and one.place.file == file]
    return studio.page(
        visit, "broken.html", title=file, action="/broken", sheet=sheet, problem=next(iter(problems), None)
    )


def save(studio: Studio, visit: Visit) -> Response:
    file = visit.text("file")
    edit = edit_of(file, "raw", visit.text("value-raw"))
    studio.write(visit, file, visit.text("base"), edit)
    return visit.go("/issues", said=f"Saved: {file}.")


PAGES = (Page(path="/broken", show=show, change=save, do=Role.AUTHOR),)
