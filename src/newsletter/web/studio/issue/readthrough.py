"""Reading an issue through: all of it on one page in the type of the mail, and a paragraph edited where it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from newsletter.compose.look import read_look
from newsletter.compose.reading_copy import CopyBlock, CopyPart, reading_copy
from newsletter.folder.issue_file import parse_issue
from newsletter.folder.post_file import parse_post
from newsletter.folder.touch import edit_of
from newsletter.schedule.lock import find_lock
from newsletter.web.number import read_number
from newsletter.web.studio.issue.preview import framed
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import HEADERS, Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of
from newsletter.words.issue import Issue
from newsletter.words.mistake import Missing, NewsletterError, NotNow
from newsletter.words.plain import count_words, minutes_to_read, unix_lines
from newsletter.words.post import Post
from newsletter.words.user import Role

# Stands for a reader of whom nothing is known, as in the preview.
_READER = {"email": ["reader@example.com"]}
_FONTS = re.compile(r"[\w ,'\"-]{1,200}")
_LENGTH = re.compile(r"\d{1,4}px")
# Where a template sets its type, the name that the page's own style knows it by, and what may stand there.
_TYPE = (
    ("page", "width", "width", _LENGTH),
    ("fonts", "serif", "serif", _FONTS),
    ("fonts", "sans", "sans", _FONTS),
    ("sizes", "title", "title", _LENGTH),
    ("sizes", "heading", "heading", _LENGTH),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBlock:
    """A block that is being edited: its Markdown, what stands before and after it in its field, and the file's version."""

    block: CopyBlock
    version: str
    before: str
    words: str
    after: str


def show(studio: Studio, visit: Visit) -> Response:
    """The whole issue. `?file=`, `?field=` and `?at=` (a line) open one block for editing; `?bare` gives the words alone,
    and `?form` the form of that block alone, for the script.
    """
    issue = studio.parts.issues.get_issue(visit.number("number"))
    parts = _parts(studio, issue)
    opened = _opened(studio, visit, issue, parts)
    wanted = visit.request.query_params
    if "form" in wanted:
        if opened is None:
            raise Missing("This paragraph is not there any more.", fix="Load the page again.")
        return HTMLResponse(studio.piece("read_form.html", visit=visit, issue=issue, opened=opened), headers=HEADERS)
    text = "\n".join(part.text for part in parts if part.key != "inbox")
    return studio.page(
        visit,
        "read_copy.html" if "bare" in wanted else "read.html",
        issue=issue,
        copy=parts,
        opened=opened,
        pictured=lambda html: Markup(framed(studio, str(html))),  # noqa: S704 - it is what it was, with other addresses
        n_words=count_words(text),
        minutes=minutes_to_read(text),
        lock=find_lock(desk_of(studio.parts), issue.number),
        may_edit=visit.who.role.may(Role.AUTHOR),
    )


def save(studio: Studio, visit: Visit) -> Response:
    """Put other words in the place of one block, from the form that a browser without scripts sends."""
    file, field = visit.text("file"), visit.text("field")
    start, end = read_number(visit.text("start")), read_number(visit.text("end"))
    # The blanks at its beginning make code of a paragraph.
    words = unix_lines(visit.secret("value-words")).strip("\n")

    def edit(text: str) -> str:
        lines = _field(file, field, text).split("\n")
        if start is None or end is None or not start < end <= len(lines):
            raise NotNow("The words of this paragraph changed.", fix="Look at it as it is now, and edit it again.")
        return edit_of(file, field, "\n".join([*lines[:start], words, *lines[end:]]))(text)

    studio.write(visit, file, visit.text("base"), edit)
    return visit.go(f"/issues/{visit.number('number')}/read#{visit.text('name')}", said="Saved.")


def type_of_mail(studio: Studio, visit: Visit) -> Response:
    """The type and the width of the issue's template, as a style sheet; empty where the template does not say."""
    try:
        issue = studio.parts.issues.get_issue(visit.number("number"))
        name = issue.template or studio.newsletter.template
        tables = read_look(studio.parts.shelf.templates.get_template(name)).tables
    except NewsletterError:
        tables = {}
    found = ((name, pattern, str(tables.get(table, {}).get(key, ""))) for table, key, name, pattern in _TYPE)
    lines = [f"--mail-{name}: {value};" for name, pattern, value in found if pattern.fullmatch(value)]
    return Response(f".copy {{ {' '.join(lines)} }}\n", media_type="text/css", headers={"Cache-Control": "no-cache"})


def _parts(studio: Studio, issue: Issue) -> list[CopyPart]:
    """Every part of the issue. Raises Mistake where its template can't be read."""
    posts: dict[str, Post | NewsletterError] = {}
    for slug in issue.slugs():
        try:
            posts[slug] = studio.parts.posts.get_post(slug)
        except NewsletterError as error:
            posts[slug] = error
    shelf, newsletter = studio.parts.shelf, studio.newsletter
    look = read_look(shelf.templates.get_template(issue.template or newsletter.template))
    return reading_copy(issue, posts, newsletter, look, shelf.images, _READER)


def _opened(studio: Studio, visit: Visit, issue: Issue, parts: list[CopyPart]) -> OpenBlock | None:
    """The block that the address names, in the version of its file that is there now."""
    asked = (visit.asked("file"), visit.asked("field"), read_number(visit.asked("at")))
    blocks = (block for part in parts for block in (*part.titles, *part.blocks))
    block = next((one for one in blocks if (one.file, one.field, one.start) == asked), None)
    if block is None or not visit.who.role.may(Role.AUTHOR):
        return None
    sheet = studio.parts.sheets.note(block.file, at=studio.now())
    lines = _field(block.file, block.field, sheet.text).split("\n")
    return OpenBlock(
        block=block,
        version=sheet.version,
        before="".join(f"{line}\n" for line in lines[: block.start]),
        words="\n".join(lines[block.start : block.end]).rstrip("\n"),
        after="".join(f"\n{line}" for line in lines[block.end :]),
    )


def _field(file: str, field: str, text: str) -> str:
    """The value of a field that is shown here, in the text of its file. Raises Missing for any other."""
    of_issue: dict[str, Callable[[Issue], str]] = {
        "subject": lambda issue: issue.subject,
        "preheader": lambda issue: issue.preheader,
        "intro": lambda issue: issue.intro,
        "outro": lambda issue: issue.outro,
    }
    of_post: dict[str, Callable[[Post], str]] = {"title": lambda post: post.title, "body": lambda post: post.body}
    if file.startswith("issues/") and field in of_issue:
        return unix_lines(of_issue[field](parse_issue(text, file=file)))
    if file.startswith("posts/") and field in of_post:
        return unix_lines(of_post[field](parse_post(text, slug="", file=file)))
    raise Missing(f"There is no `{field}` in {file} that could be edited here.", fix="Load the page again.")


PAGES = (
    Page(path="/issues/{number:int}/read", show=show, change=save, do=Role.AUTHOR),
    Page(path="/issues/{number:int}/read/type.css", show=type_of_mail),
)
