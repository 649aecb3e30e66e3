"""Tells whose words the blocks of a Markdown text are that somebody wrote elsewhere, with what is set apart there already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from newsletter.collect.paragraphs import Paragraph
from newsletter.collect.voices.signs import SIGNS, Sign
from newsletter.collect.voices.tell import Voice, tell_voices

_FENCE = re.compile(r"(`{3,}|~{3,})")
_NO_WORDS_OF_ANYBODY = re.compile(r"#{1,6}\s|```|~~~|!\[|(?:-{3,}|\*{3,})$")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,2000}\)")
_MARK = re.compile(r"\\(?=[^\w\s])|\*{1,3}|~~")


def quote_blocks(markdown: str, signs: Sequence[Sign] = SIGNS) -> tuple[str, list[Voice]]:
    """The same blocks with what is somebody else's as blockquotes, and the voices of its paragraphs."""
    blocks, voices = _blocks(markdown), list[Voice]()
    quoted = [block.startswith(">") for block in blocks]
    numbers = range(len(blocks))
    for is_silent, section in groupby(numbers, key=lambda n: _NO_WORDS_OF_ANYBODY.match(blocks[n]) is not None):
        if is_silent:
            continue
        run = list(section)
        told = tell_voices([_paragraph(blocks[n]) for n in run], signs)
        for n, voice in zip(run, told, strict=True):
            quoted[n] = quoted[n] or voice.is_quote
        voices += told
    return _joined(blocks, quoted), voices


def _blocks(markdown: str) -> list[str]:
    """What stands between empty lines; code is one block however many it has."""
    blocks, fence = list[str](), ""
    for part in re.split(r"\n{2,}", markdown.strip("\n")):
        if fence:
            blocks[-1] += f"\n\n{part}"
        elif part:
            blocks.append(part)
        for line in part.split("\n"):
            match = _FENCE.match(line)
            if match and (not fence or line.startswith(fence)):
                fence = "" if fence else match[1]
    return blocks


def _paragraph(block: str) -> Paragraph:
    is_marked = block.startswith(">")
    text = re.sub(r"^>[ \t]?", "", block, flags=re.MULTILINE) if is_marked else block
    return Paragraph(text=" ".join(_MARK.sub("", _LINK.sub(r"\1", text)).split()) or "…", is_marked=is_marked)


def _joined(blocks: Sequence[str], quoted: Sequence[bool]) -> str:
    parts = list[str]()
    for is_quote, run in groupby(zip(blocks, quoted, strict=True), key=lambda one: one[1]):
        texts = [block for block, _ in run]
        parts += ["\n>\n".join(map(_as_quote, texts))] if is_quote else texts
    return "\n\n".join(parts)


def _as_quote(block: str) -> str:
    return block if block.startswith(">") else "\n".join(f"> {line}".rstrip() for line in block.split("\n"))
