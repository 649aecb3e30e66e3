"""An issue as one page to be read through: the words that readers get, each block with the lines that it was written on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from markdown_it.token import Token
from markupsafe import Markup, escape

from newsletter.compose.gaps import TextOrigin, read_gaps
from newsletter.compose.look import Look
from newsletter.compose.markdown import html_of
from newsletter.compose.parts import html_part, plain_part
from newsletter.compose.plain import Notes
from newsletter.compose.sentence_marks import with_sentences
from newsletter.compose.sentinels import Sentinels
from newsletter.compose.view import ViewWriter, credit_of
from newsletter.folder.pictures.images import ImageFolder
from newsletter.words.gap import Choice, Columns, Context, fill_part
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.newsletter import Newsletter
from newsletter.words.plain import count_words, minutes_to_read
from newsletter.words.post import Post

# Nothing of ours or of an author's makes a `div` in these blocks: Markdown is read without HTML.
_BLOCK = re.compile(r'<div data-lines="(\d++) (\d++)"( class="theirs")?>\n?((?:[^<]++|<(?!/div>))*+)</div>')

_NO_WORD = re.compile(r'<span class="host">[^<]*+</span>|<[^<>]*+>')


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyBlock:
    """A paragraph, a quote, a list or a title as readers get it, with its sentences marked.

    Its words stand in `field` of `file`, on the lines from `start` up to `end` of that field, counted from 0.
    """

    file: str
    field: str
    start: int
    end: int
    html: Markup
    is_quote: bool = False

    @property
    def name(self) -> str:
        """Its name in the page, the same as long as it begins on this line."""
        return f"{self.file.removesuffix('.md').replace('/', '-')}-{self.field}-{self.start}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPart:
    """A part of an issue; `key` is its name in the address of the page where it is written.

    `differs` says that some readers get other words in it. With a `problem` it can't be shown.
    """

    key: str
    file: str
    section: str = ""
    titles: tuple[CopyBlock, ...] = ()
    credit: str = ""
    url: str = ""
    picture: str = ""
    blocks: tuple[CopyBlock, ...] = ()
    differs: bool = False
    problem: NewsletterError | None = None

    @property
    def text(self) -> str:
        """Its words alone, without the hosts that stand behind links."""
        return "\n".join(unescape(_NO_WORD.sub("", block.html)) for block in (*self.titles, *self.blocks))

    @property
    def n_words(self) -> int:
        return count_words(self.text)

    @property
    def minutes(self) -> int:
        return minutes_to_read(self.text)


def reading_copy(
    issue: Issue,
    posts: Mapping[str, Post | NewsletterError],
    newsletter: Newsletter,
    look: Look,
    images: ImageFolder | None,
    reader: Columns,
) -> list[CopyPart]:
    """The parts in reading order, filled for one `reader`. A post that can't be read or rendered says so in its place."""
    sources = [repr(issue), repr(newsletter), *(repr(post) for post in posts.values())]
    sentinels = Sentinels(sources)
    writer = ViewWriter(
        newsletter.public_url.rstrip("/"), sentinels, Notes(), images, look.text_width, column=look.column
    )
    copy = _CopyWriter(writer, sentinels, reader)
    parts = [copy.inbox(issue), copy.around(issue, "intro")]
    for section in issue.sections:
        for n, slug in enumerate(section.posts):
            parts.append(copy.post(slug, posts[slug], section.title if n == 0 else ""))
    return [*parts, copy.around(issue, "outro")]


