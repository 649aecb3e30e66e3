"""Checks MJML before it is rendered, and takes aside what mjml-python would get wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NoReturn

from newsletter.compose.css_rules import split_style
from newsletter.compose.html_facts import INLINE, VOID
from newsletter.compose.mjml_facts import EMPTY, ENDING
from newsletter.compose.mjml_tags import Objection, Tag, read_tag, safe_value
from newsletter.compose.sentinels import Sentinels
from newsletter.compose.template import TemplateOutput
from newsletter.words.mistake import Mistake

_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<!doctype[^<>]*+>"
    r"|</(?P<close>[A-Za-z][\w:.-]*+)\s*+>"
    r"""|<(?P<open>[A-Za-z][\w:.-]*+)(?:[^"'<>]++|"[^"]*+"|'[^']*+')*+>""",
    re.DOTALL | re.IGNORECASE,
)
# What stands in these goes round mjml-python, which glues words together and is slow with them.
_HOLDING = frozenset({"mj-text", "mj-table", "mj-button"})


@dataclass(frozen=True, slots=True)
class Hold:
    """The HTML inside one component, which goes round mjml-python; `classes` are those of the components round it."""

    html: str
    component: str
    role: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """MJML that mjml-python renders right, with a word for each hold, and the CSS to inline afterwards.

    `pieces` are those of the text, `origins` where each begins in what the author's template wrote. `language` and
    `direction` are the document's own; `is_raw` where HTML of the body stands in no hold.
    """

    pieces: tuple[str, ...]
    origins: tuple[int, ...]
    holds: tuple[Hold, ...]
    styles: str
    language: str
    direction: str
    is_raw: bool

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def origin(self, offset: int) -> int:
        """Where a character of the text stands in what the author's template wrote."""
        begin = 0
        for piece, origin in zip(self.pieces, self.origins, strict=True):
            if offset < begin + len(piece):
                return origin + offset - begin
            begin += len(piece)
        return self.origins[-1] if self.origins else 0


def guarded(written: TemplateOutput, sentinels: Sentinels) -> Guarded:
    """Raises Mistake, at the author's line and column, for what can't be rendered or would be rendered wrongly."""
    return _Guard(written, sentinels).run()


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    tag: Tag
    at: int

    @property
    def name(self) -> str:
        return self.tag.name


@dataclass(slots=True)
class _Guard:
    written: TemplateOutput
    sentinels: Sentinels
    out: list[str] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    # The HTML of the hold that we are in; None outside of one.
    held: list[str] | None = None
    stack: list[_Open] = field(default_factory=list)
    # The MJML element whose inside is HTML, where we are in one.
    ending: str | None = None
    in_attributes: bool = False
    styles: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    root: Tag | None = None
    is_raw: bool = False
    # The last tag inside text, where spaces between two tags matter; "" after a block.
    beside: str = ""

    def run(self) -> Guarded:
        offset, end = 0, len(self.written.text)
        for start, stop in self.written.trusted:
            offset = max(offset, self.walk(offset, start))
            if self.held is not None and start == offset:
                self.held.append(self.written.text[start:stop])
                offset = stop
        self.walk(offset, end)
        self.finish()
        return Guarded(
            pieces=tuple(self.out),
            origins=tuple(self.origins),
            holds=tuple(self.holds),
            styles="\n".join(self.styles),
            language=self.root.language if self.root else "",
            direction=self.root.direction if self.root else "",
            is_raw=self.is_raw,
        )

    def walk(self, offset: int, end: int) -> int:
        """Take what the template itself wrote between two offsets; returns where to go on."""
        source = self.written.text
        for match in _MARKUP.finditer(source, offset, end):
            start, stop = match.span()
            if start < offset:
                continue
            if match[0].startswith("<!--") and not match[0].endswith("-->"):
                break
            if start > offset:
                text = source[offset:start]
                if self.held is not None and "<" not in text:
                    self.held.append(text)
                elif self.ending is not None or not text.isspace():
                    self.text(offset, start, match)
            offset = stop
            kind = match.lastgroup
            if kind == "open":
                offset = self.opened(match[0], start, stop)
            elif kind == "close":
                name = match["close"]
                if self.held is not None and name != self.ending and self.stack[-1].tag.name == name:
                    self.held.append(match[0])
                    self.stack.pop()
                else:
                    self.closed(name, start)
            elif match[0].startswith("<!--"):
                self.comment(match[0], start)
        if offset < end:
            self.text(offset, end, None)
        return max(offset, end)

    def emit(self, text: str, at: int) -> None:
        if self.held is not None:
            self.held.append(text)
            return
        self.origins.append(at)
        self.out.append(text)

    def refuse(self, at: int, message: str, fix: str) -> NoReturn:
        raise Mistake(self.sentinels.spelled(message), fix=self.sentinels.spelled(fix), place=self.written.place(at))

    def comment(self, comment: str, at: int) -> None:
        """Remarks are for the authors; those that speak to Outlook go out."""
        if self.held is None or comment.startswith(("<!--[if", "<!--<![endif]", "<!-- [if")):
            self.emit(comment, at)

    def text(self, start: int, end: int, following: re.Match[str] | None) -> None:
        text = self.written.text[start:end]
        if "<" in text:
            bare = start + text.index("<")
            self.refuse(bare, "There is a < here that begins no tag, or a tag that is not whole.", "Write &lt;.")
        if self.held is not None:
            self.held.append(text)
        elif not text.isspace():
            self.words(text, start)
        elif self.ending is not None:
            between = following is not None and (following["open"] or following["close"] or "").lower() in INLINE
            # Whitespace that begins with a line end is deleted by mjml-python even between two words' tags.
            self.emit(" " if between and self.beside in INLINE and text[0] == "\n" else text, start)

    def words(self, text: str, start: int) -> None:
        """Text that mjml-python prints itself."""
        self.beside = ""
        if self.ending is None:
            where = self.stack[-1].name if self.stack else "the file"
            at = start + len(text) - len(text.lstrip())
            self.refuse(at, f"Text can't stand in {where} itself; it would be lost.", "Put it into <mj-text>.")
        if self.ending in EMPTY:
            at = start + len(text) - len(text.lstrip())
            self.refuse(at, f"<{self.ending}> holds nothing; this would be lost.", f"Put it behind </{self.ending}>.")
        if self.stack[-1].name == "mj-title":
            text = safe_value(text.strip())
            self.seen.add("title")
        self.emit(text, start)

    def opened(self, text: str, at: int, end: int) -> int:
        """Take a start tag; returns the offset to go on from."""
        try:
            if self.held is not None:
                # What may stand here does not depend on the element round it.
                tag = read_tag(text, "", self.ending, False)
            else:
                tag = read_tag(text, self.stack[-1].tag.name if self.stack else "", self.ending, self.in_attributes)
        except Objection as objection:
            self.refuse(at + objection.at, objection.message, objection.fix)
        if self.held is not None and not tag.is_style:
            self.held.append(tag.written)
            if tag.opens:
                self.stack.append(_Open(tag, at))
            return end
        return self.opened_outside(tag, at, end)

    def opened_outside(self, tag: Tag, at: int, end: int) -> int:
        """A start tag that mjml-python is to see."""
        if tag.is_component:
            self.seen.add(tag.name)
        elif self.ending == "mj-raw" and "mj-body" in self.seen:
            self.is_raw = True
        self.beside = tag.name.lower() if tag.is_inline else ""
        if tag.is_style:
            return self.style(tag, at, end)
        self.emit(tag.written, at)
        if tag.opens:
            self.stack.append(_Open(tag, at))
            if tag.is_component:
                self.entered(tag)
        return end

    def entered(self, tag: Tag) -> None:
        if tag.name in ENDING:
            self.ending = tag.name
        if tag.name == "mj-attributes":
            self.in_attributes = True
        elif tag.name == "mjml":
            self.root = tag
        if tag.name in _HOLDING and not self.in_attributes:
            self.held = []

    def style(self, tag: Tag, at: int, start: int) -> int:
        """CSS is not markup: take it whole. What is to be inlined we inline ourselves afterwards."""
        closing = f"</{tag.name}>"
        end = re.compile(rf"</{re.escape(tag.name)}\s*>").search(self.written.text, start)
        if end is None:
            self.refuse(at, f"<{tag.name}> is not closed.", f"Close it with {closing}.")
        css = self.written.text[start : end.start()]
        self.css(css, start)
        if tag.is_inlined_style:
            inlined, kept = split_style(css)
            self.styles.append(inlined.strip())
            if kept:
                self.emit(f"<mj-style>{kept}</mj-style>", at)
        else:
            self.emit(tag.written + css + closing, at)
        return end.end()

    def css(self, css: str, at: int) -> None:
        gap = self.sentinels.pattern.search(css)
        if gap:
            self.refuse(at + gap.start(), "A style can't differ by reader.", "Take the gap out of the CSS.")
        fault = _fault(css)
        if fault is not None:
            self.refuse(at + fault[0], fault[1], fault[2])

    def closed(self, name: str, at: int) -> None:
        if not self.stack or self.stack[-1].tag.name != name:
            if name.lower() in VOID:
                self.refuse(at, f"<{name}> is never closed.", f"Remove </{name}>.")
            opener = self.stack[-1] if self.stack else None
            said = f", but <{opener.name}> of line {self.written.place(opener.at).line} is open" if opener else ""
            fix = f"Close it with </{opener.name}> first." if opener else "Remove it."
            self.refuse(at, f"</{name}> closes nothing here{said}.", fix)
        self.beside = name.lower() if name.lower() in INLINE else ""
        if name == self.ending:
            self.left(name, at)
        elif name == "mj-attributes":
            self.in_attributes = False
        self.stack.pop()
        # Without blanks or line ends before the >, which mjml-python takes for something else.
        self.emit(f"</{name}>", at)

    def left(self, name: str, at: int) -> None:
        self.ending = None
        if self.held is None:
            return
        html, self.held = "".join(self.held), None
        if html and not html.isspace():
            classes = tuple([one.tag.css_class for one in self.stack if one.tag.css_class])
            self.holds.append(Hold(html, name, self.stack[-1].tag.role, classes))
            self.emit(self.sentinels.hold(len(self.holds) - 1), at)

    def finish(self) -> None:
        if self.stack:
            last = self.stack[-1]
            self.refuse(last.at, f"<{last.name}> is not closed.", f"Close it with </{last.name}>.")
        for wanted, said in (("mjml", "<mjml>"), ("mj-body", "<mj-body>"), ("title", "<mj-title>")):
            if wanted not in self.seen:
                self.refuse(0, f"The template makes no {said}.", f"Add {said}; a mail is nothing without it.")


@lru_cache(maxsize=64)
def _fault(css: str) -> tuple[int, str, str] | None:
    """What mail clients can't do with a style: where, and what to say."""
    outside = re.search(r"@import\b|url\(\s*['\"]?(?:https?:)?//", css)
    if outside:
        return outside.start(), "A style can't fetch anything from outside.", "Remove it."
    nested = _nested_rule(css)
    if nested is not None:
        return nested, "A rule stands inside another; mail clients can't read that.", "Write it out flat."
    return None


def _nested_rule(css: str) -> int | None:
    """Where a rule stands inside another rule and not just inside an @ block."""
    inside: list[bool] = []
    before = ""
    for match in re.finditer(r"/\*.*?(?:\*/|\Z)|[{};]|[^{};/]++|/", css, re.DOTALL):
        piece = match[0]
        if piece == "{":
            is_block = before.strip().startswith("@")
            if inside and not inside[-1]:
                return match.start()
            inside.append(is_block)
        elif piece == "}" and inside:
            inside.pop()
        before = piece if not piece.startswith("/*") else ""
    return None
