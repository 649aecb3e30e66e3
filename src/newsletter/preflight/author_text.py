"""Reads an author's text for the checks: links, quotes, pictures and remarks, each with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from markdown_it.token import Token

from newsletter.compose.braces import regions_of
from newsletter.compose.gaps import TextOrigin
from newsletter.compose.markdown import parser
from newsletter.compose.press import Manuscript
from newsletter.words.mistake import Place
from newsletter.words.plain import unix_lines

GAP = re.compile(r"\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}", re.DOTALL)
_DASH = re.compile(r"^\s*(?:[—–―]|--+)\s*")
# What stands for a merge tag while the text is parsed: as long as the tag, nothing to Markdown, and another letter for each
# of the tags, so that they can be put back. The letters are of a plane that no text uses.
_FIRST_MASK, _MASKS = 0xF0000, 0xFFFD
_MASK = re.compile("([\U000f0000-\U000ffffd])\\1*")
_ENCODED_MASKS = re.compile("(?:%F3%B[0-9A-F](?:%[89AB][0-9A-F]){2})+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorLink:
    """`href` and `words` as they were written, merge tags and all; `has_gap` where the address holds one.

    `is_verbatim` where the address stands so, letter by letter, in its line. `is_title` is a post's own `url`.
    """

    href: str
    words: str
    place: Place
    post: str | None
    in_quote: bool = False
    is_picture: bool = False
    is_title: bool = False
    is_verbatim: bool = False
    has_gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A blockquote: its words without the last line that names the source, and that line; `link` is the address behind it."""

    words: str
    attribution: str
    link: str = ""
    place: Place


@dataclass(slots=True, kw_only=True)
class AuthorText:
    """One text: a post's body, an intro or an outro. `own` are the author's own lines by number, quotes blanked."""

    file: str
    first_line: int
    post: str | None
    links: list[AuthorLink] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    remarks: list[tuple[Place, str]] = field(default_factory=list)
    own: list[tuple[int, str]] = field(default_factory=list)


def readings_of(manuscript: Manuscript) -> list[AuthorText]:
    """The intro, the posts in their order, and the outro."""
    issue = manuscript.issue
    found = [read_author_text(issue.intro, issue.file, issue.intro_line, None)]
    found += [read_author_text(post.body, post.file, post.body_line, post.slug) for post in manuscript.posts.values()]
    return [*found, read_author_text(issue.outro, issue.file, issue.outro_line, None)]


def link_to(href: str, links: Sequence[AuthorLink]) -> AuthorLink | None:
    """The author's link behind an address of the finished mail; one with a merge tag is known by what stands before it."""
    exact = (link for link in links if link.href == href)
    begun = (link for link in links if link.has_gap and href.startswith(link.href.partition("{")[0] or "\0"))
    return next(exact, None) or next(begun, None)


def read_author_text(source: str, file: str, first_line: int, post: str | None) -> AuthorText:
    """Read one text. It was rendered before, so nothing in it is malformed."""
    source = unix_lines(source)
    read = AuthorText(file=file, first_line=first_line, post=post)
    bare = _without_remarks(source, read)
    tags = _Tags()
    masked = GAP.sub(tags.mask, bare)
    tokens = parser().parse(masked)
    lines = masked.split("\n")
    _TokenWalk(read, lines, tags).walk(tokens)
    quoted = {line for token in tokens if token.type in _NOT_OWN and token.map for line in range(*token.map)}
    read.own = [(first_line + at, "" if at in quoted else line) for at, line in enumerate(bare.split("\n"))]
    return read


_NOT_OWN = frozenset({"blockquote_open", "fence", "code_block"})


def _without_remarks(source: str, read: AuthorText) -> str:
    if "<!--" not in source:
        return source
    out, offset = [], 0
    for region in regions_of(source, TextOrigin(read.file, read.first_line)):
        if region.kept:
            continue
        line = source.count("\n", 0, region.start)
        column = region.start - source.rfind("\n", 0, region.start)
        words = " ".join(source[region.start + 4 : region.end - 3].split())
        read.remarks.append((Place(read.file, read.first_line + line, column), words))
        out += [source[offset : region.start], re.sub(r"[^\n]", " ", source[region.start : region.end])]
        offset = region.end
    return "".join([*out, source[offset:]])


