"""What is found in words alone: an issue made of texts, without a folder, a template or the web."""

from __future__ import annotations

from datetime import date
from typing import Any

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import readings_of
from newsletter.preflight.check import written_findings
from newsletter.preflight.sponsors import without_mends
from newsletter.words.finding import Finding
from newsletter.words.issue import Issue, Section
from newsletter.words.post import Post


def a_manuscript(body: str, *more: Post, title: str = "Ice", section: str = "To read", **issue: Any) -> Manuscript:
    """An issue of 26 November 2026, a Thursday, with one post that says `body`."""
    posts = {post.slug: post for post in (Post(slug="ice", title=title, body=body), *more)}
    values = {"number": 2, "subject": "Boats", "preheader": "A word on ice.", "dated_on": date(2026, 11, 26)} | issue
    return Manuscript(issue=Issue(sections=(Section(title=section, posts=tuple(posts)),), **values), posts=posts)


def found_in(manuscript: Manuscript, language: str = "en", house_style: str = "") -> list[Finding]:
    """All that its words show."""
    readings = readings_of(manuscript)
    found = written_findings(manuscript, readings, language=language, now=None, style=house_style)
    return without_mends(found, manuscript, readings)


def codes(manuscript: Manuscript, language: str = "en") -> list[str]:
    """The codes of what its words show."""
    return [one.code for one in found_in(manuscript, language)]
