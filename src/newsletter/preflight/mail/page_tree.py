"""The finished HTML as a tree that checks can walk: what mail clients make of it, conditional comments left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

from newsletter.compose.html_facts import VOID

_SKIPPED_TEXT = frozenset({"style", "script", "title"})


@dataclass(eq=False, repr=False)
class Element:
    """`children` are elements and runs of text in order."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all in it, in document order."""
        stack: list[Element] = [self]
        while stack:
            one = stack.pop()
            yield one
            stack.extend(child for child in reversed(one.children) if isinstance(child, Element))

    def text(self) -> str:
        """The words that can be read, and the alt of pictures."""
        out: list[str] = []
        for child in self.children:
            if isinstance(child, str):
                out.append(child)
            elif child.tag == "img":
                out.append(child.attributes.get("alt", ""))
            elif child.tag == "br":
                out.append(" ")
            elif child.tag not in _SKIPPED_TEXT and not child.is_hidden:
                out.append(child.text())
        return "".join(out)

    def ancestors(self) -> Iterator[Element]:
        one = self.parent
        while one is not None:
            yield one
            one = one.parent

    @cached_property
    def style(self) -> dict[str, str]:
        """The style attribute by property, in lower case, without !important."""
        found = {}
        for declaration in self.attributes.get("style", "").split(";"):
            name, colon, value = declaration.partition(":")
            if colon:
                found[name.strip().lower()] = value.replace("!important", "").strip().lower()
        return found

    @property
    def is_hidden(self) -> bool:
        return self.style.get("display") == "none" or "hidden" in self.attributes


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self.here = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        one: Element | None = self.here
        while one is not None and one.tag != tag:
            one = one.parent
        if one is not None and one.parent is not None:
            self.here = one.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def tree_of(html: str) -> Element:
    """The root, whose only element is usually `html`."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root
