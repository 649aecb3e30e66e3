"""Changes the text of a post or an issue where it is told to, and leaves every other line as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import yaml

from newsletter.folder.issue_file import KEYS as ISSUE_KEYS
from newsletter.folder.issue_file import MARKER, marker_line, parse_issue, section_values
from newsletter.folder.post_file import KEYS as POST_KEYS
from newsletter.folder.post_file import parse_post
from newsletter.folder.yaml.front_matter import read_document
from newsletter.folder.yaml.lines import Value, yaml_lines
from newsletter.folder.yaml.nodes import compose
from newsletter.words.issue import Section
from newsletter.words.mistake import Mistake
from newsletter.words.picture.focus import MIDDLE
from newsletter.words.plain import unix_lines


def with_key(text: str, key: str, value: Value, *, file: str) -> str:
    """The text with one key of its front matter set; an empty value takes the key out.

    A new key comes where `format_issue` or `format_post` would have put it. Raises Mistake where the front matter can't
    be read as it is.
    """
    read_document(text, file)
    lines = text.split("\n")
    end = _fence(lines)
    root = compose("\n".join(["", *lines[1:end], ""]))
    spans = _spans(root, end) if isinstance(root, yaml.MappingNode) else {}
    new = yaml_lines({key: value}).splitlines()
    if key in spans:
        first, last = spans[key]
        return "\n".join([*lines[:first], *new, *lines[last:]])
    before = _before(key, spans, ISSUE_KEYS if key in ISSUE_KEYS and file.startswith("issues/") else POST_KEYS)
    at = spans[before][0] if before else end
    return "\n".join([*lines[:at], *new, *lines[at:]])


def with_sections(text: str, sections: Sequence[Section], *, file: str) -> str:
    """The text of an issue with its posts in another order."""
    return with_key(text, "sections", section_values(sections), file=file)


def with_body(text: str, body: str, *, file: str) -> str:
    """The text of a post with other words."""
    document = read_document(text, file)
    lines = text.split("\n")
    head = lines[: document.body_line - 1]
    return _joined([*head, *([] if head and not head[-1].strip() else [""])], _clean(body))


def with_intro(text: str, intro: str, *, file: str) -> str:
    """The text of an issue with other words before the posts."""
    document = read_document(text, file)
    lines = text.split("\n")
    mark = marker_line(lines)
    head = lines[: _fence(lines) + 1]
    if mark is None:
        return _joined([*head, ""], _clean(intro))
    blank = document.body_line - 1 - len(head) if document.body_line - 1 < mark else 1
    new = _clean(intro)
    before = [*head, *[""] * max(blank, 1), *new.split("\n")] if new else head
    return "\n".join([*before, "", *lines[mark:]])


def with_outro(text: str, outro: str, *, file: str) -> str:
    """The text of an issue with other words after the posts."""
    read_document(text, file)
    lines = text.split("\n")
    mark = marker_line(lines)
    head = lines[: mark + 1] if mark is not None else [*text.rstrip("\n").split("\n"), "", MARKER]
    new = _clean(outro)
    return _joined([*head, ""], new) if new else "\n".join([*head, ""])


def with_added(text: str, field: str, words: str, *, file: str) -> str:
    """The text with more words at the end of its `body`, `intro` or `outro`. Raises Mistake for any other field."""
    if field not in (_ISSUE_BODIES if file.startswith("issues/") else _POST_BODIES):
        raise Mistake("Nothing can be inserted there.", fix="Load the page again.")
    if field == "body":
        there = read_document(text, file).body
    else:
        issue = parse_issue(text, file=file)
        there = issue.intro if field == "intro" else issue.outro
    return edit_of(file, field, "\n\n".join(part for part in (there.rstrip(), words) if part))(text)


def with_picture(text: str, src: str, alt: str, *, file: str) -> str:
    """The text of a post with this picture at its head, shown whole; without any where `src` is empty."""
    text = with_key(text, "focus", "", file=file)
    if not src:
        return with_key(with_key(text, "image", "", file=file), "alt", "", file=file)
    return with_key(with_key(text, "alt", " ".join(alt.split()), file=file), "image", src, file=file)


def with_focus(text: str, side: str, percent: str, *, file: str) -> str:
    """The text of a post whose picture is cropped around another place: `side` is `across` or `down`.

    An empty `percent` is the middle of a picture that is cropped, and leaves one that is shown whole as it is.
    """
    image = parse_post(text, slug="", file=file).image
    focus = image.focus if image else None
    if not percent.strip() and focus is None:
        return text
    if not re.fullmatch("[0-9]{1,2}|100", percent.strip() or "50"):
        raise Mistake(f"“{percent[:20]}” is not a place in the picture.", fix="Give a whole number from 0 to 100.")
    moved = replace(focus or MIDDLE, **{side: int(percent.strip() or 50)})
    return with_key(text, "focus", str(moved), file=file)


def _joined(head: Sequence[str], body: str) -> str:
    return "\n".join([*head, body, ""]) if body else "\n".join([*head, ""]).rstrip("\n") + "\n"


def _clean(text: str) -> str:
    lines = unix_lines(text).split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    return "\n".join(lines).rstrip()


def _fence(lines: Sequence[str]) -> int:
    """The line that ends the front matter, counted from 0; `read_document` has seen that there is one."""
    return next(number for number, line in enumerate(lines[1:], 1) if line.rstrip(" \t") == "---")


def _spans(root: yaml.MappingNode, end: int) -> dict[str, tuple[int, int]]:
    """The lines of each key: from its own to before the next one's, without the comments that stand before that."""
    starts = [key.start_mark.line for key, _ in root.value]
    spans = {}
    for (key, value), following in zip(root.value, [*starts[1:], end], strict=True):
        last = value.end_mark.line + (1 if value.end_mark.column else 0)
        spans[str(key.value)] = (key.start_mark.line, max(key.start_mark.line + 1, min(last, following)))
    return spans


