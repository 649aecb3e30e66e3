"""Marks the sentences of finished HTML, and says of each link where it leads."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from markupsafe import Markup

from newsletter.words.prose.sentences import sentence_spans

_TAG = re.compile(r"(<[^<>]*+>)")
_NAME = re.compile(r"</?([a-z][a-z0-9]*)")
_HREF = re.compile(r' href="([^"]*+)"')
# Within these a sentence goes on; at every other element it ends.
_INLINE = frozenset({"a", "em", "strong", "s", "code", "img"})


def with_sentences(block: str) -> Markup:
    """The block with each sentence in spans `<span data-sentence="3">`: several where marks or links stand in it.

    A link opens beside the page and is followed by its host in a span of the class `host`.
    """
    marks = _SentenceMarks()
    for piece in _TAG.split(block):
        if piece.startswith("<"):
            marks.tag(piece)
        elif piece:
            marks.run.append(piece)
    marks.end_run()
    return Markup("".join(marks.out))  # noqa: S704 - what came in was escaped, and every word is escaped again


def host_of(address: str) -> str:
    """Where a link leads, in few letters: the host, or the address of a mail."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if parts.scheme == "mailto":
        return parts.path
    return (parts.hostname or address).removeprefix("www.")


@dataclass(slots=True)
class _SentenceMarks:
    """Texts and inline tags wait in `run` until their sentences are known."""

    out: list[str] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    number: int = 0
    host: str = ""

    def tag(self, tag: str) -> None:
        name = _NAME.match(tag)
        if name is None or name[1] not in _INLINE:
            self.end_run()
            self.out.append(tag)
        elif name[1] != "a":
            self.run.append(tag)
        elif tag.startswith("</"):
            host = html.escape(self.host, quote=False)
            self.run.append(f'</a><span class="host">{host}</span>')
        else:
            href = _HREF.search(tag)
            self.host = host_of(html.unescape(href[1])) if href else ""
            self.run.append(f'{tag[:-1]} target="_blank" rel="noreferrer">')

    def end_run(self) -> None:
        texts = [html.unescape(piece) if not piece.startswith("<") else "" for piece in self.run]
        spans = sentence_spans("".join(texts))
        at = 0
        for piece, text in zip(self.run, texts, strict=True):
            self.out.append(self._marked(text, at, spans) if text else piece)
            at += len(text)
        self.number += len(spans)
        self.run.clear()

    def _marked(self, text: str, at: int, spans: list[tuple[int, int]]) -> str:
        """A stretch of the run that begins `at` in it."""
        marked, done = [], 0
        for number, (start, end) in enumerate(spans, self.number):
            begin, stop = max(start - at, done), min(end - at, len(text))
            if begin >= stop:
                continue
            words = html.escape(text[begin:stop], quote=False)
            marked += [html.escape(text[done:begin], quote=False), f'<span data-sentence="{number}">{words}</span>']
            done = stop
        return "".join([*marked, html.escape(text[done:], quote=False)])
