"""Saved texts: words that come again, each a file in `snippets/`, to be put into a post or an issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.folder.slug import is_safe
from newsletter.folder.text_files import make_room, markdown_files, read_text, readable, write_new
from newsletter.words.mistake import Mistake

ROOM = "snippets"
_LONGEST = 60
_NOT_IN_A_NAME = re.compile(r"[^\w.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """`name` is what it is called on screens; `text` is Markdown, as it comes into the words."""

    name: str
    text: str


def list_snippets(directory: Path) -> Sequence[Snippet]:
    """By their names. A file that can't be read is left out."""
    return readable(markdown_files(directory / ROOM), _read)[0]


def add_snippet(directory: Path, name: str, text: str) -> str:
    """Write it to a file of that name; the file. Raises Mistake where there is no name or no text, or the name is taken."""
    stem = _NOT_IN_A_NAME.sub("-", name.strip()).strip("-.")
    if not is_safe(stem) or len(stem) > _LONGEST:
        raise Mistake("A saved text needs a short name.", fix="Use letters and digits.")
    if not text.strip():
        raise Mistake("There are no words to save.", fix="Select the words first.")
    try:
        write_new(make_room(directory / ROOM) / f"{stem}.md", f"{text.strip()}\n")
    except FileExistsError as error:
        raise Mistake(f"There is a saved text “{_said(stem)}” already.", fix="Give this one another name.") from error
    return f"{ROOM}/{stem}.md"


def _read(path: Path) -> Snippet:
    return Snippet(name=_said(path.stem), text=read_text(path, f"{ROOM}/{path.name}", room=path.parent).strip("\n"))


def _said(stem: str) -> str:
    return stem.replace("-", " ")
