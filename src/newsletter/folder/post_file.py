"""A post as the text of its file, and back."""

from __future__ import annotations

import re

from newsletter.folder.yaml.front_matter import Fields, read_document
from newsletter.folder.yaml.lines import yaml_lines
from newsletter.words.mistake import Mistake
from newsletter.words.picture.focus import Focus, read_focus
from newsletter.words.plain import unix_lines
from newsletter.words.post import Image, Post, own_picture

KEYS = ("title", "url", "source", "author", "published", "tags", "image", "alt", "focus", "byline", "checks")
_WEB = re.compile(r"https?://[^\s/][^\s]*")
_OWN_IMAGE = re.compile(r"images/[^\s\\]+")


def parse_post(text: str, *, slug: str, file: str) -> Post:
    """Read a post. `file` is its name as the author would type it; raises Mistake with line and column."""
    document = read_document(text, file)
    fields = document.fields
    fields.only(KEYS)
    return Post(
        slug=slug,
        title=fields.required("title", "Add a line: title: What it is called"),
        body=document.body,
        url=_url(fields),
        source=fields.prose("source"),
        author=fields.prose("author"),
        byline=fields.prose("byline"),
        published_on=fields.day("published"),
        tags=fields.words("tags"),
        image=_image(fields),
        checks=fields.words("checks"),
        body_line=document.body_line,
        key_lines=tuple((key, entry.place.line or 1) for key, entry in fields.entries.items()),
    )


def format_post(post: Post) -> str:
    """The text of a post's file. Keys without a value are left out."""
    head = {
        "title": post.title,
        "url": post.url,
        "source": post.source,
        "author": post.author,
        "published": post.published_on,
        "tags": list(post.tags),
        "image": post.image.src if post.image else None,
        "alt": post.image.alt if post.image else None,
        "focus": str(post.image.focus) if post.image and post.image.focus else None,
        "byline": post.byline,
        "checks": list(post.checks),
    }
    body = unix_lines(post.body)
    return f"---\n{yaml_lines(head)}---\n\n{body}\n"


def _url(fields: Fields) -> str | None:
    value = fields.text("url")
    if value is not None and not _WEB.fullmatch(value):
        raise Mistake(
            f"`url` is not a web address: {value}",
            fix="Write it whole: url: https://example.com/page",
            place=fields.place_of("url"),
        )
    return value


def _image(fields: Fields) -> Image | None:
    src, alt = fields.text("image"), fields.prose("alt")
    if src is None and alt is None:
        _focus(fields, None)
        return None
    if src is None or alt is None:
        missing, present = ("alt", "image") if src else ("image", "alt")
        fix = (
            "Add a line: alt: What the picture shows" if src else "Add a line: image: images/NAME.png, or delete `alt`."
        )
        raise Mistake(f"There is `{present}` but no `{missing}`.", fix=fix, place=fields.place_of(present))
    if not _is_image_address(src):
        raise Mistake(
            f"`image` is neither a web address nor a file in images/: {src}",
            fix="Put the picture into images/ and write: image: images/NAME.png",
            place=fields.place_of("image"),
        )
    return Image(src=src, alt=alt, focus=_focus(fields, src))


def _focus(fields: Fields, src: str | None) -> Focus | None:
    value = fields.text("focus")
    if value is None:
        return None
    if src is None or own_picture(src) is None:
        raise Mistake(
            "`focus` crops a picture in images/, and there is none.",
            fix="Delete this line, or copy the picture into images/ and name it: image: images/NAME.png",
            place=fields.place_of("focus"),
        )
    focus = read_focus(value)
    if focus is None:
        raise Mistake(
            f"`focus` is not a place in the picture: {value}",
            fix="Write how far from the left and from the top it lies, each from 0% to 100%: focus: 40% 30%",
            place=fields.place_of("focus"),
        )
    return focus


def _is_image_address(src: str) -> bool:
    return bool(_WEB.fullmatch(src) or (_OWN_IMAGE.fullmatch(src) and ".." not in src.split("/")))
