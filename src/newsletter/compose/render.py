"""Renders an issue once, for everybody: the only way to HTML and text, for preview, test mail, archive and sending."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsletter.compose.look import Look, logo_place, read_look
from newsletter.compose.mjml import to_html
from newsletter.compose.parts import html_part, plain_part
from newsletter.compose.plain import Notes
from newsletter.compose.sentinels import ReaderGap, Sentinels, reader_gap
from newsletter.compose.template import UNPRINTABLE, TemplateOutput, calling_line, path_of, write
from newsletter.compose.view import IssueView, direction, image_address, view_of
from newsletter.folder.pictures.images import ImageFolder
from newsletter.ports.folder import TemplateFiles
from newsletter.sentences.catalogue import words_around_an_issue
from newsletter.words.edition import Edition
from newsletter.words.gap import Context
from newsletter.words.issue import Issue
from newsletter.words.mistake import Mistake, Place
from newsletter.words.newsletter import Newsletter
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True)
class Rendered:
    """An edition, its MJML with the gaps spelled out, and each reader's field it asks for with the first place that does."""

    edition: Edition
    mjml: str
    fields: dict[str, Place]


def render(
    issue: Issue,
    posts: Sequence[Post] | Mapping[str, Post],
    newsletter: Newsletter,
    template: TemplateFiles,
    images: ImageFolder | None = None,
) -> Rendered:
    """Render an issue with a template. `images` makes its pictures ready; without it they are only named.

    Raises Mistake at the author's file, line and column for anything in an issue, a post or a template that can't be
    rendered as it was meant, and Missing for a post that there is not.
    """
    by_slug = posts if isinstance(posts, Mapping) else {post.slug: post for post in posts}
    look = read_look(template)
    sentinels = Sentinels(_sources(issue, by_slug.values(), newsletter, template))
    notes = Notes(inline=look.inline_links)
    view = view_of(issue, by_slug, newsletter, sentinels, notes, images, text_width=look.text_width, column=look.column)
    context = _context(view, newsletter, template, sentinels, _worded(look, template, newsletter, images))
    mjml = _checked(write(template, "issue.mjml", context, view.blocks()), sentinels)
    text = _checked(write(template, "issue.txt", context), sentinels)
    edition = Edition(
        issue=issue.number,
        subject=plain_part(" ".join(UNPRINTABLE.sub(" ", view.subject).split()), sentinels, Context.HEADER),
        html=html_part(to_html(mjml, sentinels), sentinels),
        text=plain_part(text.text.strip() + "\n", sentinels),
        language=newsletter.language,
        sender_name=newsletter.name,
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
    )
    return Rendered(edition, sentinels.spelled(mjml.text), sentinels.fields())


def _context(
    view: IssueView, newsletter: Newsletter, template: TemplateFiles, sentinels: Sentinels, look: dict[str, Any]
) -> dict[str, Any]:
    """The names that a template's files can use."""

    def reader(name: str, default: str | None = None) -> ReaderGap:
        """A gap at this place of the template: `reader("first_name", default="there")`."""
        place = calling_line(template, sys._getframe(1), f"reader\\(\\s*[\"']{re.escape(str(name))}[\"']")
        place = place or Place(path_of(template, "issue.mjml"))
        return reader_gap(sentinels, place, name, default)

    return {
        "issue": view,
        "newsletter": newsletter,
        "language": newsletter.language,
        "direction": direction(newsletter.language),
        "look": look,
        "reader": reader,
    }


def _checked(written: TemplateOutput, sentinels: Sentinels) -> TemplateOutput:
    at = sentinels.spoilt(written.text)
    if at is None:
        return written
    raise Mistake(
        "A merge tag is changed here before it is filled, so readers would see a piece of code.",
        fix="Take upper, title, truncate or [:20] off what can hold one, such as issue.subject.",
        place=written.place(at),
    )


def _worded(
    look: Look, template: TemplateFiles, newsletter: Newsletter, images: ImageFolder | None
) -> dict[str, dict[str, Any]]:
    """The look's tables: words that it does not set in the newsletter's language, and the addresses of its logos."""
    words = {**words_around_an_issue(newsletter.language, newsletter.form_of_address), **look.tables.get("words", {})}
    logo, place = look.tables.get("logo", {}), logo_place(template)
    found = {
        name: image_address(str(logo[name]), newsletter.public_url, images, place)
        for name in ("src", "dark")
        if logo.get(name)
    }
    return {**look.tables, "logo": {**logo, **found}, "words": words}


def _sources(issue: Issue, posts: Iterable[Post], newsletter: Newsletter, template: TemplateFiles) -> list[str]:
    """Every text that could hold something that looks like a sentinel."""
    return [repr(issue), *(repr(post) for post in posts), repr(newsletter), *template.files.values()]