class _Tags:
    """The merge tags of a text, each behind a letter of its own."""

    def __init__(self) -> None:
        self._tags: list[str] = []

    def mask(self, match: re.Match[str]) -> str:
        letter = chr(_FIRST_MASK + len(self._tags) % _MASKS)
        self._tags.append(" ".join(match[0].split()))
        return re.sub(r"[^\n]", letter, match[0])

    def unmask(self, text: str) -> str:
        """The text with every tag as its author wrote it."""
        plain = _ENCODED_MASKS.sub(lambda match: unquote(match[0]), text)
        return _MASK.sub(lambda match: self._tag(ord(match[1]) - _FIRST_MASK), plain)

    def _tag(self, number: int) -> str:
        return self._tags[number] if number < len(self._tags) else "\ufffd"


@dataclass(slots=True)
class _TokenWalk:
    """Goes through the tokens once. A link is found again in the source, which alone knows its column."""

    read: AuthorText
    lines: Sequence[str]
    tags: _Tags
    at: tuple[int, int] = (0, 0)

    def walk(self, tokens: Sequence[Token]) -> None:
        depth, quote_from = 0, 0
        for index, token in enumerate(tokens):
            if token.type == "blockquote_open":
                quote_from = index if not depth else quote_from
                depth += 1
            elif token.type == "blockquote_close":
                depth -= 1
                if not depth:
                    self._quote(tokens[quote_from : index + 1])
            elif token.type == "inline" and token.map:
                self.at = (token.map[0], 0)
                self._inline(token.children or [], token.map[1], in_quote=depth > 0)

    def _inline(self, children: Sequence[Token], end: int, *, in_quote: bool) -> None:
        for index, child in enumerate(children):
            if child.type not in {"link_open", "image"}:
                continue
            is_picture = child.type == "image"
            words = child.content if is_picture else _words(children[index + 1 :])
            href = str(child.attrGet("src" if is_picture else "href") or "")
            place = self._find(href, words, end)
            written = self.tags.unmask(href)
            self.read.links.append(
                AuthorLink(
                    href=written,
                    words=self.tags.unmask(words),
                    has_gap=written != href,
                    place=place,
                    post=self.read.post,
                    in_quote=in_quote,
                    is_picture=is_picture,
                    is_verbatim=bool(href) and href in self.lines[(place.line or 1) - self.read.first_line],
                )
            )

    def _find(self, href: str, words: str, end: int) -> Place:
        """The next place at which the link's bracket, or else its address, stands."""
        line, column = self.at
        for needle in (f"[{words}](", href, words):
            for number in range(line, min(end, len(self.lines))):
                found = self.lines[number].find(needle, column if number == line else 0) if needle else -1
                if found >= 0:
                    self.at = (number, found + len(needle))
                    return self._line(number, found + 1)
        return self._line(line)

    def _quote(self, tokens: Sequence[Token]) -> None:
        inline = [token for token in tokens if token.type == "inline"]
        texts = [[self.tags.unmask(line) for line in _lines(token)] for token in inline]
        last = texts[-1][-1] if texts and texts[-1] else ""
        attribution = _DASH.sub("", last) if _DASH.match(last) else ""
        if attribution:
            texts[-1] = texts[-1][:-1]
        opening = (child for child in _last_line(inline[-1]) if child.type == "link_open") if attribution else iter(())
        link = next((self.tags.unmask(str(child.attrGet("href") or "")) for child in opening), "")
        words = "\n\n".join(" ".join(lines) for lines in texts if lines)
        start = tokens[0].map[0] if tokens[0].map else 0
        self.read.quotes.append(Quote(words=words, attribution=attribution, link=link, place=self._line(start)))

    def _line(self, number: int, column: int | None = None) -> Place:
        return Place(self.read.file, self.read.first_line + number, column)


def _words(children: Sequence[Token]) -> str:
    out, depth = [], 1
    for child in children:
        depth += (child.type == "link_open") - (child.type == "link_close")
        if not depth:
            break
        out.append(" " if child.type in {"softbreak", "hardbreak"} else child.content)
    return "".join(out)


def _lines(token: Token) -> list[str]:
    """The lines of an inline token as readers see them; struck words are left out, because nobody said them."""
    lines, struck = [""], 0
    for child in token.children or []:
        struck += (child.type == "s_open") - (child.type == "s_close")
        if child.type in {"softbreak", "hardbreak"}:
            lines.append("")
        elif not struck:
            lines[-1] += child.content
    return [line.strip() for line in lines if line.strip()]


def _last_line(token: Token) -> Iterator[Token]:
    children = token.children or []
    breaks = [index for index, child in enumerate(children) if child.type in {"softbreak", "hardbreak"}]
    yield from children[breaks[-1] + 1 if breaks else 0 :]
