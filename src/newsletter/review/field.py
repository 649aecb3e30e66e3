"""The parts of a post or an issue that can be noted on, and the words in each."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.folder.issue_file import parse_issue
from newsletter.folder.post_file import parse_post

# What each is called on screens.
FIELDS: Mapping[str, str] = {
    "title": "the title",
    "body": "the words",
    "subject": "the subject",
    "preheader": "the preheader",
    "intro": "the opening",
    "outro": "the closing",
}

# The fields of each part of an issue that one opens at a time; "" is a note on all of it.
_OF_PARTS = {"inbox": ("subject", "preheader"), "opening": ("intro", ""), "closing": ("outro",)}
_OF_POST = ("title", "body", "")


def fields_of_part(part: str) -> tuple[str, ...]:
    """The fields that are noted on in a part: `inbox`, `opening`, `closing`, `post:<slug>`; none in any other."""
    return _OF_POST if part.startswith("post:") else _OF_PARTS.get(part, ())


def part_of_file(file: str, field: str) -> str:
    """The part of an issue in which a field of a post's or an issue's file is written."""
    if file.startswith("posts/"):
        return f"post:{file.removeprefix('posts/').removesuffix('.md')}"
    return next(part for part, fields in _OF_PARTS.items() if field in fields)


def words_of(text: str, file: str) -> Mapping[str, str]:
    """The words of each part of a file's text. Raises Mistake where it can't be read."""
    if file.startswith("posts/"):
        post = parse_post(text, slug="", file=file)
        return {"title": post.title, "body": post.body}
    issue = parse_issue(text, file=file)
    return {"subject": issue.subject, "preheader": issue.preheader, "intro": issue.intro, "outro": issue.outro}
