"""A post from a PDF: what it says of itself, and its text as somebody else's words."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from newsletter.collect.file_name import slug_of
from newsletter.collect.literal import one_line
from newsletter.collect.pages.work import WorkFacts
from newsletter.collect.quote import as_quote, on_top
from newsletter.collect.web_address import site_of
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post

# What nobody quotes at once; the rest is said to be missing.
_MOST_PAGES = 40
_LONGEST_TITLE, _LONGEST_MAKERS = 200, 120
# Of the longest lines: a shorter one that ends a sentence ends its paragraph.
_FULL = 0.8
_STOPS = (".", "!", "?", "”", "»", ":", "。")
# What programs write where nobody gave a title.
_NO_TITLE = re.compile(
    r"(?:microsoft word|untitled|unbenannt|document\d*$)|\.(?:docx?|pdf|indd|tex|odt)$", re.IGNORECASE
)


def read_pdf(data: bytes, *, on: str, at: str | None = None) -> Post:
    """Make a post of the bytes of a PDF, which came from `at`. `on` is the day it is collected.

    Raises Mistake where it is damaged, or wants a password. Runs in the child process.
    """
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Mistake("This PDF wants a password.", fix="Open it, copy what you want to quote into a .txt file.")
        pages = len(reader.pages)
        texts = [reader.pages[n].extract_text() for n in range(min(pages, _MOST_PAGES))]
        said = reader.metadata
        facts = WorkFacts(
            kind="PDF",
            makers=one_line(str(said.author or ""))[:_LONGEST_MAKERS] if said else "",
            pages=pages,
            made_on=said.creation_date.date() if said and said.creation_date else None,
        )
        title = one_line(str(said.title or "")) if said else ""
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise Mistake(
            "This PDF is damaged.", fix="Open it and save it again, or copy its text into a .txt file."
        ) from error
    return _post(facts, title, "\n\n".join(texts), on=date.fromisoformat(on), at=at)


def _post(facts: WorkFacts, title: str, text: str, *, on: date, at: str | None) -> Post:
    paragraphs = _paragraphs(text)
    if not title or _NO_TITLE.search(title):
        first = next((line.strip() for line in text.split("\n") if line.strip()), "")
        title = first if 0 < len(first) <= _LONGEST_TITLE else facts.sentence.rstrip(".")
    site = site_of(at) if at else ""
    body = facts.sentence
    checks = list[str]()
    if paragraphs:
        body = on_top(body, as_quote("\n\n".join(paragraphs), facts.makers or site or title, at))
        checks.append("The text was taken out of a PDF: look through where its lines and paragraphs end.")
    else:
        checks.append("There is no text in this PDF; it is made of pictures of its pages.")
    if facts.pages > _MOST_PAGES:
        checks.append(f"Only the first {_MOST_PAGES} of its {facts.pages:,} pages are here.")
    return Post(
        slug=slug_of(title, on),
        title=title[:_LONGEST_TITLE],
        body=body,
        url=at,
        source=site or None,
        author=facts.makers or None,
        published_on=facts.made_on,
        checks=tuple(checks),
    )


def _paragraphs(text: str) -> list[str]:
    """Lines put together again. A word that is broken at a line's end keeps its hyphen: whether it had one nobody knows."""
    lines = [line.strip() for line in text.split("\n")]
    longest = max(map(len, lines), default=0)
    found, is_open = list[str](), False
    for line in lines:
        if not line:
            is_open = False
            continue
        if is_open:
            glue = "" if found[-1].endswith("-") and line[:1].islower() else " "
            found[-1] += glue + line
        else:
            found.append(line)
        is_open = not (len(line) < _FULL * longest and line.endswith(_STOPS))
    return found
