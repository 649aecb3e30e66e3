"""A post from whatever was named: picks the reader by the name's ending, or by what the text looks like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from newsletter.collect.charset import decoded, decoded_page
from newsletter.collect.markdown import ParsePost, read_markdown
from newsletter.collect.plain_text import read_plain_text
from newsletter.collect.quote import on_top
from newsletter.collect.wordless import require_words
from newsletter.folder.habits_file import Habit
from newsletter.words.mistake import Mistake, NewsletterError, Place
from newsletter.words.plain import unix_lines
from newsletter.words.post import Post

MAX_BYTES = 5_000_000
STANDARD_INPUT = "-"

_KINDS = {".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown"}
_MAIL = ".eml"
_KINDS |= {".html": "page", ".htm": "page", ".xhtml": "page", ".docx": "document", ".pdf": "pdf"}
# Kinds that we don't read, with the way out.
_SAVE_AS = {
    ".rtf": "Open it in your word processor and save it as .docx, .html or .txt.",
    ".doc": "Open it in your word processor and save it as .docx, .html or .txt.",
    ".odt": "Open it in your word processor and save it as .docx, .html or .txt.",
    ".pages": "Export it from Pages as Word (.docx).",
}
_LOOKS_LIKE_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|!--|html|head|body|article|main|div|p|h1)\b", re.IGNORECASE
)


def is_address(name: str) -> bool:
    """Whether it is to be fetched from the web."""
    return re.match(r"https?://", name, re.IGNORECASE) is not None


def is_mail(data: bytes, name: str) -> bool:
    """Whether it is a mail: by the name's ending, on standard input by the headers on top."""
    if name != STANDARD_INPUT:
        return PurePath(name).suffix.lower() == _MAIL
    head = data[:20_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    names = {line.partition(b":")[0].lower() for line in head.split(b"\n") if re.match(rb"[!-9;-~]+:", line)}
    return b"from" in names and bool(names & {b"message-id", b"received", b"mime-version", b"return-path"})


def require_addable(name: str) -> None:
    """Raise Mistake for a source whose kind can't be read, before anything is opened."""
    ending = PurePath(name).suffix.lower()
    if name != STANDARD_INPUT and not is_address(name) and ending not in _KINDS | {_MAIL: "mail"}:
        raise Mistake(
            f"A file that ends with `{ending}` can't be read." if ending else "A file without an ending can't be read.",
            fix=_SAVE_AS.get(
                ending,
                "Add an address, a .docx, .pdf, .html, .md, .txt or .eml file, or pipe text in: newsletter add - < FILE",
            ),
            place=Place(name),
        )


def require_small(data: bytes, name: str) -> None:
    """Raise Mistake for more than anybody reads, before it is taken apart."""
    if len(data) > MAX_BYTES:
        raise Mistake(
            f"This is larger than {MAX_BYTES // 1_000_000} MB, so it is hardly a post.",
            fix="Save the part that you want to quote and add that.",
            place=Place(name),
        )


def collect(
    data: bytes, *, name: str, on: date, parse_post: ParsePost, note: str = "", habits: Sequence[Habit] = ()
) -> Post:
    """Make a post of a file's bytes.

    `name` is the file as it was typed, `-` for standard input; `on` is the day it is collected; `note` is our own
    Markdown and goes on top; `habits` is what is remembered of how texts set their quotes. Raises Mistake with the file named.
    """
    require_addable(name)
    require_small(data, name)
    try:
        post = _read(data, name, on, parse_post, habits)
    except NewsletterError as error:
        error.place = error.place or Place(name)
        raise
    return replace(post, body=on_top(note, post.body)) if note.strip() else post


def _read(data: bytes, name: str, on: date, parse_post: ParsePost, habits: Sequence[Habit]) -> Post:
    kind = _KINDS.get(PurePath(name).suffix.lower()) or _guessed(data)
    if kind == "page":
        from newsletter.collect.outside import open_page

        return require_words(open_page(decoded_page(data, name=name), on=on, habits=habits))
    if kind == "document":
        from newsletter.collect.outside import open_document

        return require_words(open_document(data, on=on, habits=habits))
    if kind == "pdf":
        from newsletter.collect.outside import open_pdf

        return open_pdf(data, on=on)
    text = decoded(data, name=name)
    if kind == "markdown":
        return read_markdown(unix_lines(text), name=name, on=on, parse_post=parse_post)
    return read_plain_text(text, on=on, habits=habits)


def _guessed(data: bytes) -> str:
    start = data[:1024].removeprefix(b"\xef\xbb\xbf")
    if start.startswith(b"%PDF-"):
        return "pdf"
    if _LOOKS_LIKE_PAGE.match(start):
        return "page"
    return "markdown" if re.match(rb"---[ \t]*\r?\n|#{1,2} \S", start) else "text"
