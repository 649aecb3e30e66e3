"""A post from a Markdown file, with front matter or without."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from newsletter.collect.file_name import slug_of
from newsletter.collect.literal import one_line
from newsletter.words.mistake import Mistake
from newsletter.words.plain import shortened
from newsletter.words.post import Post

# How the folder reads the text of a post's file: `parse(text, slug=..., file=...)`, raising Mistake with the line.
ParsePost = Callable[[str, str, str], Post]

_HEADING = re.compile(r"#{1,2}[ \t](?P<title>.*)")
_HEADING_END = re.compile(r"(?<![ \t])[ \t]++#++\Z")
_UNDERLINE = re.compile(r"=+[ \t]*")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-\w[\w-]*")
_LONGEST_TITLE = 100


def read_markdown(text: str, *, name: str, on: date, parse_post: ParsePost) -> Post:
    """Make a post of Markdown; `name` is what its author calls the file, `on` the day it is collected."""
    if re.match(r"---[ \t]*\n", text):
        post = parse_post(text, "post", name)
        stem = PurePath(name).stem
        return replace(post, slug=stem if _DATED.fullmatch(stem) else slug_of(post.title, on))
    title, body, checks = _title(text.strip("\n").rstrip())
    return Post(slug=slug_of(title, on), title=title, body=body, checks=checks)


def _title(text: str) -> tuple[str, str, tuple[str, ...]]:
    """The heading on top, taken out of the text; without one, the first words, which stay where they are."""
    lines = text.split("\n")
    match = _HEADING.fullmatch(lines[0])
    title = one_line(_plain(_HEADING_END.sub("", match["title"].strip(" \t")))) if match else ""
    if title:
        return title, "\n".join(lines[1:]).strip("\n"), ()
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]) and one_line(_plain(lines[0])):
        return one_line(_plain(lines[0])), "\n".join(lines[2:]).strip("\n"), ()
    words = one_line(_plain(next((line for line in lines if line.strip()), "")))
    if not words:
        raise Mistake("There are no words in this text.", fix="Check that you named the right file.")
    return (
        shortened(words, _LONGEST_TITLE),
        text,
        ("The title is the first words of the text: give it one of its own.",),
    )


def _plain(markdown: str) -> str:
    """A line without its marks: links by their words, no emphasis, no escapes."""
    words = re.sub(r"!?\[([^\[\]]*+)\]\((?:(?!\]\()[^)])*+\)", r"\1", markdown)
    words = re.sub(r"^[>#\s]+|(?<!\\)[*`]+|(?<!\\)~~|(?<![\\\w])_+|(?<![\\_])_++(?!\w)", "", words)
    return re.sub(r"\\([^\w\s])", r"\1", words)