def _before(key: str, spans: dict[str, tuple[int, int]], order: Sequence[str]) -> str | None:
    later = order[order.index(key) + 1 :] if key in order else ()
    return next((other for other in later if other in spans), None)


def edit_of(file: str, field: str, value: str) -> Callable[[str], str]:
    """The edit that gives one field of a post or an issue another value. Raises Mistake for a field that it has not."""
    bodies = _ISSUE_BODIES if file.startswith("issues/") else _POST_BODIES
    keys = _ISSUE_LINES if file.startswith("issues/") else _POST_LINES
    if field in bodies:
        touch = bodies[field]
        return lambda text: touch(text, value, file=file)
    if field == "raw":
        return lambda text: unix_lines(value).rstrip("\n") + "\n"
    if field == "checks":
        kept: Value = [line.strip() for line in value.splitlines() if line.strip()]
        return lambda text: with_key(text, "checks", kept, file=file)
    if field == "doubts":
        return lambda text: with_doubts(text, value.splitlines(), file=file)
    if field in {"across", "down"}:
        return lambda text: with_focus(text, field, value, file=file)
    if field == "tags":
        tags: Value = [tag for tag in (" ".join(part.split()) for part in value.split(",")) if tag]
        return lambda text: with_key(text, "tags", tags, file=file)
    if field == "date":
        day = _day(value)
        return lambda text: with_key(text, "date", day, file=file)
    if field not in keys:
        raise Mistake(f"There is no `{field}` in {file}.", fix="Load the page again.")
    line = " ".join(value.split())
    return lambda text: with_key(text, field, line, file=file)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value.strip()) if value.strip() else None
    except ValueError as error:
        raise Mistake(f"{value[:40]} is not a day.", fix="Write it as 2026-11-26.") from error


_ISSUE_BODIES = {"intro": with_intro, "outro": with_outro}
_POST_BODIES = {"body": with_body}
_ISSUE_LINES = frozenset({"subject", "preheader", "template"})
_POST_LINES = frozenset({"title", "url", "source", "author", "byline", "image", "alt"})


def with_doubts(text: str, doubts: Sequence[str], *, file: str) -> str:
    """The text of a post with more lines in `checks:`, each once."""
    known = parse_post(text, slug="", file=file).checks
    lines: Value = [*dict.fromkeys((*known, *(doubt.strip() for doubt in doubts if doubt.strip())))]
    return with_key(text, "checks", lines, file=file)


def without_note(file: str, notes: Sequence[str], note: str) -> Callable[[str], str]:
    """The edit that takes one of a post's notes out of `checks:`."""
    return edit_of(file, "checks", "\n".join(other for other in notes if other != note))


def with_waiver(file: str, what: str, reason: str) -> Callable[[str], str]:
    """The edit that waives `what` in an issue, for this reason: a finding's code, with a place or for the whole issue."""
    return lambda text: with_key(text, "waive", {**_waivers(text, file), what: reason}, file=file)


def without_waiver(file: str, what: str) -> Callable[[str], str]:
    """The edit that takes a waiver out of an issue."""
    return lambda text: with_key(
        text, "waive", {one: why for one, why in _waivers(text, file).items() if one != what}, file=file
    )


def _waivers(text: str, file: str) -> dict[str, str]:
    return dict(parse_issue(text, file=file).waivers)