@dataclass(frozen=True, slots=True)
class _CopyWriter:
    view: ViewWriter
    sentinels: Sentinels
    reader: Columns

    def inbox(self, issue: Issue) -> CopyPart:
        try:
            titles = [self.line(issue, "subject", issue.subject), self.line(issue, "preheader", issue.preheader)]
        except NewsletterError as error:
            return CopyPart(key="inbox", file=issue.file, problem=error)
        return CopyPart(key="inbox", file=issue.file, titles=tuple(one for one in titles if one.html))

    def line(self, issue: Issue, field: str, words: str) -> CopyBlock:
        origin = TextOrigin(issue.file, issue.line_of(field) or 1, issue.column_of(field))
        part = plain_part(read_gaps(words, self.sentinels, origin), self.sentinels, Context.HEADER)
        html = with_sentences(str(escape(fill_part(part, self.reader, 1)[0])))
        return CopyBlock(file=issue.file, field=field, start=0, end=1, html=html)

    def around(self, issue: Issue, field: str) -> CopyPart:
        """The opening or the closing."""
        is_intro = field == "intro"
        key, words = ("opening", issue.intro) if is_intro else ("closing", issue.outro)
        origin = TextOrigin(issue.file, issue.intro_line if is_intro else issue.outro_line)
        try:
            blocks, differs = self.blocks(words, origin, field, top_heading=2)
        except NewsletterError as error:
            return CopyPart(key=key, file=issue.file, problem=error)
        return CopyPart(key=key, file=issue.file, blocks=blocks, differs=differs)

    def post(self, slug: str, post: Post | NewsletterError, section: str) -> CopyPart:
        key, file = f"post:{slug}", f"posts/{slug}.md"
        if isinstance(post, NewsletterError):
            return CopyPart(key=key, file=file, section=section, problem=post)
        try:
            blocks, differs = self.blocks(post.body, TextOrigin(file, post.body_line), "body", top_heading=3)
            picture = self.picture(post)
        except NewsletterError as error:
            return CopyPart(key=key, file=file, section=section, problem=error)
        title = with_sentences(str(escape(post.title)))
        return CopyPart(
            key=key,
            file=file,
            section=section,
            titles=(CopyBlock(file=file, field="title", start=0, end=1, html=title),),
            credit=credit_of(post),
            url=post.url or "",
            picture=picture,
            blocks=blocks,
            differs=differs,
        )

    def picture(self, post: Post) -> str:
        """Its lead picture as HTML; "" where it has none."""
        if post.image is None:
            return ""
        shown = self.view.picture(post, post.image)
        return Markup('<img class="picture" src="{}" alt="{}">').format(shown.src, shown.alt)

    def blocks(
        self, words: str, origin: TextOrigin, field: str, *, top_heading: int
    ) -> tuple[tuple[CopyBlock, ...], bool]:
        """The blocks as this reader gets them, and whether others get other words."""
        tokens = self.view.blocks(words, origin, top_heading=top_heading)
        part = html_part(html_of(_boxed(tokens)), self.sentinels)
        filled, lines = fill_part(part, self.reader, 1)[0], words.split("\n")
        blocks = tuple(
            CopyBlock(
                file=origin.file,
                field=field,
                start=int(found[1]),
                end=_last_line(lines, int(found[1]), int(found[2])),
                html=with_sentences(found[4].strip()),
                is_quote=bool(found[3]),
            )
            for found in _BLOCK.finditer(filled)
        )
        return blocks, any(isinstance(piece, Choice) for piece in part.pieces)


def _last_line(lines: Sequence[str], start: int, end: int) -> int:
    """Where a block ends: a list counts the blank lines behind it as its own, and these part it from what follows."""
    while end > start + 1 and not "".join(lines[end - 1 : end]).strip():
        end -= 1
    return end


def _boxed(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a `div` round each block of the text that says its lines."""
    out: list[Token] = []
    for token in tokens:
        if token.level == 0 and token.map and not token.hidden and token.nesting >= 0 and token.type != "inline":
            kind = ' class="theirs"' if token.type == "blockquote_open" else ""
            out.append(_html(f'<div data-lines="{token.map[0]} {token.map[1]}"{kind}>'))
        out.append(token)
        if token.level == 0 and not token.hidden and token.nesting <= 0 and token.type != "inline":
            out.append(_html("</div>"))
    return out


def _html(html: str) -> Token:
    return Token(type="html_block", tag="", nesting=0, content=html)
