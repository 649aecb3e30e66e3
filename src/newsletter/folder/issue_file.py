"""An issue as the text of its file, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.folder.slug import is_safe
from newsletter.folder.yaml.front_matter import Document, Fields, read_document
from newsletter.folder.yaml.lines import Value, yaml_lines
from newsletter.words.issue import Issue, Section
from newsletter.words.mistake import Mistake, Place
from newsletter.words.plain import unix_lines

KEYS = ("number", "subject", "preheader", "template", "lists", "date", "sections", "waive", "moved_in")
MARKER = "<!-- posts -->"
_MARKER = re.compile(r"<!--\s*posts\s*-->\s*", re.IGNORECASE)
_WAIVE = (
    "Write each as the code of a finding, its place where it is one of several, and why it does not matter here:\n"
    "waive:\n  http-link posts/ice.md: they have no https"
)
_SECTIONS = "Write it as:\nsections:\n  - title: The long read\n    posts: [2026-11-20-two-who-walked]"


def parse_issue(text: str, *, file: str) -> Issue:
    """Read an issue. Raises Mistake with line and column.

    `key_lines` also has an entry `sections/SLUG` for every post it names, `section N` for each section from 1, and
    `waive/WHAT` for each waiver.
    """
    document = read_document(text, file)
    fields = document.fields
    fields.only(KEYS)
    sections, post_lines = _sections(fields)
    waivers = fields.pairs("waive", _WAIVE)
    intro, outro, outro_line = _body(document, file)
    return Issue(
        number=fields.number("number"),
        subject=fields.required("subject", "Add a line: subject: What stands in the inbox"),
        preheader=fields.prose("preheader") or "",
        template=fields.text("template"),
        lists=fields.words("lists"),
        dated_on=fields.day("date"),
        sections=sections,
        intro=intro,
        outro=outro,
        intro_line=document.body_line,
        outro_line=outro_line,
        moved_in=fields.text("moved_in") or "",
        waivers=tuple((" ".join(what.split()), reason) for what, reason, _ in waivers),
        key_lines=(
            *((key, entry.place.line or 1) for key, entry in fields.entries.items()),
            *post_lines,
            *((f"waive/{' '.join(what.split())}", place.line or 1) for what, _, place in waivers),
        ),
        key_columns=tuple((key, column) for key in ("subject", "preheader") if (column := fields.column_of(key))),
    )


def format_issue(issue: Issue) -> str:
    """The text of an issue's file. Keys without a value are left out."""
    head: dict[str, Value] = {
        "number": issue.number,
        "subject": issue.subject,
        "preheader": issue.preheader,
        "template": issue.template,
        "lists": list(issue.lists),
        "date": issue.dated_on,
        "sections": section_values(issue.sections),
        "waive": dict(issue.waivers),
        "moved_in": issue.moved_in,
    }
    parts = (unix_lines(part) for part in (issue.intro, MARKER, issue.outro))
    body = "\n\n".join(part for part in parts if part)
    return f"---\n{yaml_lines(head)}---\n\n{body}\n"


def section_values(sections: Sequence[Section]) -> list[dict[str, str | list[str]]]:
    """The sections as they stand in the front matter."""
    return [
        {"title": section.title, "posts": list(section.posts)} if section.title else {"posts": list(section.posts)}
        for section in sections
    ]


def marker_line(lines: Sequence[str]) -> int | None:
    """The line that the posts stand in place of, counted from 0."""
    return next((number for number, line in enumerate(lines) if _MARKER.fullmatch(line.strip(" \t"))), None)


def _sections(fields: Fields) -> tuple[tuple[Section, ...], tuple[tuple[str, int], ...]]:
    sections = []
    lines: dict[str, int] = {}
    for number, part in enumerate(fields.parts("sections", _SECTIONS), 1):
        lines[f"section {number}"] = part.place.line or 1
        part.only(("title", "posts"))
        for slug, place in part.texts("posts"):
            _require_new(slug, lines, place)
            lines[f"sections/{slug}"] = place.line or 1
        sections.append(Section(title=part.prose("title") or "", posts=part.words("posts")))
    return tuple(sections), tuple(lines.items())


def _require_new(slug: str, lines: dict[str, int], place: Place) -> None:
    if not is_safe(slug):
        raise Mistake(
            f"`{slug}` can't be a post.", fix="Write the name of a file in posts/, without `.md`.", place=place
        )
    if f"sections/{slug}" in lines:
        before = lines[f"sections/{slug}"]
        raise Mistake(
            f"`{slug}` is already in this issue, on line {before}; readers would see it twice.",
            fix="Delete one of them.",
            place=place,
        )


def _body(document: Document, file: str) -> tuple[str, str, int]:
    """The intro, the outro, and the line on which the outro begins."""
    lines = document.body.split("\n")
    marks = [n for n, line in enumerate(lines) if _MARKER.fullmatch(line.strip(" \t"))]
    if not marks:
        return document.body, "", document.body_line + len(lines)
    if len(marks) > 1:
        raise Mistake(
            f"The line {MARKER} stands here twice; the posts have one place.",
            fix="Delete one of them.",
            place=Place(file, document.body_line + marks[1]),
        )
    mark = marks[0]
    after = next((n for n, line in enumerate(lines[mark + 1 :], mark + 1) if line.strip(" \t")), len(lines))
    intro, outro = "\n".join(lines[:mark]).rstrip(" \t\n"), "\n".join(lines[after:])
    return intro, outro, document.body_line + after
