"""Checks MJML before it is rendered, and rewrites what mjml-python would get wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import NoReturn

from newsletter.compose.html_facts import INLINE, VOID
from newsletter.compose.mjml_facts import CHILDREN, ELEMENTS, ENDING, LENGTHS, attributes, every_attribute, objection
from newsletter.compose.sentinels import Sentinels
from newsletter.compose.template import Written
from newsletter.words.mistake import Mistake

_MARKUP = re.compile(
    r"<!--.*?-->|<!doctype[^>]*>"
    r"|</(?P<close>[A-Za-z][\w:.-]*)\s*>"
    r"""|<(?P<open>[A-Za-z][\w:.-]*)(?P<attributes>(?:[^"'<>/]++|/(?!>)|"[^"]*+"|'[^']*+')*+)(?P<empty>/?)>""",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""\s*+([^\s=/"'<>]++)(?:\s*=\s*("[^"]*+"|'[^']*+'|[^\s"'<>]++))?""")
# These mjml-python prints through a debugging format that puts backslashes in; as numbers they pass untouched.
_UNSAFE = re.compile(r"[^ !#-;=?-\[\]-~]|&(?![A-Za-z0-9#]+;)")
_BARE_ZERO = re.compile(r"(?<![\w.])0(?![\w.%])")
_REFUSED = {
    "mj-carousel": "mjml-python renders carousels wrongly",
    "mj-html-attributes": "mjml-python can't set attributes by selector",
    "mj-selector": "mjml-python can't set attributes by selector",
    "mj-include": "a file is included by Jinja here",
}
_INSTEAD = {"mj-include": 'Write {% include "name.mjml" %}.'}
_NO_ICON = frozenset({"bluesky", "mastodon", "threads", "tiktok"})


@dataclass(frozen=True, slots=True)
class Guarded:
    """MJML that mjml-python renders right, the CSS to inline afterwards, and offsets (here, as the author wrote)."""

    text: str
    styles: str
    anchors: tuple[tuple[int, int], ...]


def guarded(written: Written, sentinels: Sentinels) -> Guarded:
    """Raises Mistake, at the author's line and column, for what can't be rendered or would be rendered wrongly."""
    return _Guard(written, sentinels).run()


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet."""

    name: str
    at: int


@dataclass(slots=True)
class _Guard:
    written: Written
    sentinels: Sentinels
    out: list[str] = field(default_factory=list)
    size: int = 0
    anchors: list[tuple[int, int]] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    # The last tag inside text, where spaces between two tags matter; "" after a block.
    beside: str = ""

    def run(self) -> Guarded:
        source, offset = self.written.text, 0
        for match in _MARKUP.finditer(source):
            if match.start() < offset:
                continue
            self.text(offset, match.start(), match)
            offset = match.end()
            if match["open"]:
                offset = self.opened(match)
            elif match["close"]:
                self.closed(match)
            elif match[0].startswith("<!--"):
                self.emit(match[0], match.start())
        self.text(offset, len(source), None)
        self.finish()
        return Guarded("".join(self.out), "\n".join(self.styles), tuple(self.anchors))

    def emit(self, text: str, at: int) -> None:
        self.anchors.append((self.size, at))
        self.out.append(text)
        self.size += len(text)

    def refuse(self, at: int, message: str, fix: str) -> NoReturn:
        raise Mistake(message, fix=fix, place=self.written.place(at))

    @property
    def ending(self) -> str | None:
        """The MJML element whose inside is HTML, where we are in one."""
        return next((one.name for one in reversed(self.stack) if one.name in ENDING), None)

    def text(self, start: int, end: int, following: re.Match[str] | None) -> None:
        text = self.written.text[start:end]
        if not text:
            return
        bare = text.find("<")
        if bare >= 0:
            self.refuse(
                start + bare, "There is a < here that begins no tag, or a tag that is not whole.", "Write &lt;."
            )
        if text.isspace():
            between = following is not None and (following["open"] or following["close"] or "").lower() in INLINE
            # Whitespace that begins with a line end is deleted by mjml-python even between two words' tags.
            self.emit(" " if between and self.beside in INLINE and text[0] == "\n" else text, start)
            return
        self.beside = ""
        if self.ending is None:
            where = self.stack[-1].name if self.stack else "the file"
            at = start + len(text) - len(text.lstrip())
            self.refuse(at, f"Text can't stand in {where} itself; it would be lost.", "Put it into <mj-text>.")
        if self.stack[-1].name == "mj-title":
            text = _safe_value(text.replace("<", "&lt;").strip())
            self.seen.add("title")
        self.emit(text, start)

    def opened(self, match: re.Match[str]) -> int:
        """Take a start tag; returns the offset to go on from."""
        name, at = match["open"], match.start()
        self.beside = name.lower() if name.lower() in INLINE else ""
        if name.lower() == "script":
            self.refuse(at, "Mail can't hold scripts.", "Remove the <script>.")
        if name.lower().startswith("mj"):
            self.component(name, at, match["empty"] == "/")
        elif self.ending is None and not self.in_attributes:
            where = self.stack[-1].name if self.stack else "the file"
            self.refuse(at, f"<{name}> can't stand in {where} itself.", "Put HTML into <mj-text> or <mj-raw>.")
        values = self.attributes(match)
        if name.startswith("mj"):
            self.values(name, at, values)
        if name in {"mj-style", "style"} and not match["empty"]:
            return self.style(match, values)
        empty = match["empty"] or name.lower() in VOID
        if not empty:
            self.stack.append(_Open(name, at))
        self.emit(_tag(match, values), at)
        return match.end()

    @property
    def in_attributes(self) -> bool:
        return any(one.name == "mj-attributes" for one in self.stack)

    def component(self, name: str, at: int, empty: bool) -> None:
        parent = self.stack[-1].name if self.stack else ""
        if name in _REFUSED:
            self.refuse(at, f"<{name}> can't be used: {_REFUSED[name]}.", _INSTEAD.get(name, "Remove it."))
        if parent == "mj-class":
            self.refuse(
                at, "Defaults inside <mj-class> can't be used: mjml-python fails on them.", "Set them on the tag."
            )
        if name not in ELEMENTS and not (parent == "mj-attributes" and name in {"mj-all", "mj-class"}):
            near = get_close_matches(name.lower(), sorted(ELEMENTS), 1)
            self.refuse(at, f"There is no <{name}> in MJML.", f"Did you mean <{near[0]}>?" if near else "Remove it.")
        if self.ending:
            self.refuse(at, f"<{name}> can't stand inside <{self.ending}>.", f"Close <{self.ending}> before it.")
        if parent != "mj-attributes" and name not in (CHILDREN.get(parent, "").split() if parent else ["mjml"]):
            self.refuse(at, f"<{name}> can't stand in {parent or 'the file'} itself.", _home(name))
        self.seen.add(name)

    def attributes(self, match: re.Match[str]) -> dict[str, tuple[str, int]]:
        """Each attribute's value, made safe, with the offset of its name."""
        found: dict[str, tuple[str, int]] = {}
        start = match.start("attributes")
        pairs, unread = _pairs(match["attributes"])
        for name, value, at in pairs:
            if name in found:
                self.refuse(start + at, f"{name} is given twice in one tag.", "Keep one of the two.")
            if value is None:
                self.refuse(start + at, f"{name} has no value.", f'Write {name}="".')
            if value[0] not in "\"'":
                self.refuse(start + at, f"The value of {name} has no quotes round it.", f'Write {name}="{value}".')
            inside = value[1:-1]
            found[name] = (inside if _UNSAFE.search(inside) is None else _safe_value(inside), start + at)
        if unread is not None:
            self.refuse(start + unread, "This tag can't be read.", "Check its quotes.")
        return found

    def values(self, name: str, at: int, values: dict[str, tuple[str, int]]) -> None:
        allowed = every_attribute() if name in {"mj-all", "mj-class"} else attributes(name)
        for attribute, (value, where) in values.items():
            if attribute == "gap" and name == "mj-wrapper":
                self.refuse(where, "gap is ignored by mjml-python.", "Use padding on the sections instead.")
            if attribute not in allowed:
                near = get_close_matches(attribute, allowed, 1)
                self.refuse(
                    where,
                    f"<{name}> has no attribute {attribute}, so it would do nothing.",
                    f"Did you mean {near[0]}?" if near else "Remove it.",
                )
            wanted = objection(allowed[attribute], value)
            if wanted is not None:
                self.refuse(where, f'{attribute}="{self.sentinels.spelled(value)}" can\'t be used.', f"Write {wanted}.")
            if allowed[attribute] in LENGTHS:
                # mjml-python reads a bare 0 as "no padding at all" and makes pictures wider than their column.
                values[attribute] = (_BARE_ZERO.sub("0px", value), where)
        self.words(name, at, values)

    def words(self, name: str, at: int, values: dict[str, tuple[str, int]]) -> None:
        """What people who can't see the mail need."""
        if self.in_attributes:
            return
        if name in {"mj-image", "mj-social-element"} and "alt" not in values:
            self.refuse(at, f"<{name}> has no alt.", 'Say what it shows, or write alt="" where it only decorates.')
        if name == "mj-social-element" and values.get("name", ("", 0))[0] in _NO_ICON and "src" not in values:
            self.refuse(at, "There is no built-in icon of that name.", "Give your own icon with src.")
        if name == "mjml" and values.get("lang", ("und", 0))[0] in {"", "und"}:
            self.refuse(at, "<mjml> names no language, which screen readers need.", 'Write lang="{{ language }}".')

    def style(self, match: re.Match[str], values: dict[str, tuple[str, int]]) -> int:
        """CSS is not markup: take it whole. What is to be inlined we inline ourselves afterwards."""
        closing = f"</{match['open']}>"
        end = self.written.text.find(closing, match.end())
        if end < 0:
            self.refuse(match.start(), f"<{match['open']}> is not closed.", f"Close it with {closing}.")
        css = self.written.text[match.end() : end]
        self.css(css, match.end())
        if values.get("inline", ("", 0))[0] == "inline":
            self.styles.append(css.strip())
        else:
            self.emit(_tag(match, values) + css + closing, match.start())
        return end + len(closing)

    def css(self, css: str, at: int) -> None:
        gap = self.sentinels.pattern.search(css)
        if gap:
            self.refuse(at + gap.start(), "A style can't differ by reader.", "Take the gap out of the CSS.")
        outside = re.search(r"@import\b|url\(\s*['\"]?(?:https?:)?//", css)
        if outside:
            self.refuse(at + outside.start(), "A style can't fetch anything from outside.", "Remove it.")
        nested = _nested_rule(css)
        if nested is not None:
            self.refuse(
                at + nested, "A rule stands inside another; mail clients can't read that.", "Write it out flat."
            )

    def closed(self, match: re.Match[str]) -> None:
        name, at = match["close"], match.start()
        self.beside = name.lower() if name.lower() in INLINE else ""
        if name.lower() in VOID:
            self.refuse(at, f"<{name}> is never closed.", f"Remove </{name}>.")
        if not self.stack or self.stack[-1].name != name:
            opener = self.stack[-1] if self.stack else None
            said = f", but <{opener.name}> of line {self.written.place(opener.at).line} is open" if opener else ""
            fix = f"Close it with </{opener.name}> first." if opener else "Remove it."
            self.refuse(at, f"</{name}> closes nothing here{said}.", fix)
        self.stack.pop()
        self.emit(match[0], at)

    def finish(self) -> None:
        if self.stack:
            last = self.stack[-1]
            self.refuse(last.at, f"<{last.name}> is not closed.", f"Close it with </{last.name}>.")
        for wanted, said in (("mjml", "<mjml>"), ("mj-body", "<mj-body>"), ("title", "<mj-title>")):
            if wanted not in self.seen:
                self.refuse(0, f"The template makes no {said}.", f"Add {said}; a mail is nothing without it.")


@lru_cache(maxsize=1024)
def _pairs(source: str) -> tuple[tuple[tuple[str, str | None, int], ...], int | None]:
    """The attributes of a tag as (name, quoted value, offset), and where the rest can't be read."""
    source = source.rstrip()
    pairs, end = [], 0
    for attribute in _ATTRIBUTE.finditer(source):
        if attribute.start() != end:
            break
        end = attribute.end()
        pairs.append((attribute[1], attribute[2], attribute.start(1)))
    return tuple(pairs), end if end != len(source) else None


def _tag(match: re.Match[str], values: dict[str, tuple[str, int]]) -> str:
    written = "".join(f' {name}="{value}"' for name, (value, _) in values.items())
    return f"<{match['open']}{written}{' /' if match['empty'] else ''}>"


def _safe_value(value: str) -> str:
    """A value that comes out of mjml-python as it went in."""
    return _UNSAFE.sub(lambda match: " " if match[0] in "\n\r\t" else f"&#{ord(match[0])};", value)


def _home(name: str) -> str:
    homes = [f"<{parent}>" for parent, children in CHILDREN.items() if name in children.split()]
    return f"It belongs into {' or '.join(homes)}." if homes else "Remove it."


@lru_cache(maxsize=64)
def _nested_rule(css: str) -> int | None:
    """Where a rule stands inside another rule and not just inside an @ block."""
    inside: list[bool] = []
    before = ""
    for match in re.finditer(r"/\*.*?\*/|[{};]|[^{};/]++|/", css, re.DOTALL):
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
