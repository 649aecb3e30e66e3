"""Writes blocks as plain text: wrapped once, quotes marked, and every link either numbered or in its place."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from newsletter.compose.sentinels import ANY_SENTINEL, Sentinels

WIDTH = 72
# As long as most first names are, or a little longer.
_A_NAME = "Isidora"
_UNDERLINES = {"h1": "=", "h2": "-"}
_MARKS = {"em": "_", "strong": "*", "s": "~~"}


@dataclass(slots=True)
class Notes:
    """Numbers links through a whole issue, or writes them where they stand (`inline`)."""

    inline: bool = False
    numbers: dict[str, int] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)

    def cite(self, words: str, href: str, *, for_some: bool = False) -> str:
        """A link in the text. One that only some readers get stays where it is: its note would stand below for all."""
        bare = href.removeprefix("mailto:")
        if words.strip() in {href, bare}:
            return bare
        if self.inline or (for_some and href not in self.numbers):
            return f"{words} <{bare}>"
        if href not in self.numbers:
            self.numbers[href] = len(self.numbers) + 1
            self.fresh.append(href)
        return f"{words} [{self.numbers[href]}]"

    def take(self) -> str:
        """The lines for the links numbered since this was last called."""
        lines = [f"[{self.numbers[href]}] {href}" for href in self.fresh]
        self.fresh.clear()
        return "\n".join(lines)


def wrapped(text: str, width: int = WIDTH) -> str:
    """Words wrapped at `width` characters; addresses are never cut."""
    wrapper = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    return "\n".join("\n".join(wrapper.wrap(line)) for line in text.split("\n"))


def text_of(blocks: Sequence[Token], sentinels: Sentinels, notes: Notes, width: int = WIDTH) -> str:
    """The blocks as text, with the notes for their links after them. No line end at the end."""
    body = _PlainWriter(sentinels, notes).blocks(SyntaxTreeNode(blocks).children, width)
    # After a last {% endif %} there is no line end of ours: each branch brings its own.
    return (body + notes.take()).rstrip("\n")


@dataclass(slots=True)
class _PlainWriter:
    """Goes through the blocks in their order; `open_branches` are those that stand open where it is."""

    sentinels: Sentinels
    notes: Notes
    open_branches: int = 0

    def blocks(self, nodes: Sequence[SyntaxTreeNode], width: int, gap: str = "\n\n") -> str:
        """Each block with what parts it from the next. A bare {% if %} brings nothing of its own."""
        out = []
        for node in nodes:
            text = self.block(node, width)
            out.append(text if self.sentinels.is_control(text) else text + gap)
        return "".join(out)

    def block(self, node: SyntaxTreeNode, width: int) -> str:
        match node.type:
            case "paragraph":
                return wrapped(self.inline(node.children), width)
            case "heading":
                return heading(self.inline(node.children), node.tag, width)
            case "blockquote":
                return _prefixed(self.blocks(node.children, width - 2).rstrip("\n"), "> ", "> ")
            case "bullet_list" | "ordered_list":
                return self.listing(node, width)
            case "fence" | "code_block":
                return _prefixed(node.content.rstrip("\n"), "    ", "    ")
            case "hr":
                return "* * *"
        return wrapped(self.inline(node.children), width)

    def listing(self, node: SyntaxTreeNode, width: int) -> str:
        number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        items = []
        for step, item in enumerate(node.children):
            bullet = "- " if number is None else f"{number + step}. "
            body = self.blocks(item.children, width - len(bullet), "\n").rstrip("\n")
            items.append(_prefixed(body, bullet, " " * len(bullet)))
        return "\n".join(items)

    def inline(self, nodes: Sequence[SyntaxTreeNode]) -> str:
        return "".join(self.word(node) for node in nodes)

    def word(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "softbreak":
                return " "
            case "hardbreak":
                return "\n"
            case "link":
                return self.cited(self.inline(node.children), str(node.attrs.get("href", "")))
            case "image":
                return self.cited(f"[Image: {node.content}]", str(node.attrs.get("src", "")))
            case "text":
                self.open_branches += self.sentinels.opened_in(node.content)
                return node.content
            case "em" | "strong" | "s":
                mark = _MARKS[node.type]
                return f"{mark}{self.inline(node.children)}{mark}"
        return self.inline(node.children) if node.children else node.content

    def cited(self, words: str, href: str) -> str:
        for_some = self.open_branches > 0 or self.sentinels.has_branch(href)
        return self.notes.cite(words, href, for_some=for_some)


def heading(words: str, tag: str, width: int = WIDTH) -> str:
    """A heading that still looks like one: underlined where it is large, on a line of its own otherwise."""
    text = wrapped(words, width)
    mark = _UNDERLINES.get(tag)
    if not mark:
        return text
    length = max(len(ANY_SENTINEL.sub(_A_NAME, line)) for line in text.splitlines() or [""])
    return f"{text}\n{mark * length}"


def _prefixed(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join([(first + lines[0]).rstrip(), *((rest + line).rstrip() for line in lines[1:])])
