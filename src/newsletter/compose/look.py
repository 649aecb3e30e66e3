"""What a template's `template.toml` sets: colours, fonts, width, how links stand in plain text, and its few words."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from newsletter.compose.template import path_of
from newsletter.ports.folder import TemplateFiles
from newsletter.words.mistake import Mistake, Place

_FILE = "template.toml"
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
# The width of a mail that says none, and what the built-in templates leave free at each side of the text, in CSS pixels.
_WIDTH, _BESIDE, _NARROWEST = 600, 36, 100
_LINKS = ("notes", "inline")


@dataclass(frozen=True, slots=True)
class Look:
    """The settings by table and name, as the template's files see them; `about` says what the template is for."""

    tables: dict[str, dict[str, str | int | float | bool]]
    about: str = ""

    @property
    def inline_links(self) -> bool:
        return self.tables["text"].get("links") == "inline"

    @property
    def text_width(self) -> int:
        return int(self.tables["text"].get("width", 72))

    @property
    def column(self) -> int:
        """How wide the text stands in the mail, in CSS pixels: the page's width without what is left free beside it."""
        width = re.match(r"\d+", str(self.tables.get("page", {}).get("width", "")))
        return max(_NARROWEST, int(width[0]) - 2 * _BESIDE) if width else _WIDTH - 2 * _BESIDE


def read_look(template: TemplateFiles) -> Look:
    """Raises Mistake at the line and column of `template.toml`."""
    source = template.files.get(_FILE, "")
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(template, source, str(error)) from None
    tables = {name: table for name, table in document.items() if isinstance(table, dict)}
    text = tables.setdefault("text", {})
    links, width = text.get("links", "notes"), text.get("width", 72)
    if links not in _LINKS:
        raise _refused(template, source, "links", f"links can't be {links!r}.", 'Write "notes" or "inline".')
    if not isinstance(width, int) or not 40 <= width <= 78:
        raise _refused(template, source, "width", f"A text width of {width!r} can't be used.", "Write 40 to 78.")
    return Look(tables, str(document.get("about", "")))


def logo_place(template: TemplateFiles) -> Place:
    """Where the logo is named."""
    source = template.files.get(_FILE, "")
    match = re.search(r"^\[logo\]", source, re.MULTILINE)
    at = source.find("src", match.end()) if match else 0
    return Place(path_of(template, _FILE), source.count("\n", 0, max(at, 0)) + 1)


def _unreadable(template: TemplateFiles, source: str, message: str) -> Mistake:
    match = _WHERE.search(message)
    line, column = (match[1], match[2]) if match else (None, None)
    place = Place(path_of(template, _FILE), int(line or source.count("\n") + 1), int(column or 1))
    reason = _WHERE.sub("", message)
    return Mistake(f"The settings can't be read: {reason}.", fix="Mend the TOML on that line.", place=place)


def _refused(template: TemplateFiles, source: str, key: str, message: str, fix: str) -> Mistake:
    match = re.search(rf"^[ \t]*+{key}[ \t]*+=", source, re.MULTILINE)
    line = source.count("\n", 0, match.start()) + 1 if match else None
    return Mistake(message, fix=fix, place=Place(path_of(template, _FILE), line))
