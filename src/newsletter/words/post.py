"""One curated piece: a source, quotes from it, our commentary, and its picture."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import unquote

from newsletter.words.mistake import Place
from newsletter.words.picture.focus import Focus

_IMAGES = "images/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture beside a post: `src` is an https address or a path in `images/`; `alt` says it in words.

    One in `images/` that has a `focus` is cropped to the frame around it.
    """

    src: str
    alt: str
    focus: Focus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A file in `posts/`. `slug` is its name without `.md`; `body` is Markdown in which quotes are blockquotes.

    A blockquote carries its source as a last line of its own that begins with an em dash.
    `checks` are sentences for the editor ("“It is late …” may be a quote: it is short"); they never reach a mail.
    `body_line` is the line of the file on which `body` begins, `key_lines` that of each front-matter key, so that errors
    can point at them.
    """

    slug: str
    title: str
    body: str
    url: str | None = None
    source: str | None = None
    author: str | None = None
    byline: str | None = None
    published_on: date | None = None
    tags: tuple[str, ...] = ()
    image: Image | None = None
    checks: tuple[str, ...] = ()
    body_line: int = 1
    key_lines: tuple[tuple[str, int], ...] = field(default=(), compare=False)

    @property
    def file(self) -> str:
        return f"posts/{self.slug}.md"

    def line_of(self, key: str) -> int | None:
        return dict(self.key_lines).get(key)

    def place(self, *keys: str) -> Place:
        """The line of the first of these keys that the file has; its first line where it has none of them."""
        return Place(self.file, next((line for key in keys if (line := self.line_of(key))), 1))


def own_picture(src: str) -> str | None:
    """The path of a picture of the folder as it is named, `images/...`; None for a picture from elsewhere."""
    path = src.removeprefix("./")
    return path if path.startswith(_IMAGES) else None


def picture_paths(path: str) -> tuple[str, ...]:
    """The paths under which the file of a picture of the folder may lie, in the order in which they are to be tried.

    Markdown writes blanks, letters outside ASCII and lone percent signs as percent codes, and a file's own name may hold
    some. Systems differ in whether they part a letter from its accents.
    """
    named = (unquote(path), path)
    forms = (unicodedata.normalize(form, name) for name in named for form in ("NFC", "NFD"))
    return tuple(dict.fromkeys((*named, *forms)))
