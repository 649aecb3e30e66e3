"""A post from a Word file: its HTML by mammoth, and from there on the way of a page."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import escape
from io import BytesIO
from typing import Any

import mammoth
from bs4 import BeautifulSoup

from newsletter.collect.pages.page import read_page
from newsletter.folder.habits_file import Habit
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post

# In twentieths of a point: a quarter of an inch.
_LEAST_INDENT = 360
_LONGEST_TITLE = 200
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Block Text'] => blockquote > p:fresh
p[style-name='set in'] => blockquote > p:fresh
p.Quote => blockquote > p:fresh
p.IntenseQuote => blockquote > p:fresh
strike => s
"""


def read_document(data: bytes, *, on: str, habits: Sequence[dict[str, Any]] = ()) -> Post:
    """Make a post of the bytes of a `.docx`. `on` is the day it is collected, `habits` as in `read_sent_page`. Raises Mistake where it is not one, or empty."""
    try:
        made = mammoth.convert_to_html(
            BytesIO(data), style_map=_STYLES, transform_document=mammoth.transforms.paragraph(_set_in)
        )
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Mistake("This is no Word file.", fix="Save it again as .docx, or as .html, and add that.") from error
    body = BeautifulSoup(made.value, "lxml")
    title = body.find("h1") or body.find(["h2", "p"])
    if title is not None and len(title.get_text()) <= _LONGEST_TITLE:
        name = title.get_text()
        title.extract()
        html = f"<h1>{escape(name)}</h1>{body}"
    else:
        html = str(body)
    post = read_page(html, on=date.fromisoformat(on), habits=[Habit(**one) for one in habits])
    n_pictures = made.value.count("<img ")
    if not n_pictures:
        return post
    lost = f"{n_pictures} picture{'s' if n_pictures > 1 else ''} of the Word file {'are' if n_pictures > 1 else 'is'} not here"
    return replace(post, checks=(*post.checks, f"{lost}: save what you want to images/ and add it."))


def _set_in(paragraph: mammoth.documents.Paragraph) -> mammoth.documents.Paragraph:
    start = paragraph.indent.start
    is_set_in = start is not None and start.isdigit() and int(start) >= _LEAST_INDENT and not paragraph.numbering
    return paragraph.copy(style_name="set in", style_id=None) if is_set_in and not paragraph.style_name else paragraph
