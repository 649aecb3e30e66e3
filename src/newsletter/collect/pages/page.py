"""A post from a saved web page: its words without its furniture, and what it says about itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from bs4 import BeautifulSoup

from newsletter.collect.file_name import slug_of
from newsletter.collect.literal import literal_inline, one_line
from newsletter.collect.pages.details import PageDetails
from newsletter.collect.pages.html_markdown import html_to_markdown
from newsletter.collect.pages.missing_words import prose_of, say_missing
from newsletter.collect.pages.page_body import clean_html, find_body
from newsletter.collect.pages.page_facts import PageFacts, is_front, read_facts
from newsletter.collect.pages.page_title import drop_site_name
from newsletter.collect.pages.page_tree import parse_page
from newsletter.collect.pages.work import read_work
from newsletter.collect.quote import on_top
from newsletter.collect.voices.blocks import quote_blocks
from newsletter.collect.voices.doubts import doubts
from newsletter.collect.voices.habits import signs_of
from newsletter.collect.voices.signs import SIGNS
from newsletter.collect.web_address import in_markdown
from newsletter.collect.wordless import no_words
from newsletter.folder.habits_file import Habit
from newsletter.words.plain import shortened
from newsletter.words.post import Image, Post, own_picture

_TITLE_WITHIN = 4


def read_page(
    html: str, *, on: date, at: str | None = None, with_text: bool = True, habits: Sequence[Habit] = ()
) -> Post:
    """Make a post of a page. `on` is the day it is collected, `at` the address it was fetched from, `habits` what is
    remembered of how texts set their quotes.

    Without its text it has the title, author, day and picture only. Raises Mistake where it has neither words nor a title.
    """
    read = read_tree(parse_page(html), html, on=on, at=at, habits=habits)
    return read.post if with_text else read.without_text


def read_tree(page: BeautifulSoup, html: str, *, on: date, at: str | None, habits: Sequence[Habit] = ()) -> PageDetails:
    """The same from the tree of the page, which is not whole afterwards. Raises Mistake."""
    facts, work = read_facts(page, html, at), read_work(page)
    drop_site_name(page, facts.site)
    prose = prose_of(page.body or page)
    body = html_to_markdown(
        clean_html(find_body(page, url=facts.url, base=facts.base), base=facts.base, keeps_relative=True)
    )
    title = facts.title or _first_words(body)
    if not title:
        raise no_words()
    missing = say_missing(prose, (body, title, facts.site or "", facts.author or ""))
    image, body, notes = _picture(facts, title, _without_title(body, title))
    if not (facts.url or facts.site):
        # Nobody else's page: somebody wrote it, ours and theirs, and saved it as HTML.
        body, voices = quote_blocks(body, (*SIGNS, *signs_of(habits, facts.author or "")))
        notes = (*notes, *doubts(voices))
    body, unplaced = _placed(body, facts)
    body = on_top(literal_inline(work.sentence), body) if work else body
    of_facts = (*notes, *_front(facts))
    of_text = (*missing, *_unreadable(body if title in body else title + body), *unplaced, *_whose_words(facts, body))
    post = Post(
        slug=slug_of(title, on),
        title=title,
        body=body,
        url=facts.url,
        source=facts.site,
        author=facts.author,
        published_on=facts.published_on,
        image=image,
        checks=(*of_facts, *of_text),
    )
    return PageDetails(post=post, n_checks_of_facts=len(of_facts))


def read_sent_page(html: bytes, *, on: str, at: str | None, with_text: bool, habits: Sequence[dict[str, Any]]) -> Post:
    """`read_page` of what comes from the other process: UTF-8, the day as text, and habits as tables."""
    known = [Habit(**one) for one in habits]
    text = html.decode(errors="surrogatepass")
    return read_page(text, on=date.fromisoformat(on), at=at, with_text=with_text, habits=known)


def _first_words(body: str) -> str:
    return shortened(one_line(re.sub(r"[>#*\\]|!?\[|\]\((?:(?!\]\()[^)])*+\)", "", body.partition("\n\n")[0])), 80)


def _without_title(body: str, title: str) -> str:
    """The line that repeats the title is left out: the post has it. Before a heading may stand a picture or a name."""
    blocks = body.split("\n\n")
    for number, block in enumerate(blocks[:_TITLE_WITHIN]):
        words = one_line(re.sub(r"\\(.)", r"\1", block.lstrip("# ")))
        if words.casefold() == title.casefold() and (block.startswith("#") or (number == 0 and len(blocks) > 1)):
            return "\n\n".join(blocks[:number] + blocks[number + 1 :])
    return body


def _picture(facts: PageFacts, title: str, body: str) -> tuple[Image | None, str, tuple[str, ...]]:
    """The page's picture, the body without it where it stands there too, and what the editor has to add."""
    if facts.image is None:
        return None, body, ()
    there = re.search(
        rf"^!\[(?P<alt>(?:(?!\n!\[)[^\]])*+)\]\({re.escape(in_markdown(facts.image))}\)(?:\n+|\Z)", body, re.MULTILINE
    )
    alt = facts.image_alt or (there["alt"] if there else "")
    rest = (body[: there.start()] + body[there.end() :]).strip("\n") if there else body
    notes = () if alt else ("The picture has no description: say in `alt` what it shows. The title stands there now.",)
    return Image(src=facts.image, alt=alt or title), rest, notes


def _whose_words(facts: PageFacts, body: str) -> tuple[str, ...]:
    if not (facts.url or facts.site) or not re.search(r"^(?!>)[^\n]*?[^\W_]", body, re.MULTILINE):
        return ()
    whose = facts.site or facts.author or "that page"
    return (f"The text is that of {whose}: keep what you quote as a blockquote, and add your own words.",)


def _unreadable(text: str) -> tuple[str, ...]:
    n_marks = text.count("\ufffd")
    if not n_marks:
        return ()
    return (f"{n_marks:,} {'letter' if n_marks == 1 else 'letters'} of the page could not be read: look for \ufffd.",)


def _placed(body: str, facts: PageFacts) -> tuple[str, tuple[str, ...]]:
    """Without the page's address a picture keeps the part of one that it has, and the editor is told."""
    if facts.base is not None:
        return body, ()
    parts = re.compile(r"(?<=\]\()(?!https?:|mailto:)(?:\./)*+(?P<path>[^()\s]++)(?=\))")
    n_parts = len(parts.findall(body))
    if not n_parts:
        return body, ()
    # A file of ours is not meant.
    body = parts.sub(lambda match: f"/{match['path']}" if own_picture(match["path"]) else match[0], body)
    check = f"The page does not say where it stood: write the address of {n_parts:,} pictures whole, with https://."
    return body, (check if n_parts > 1 else check.replace("1 pictures", "a picture"),)


def _front(facts: PageFacts) -> tuple[str, ...]:
    if facts.url is None or not is_front(facts.url):
        return ()
    return ("The address is that of the site's front page: give the page's own in `url`, if it has one.",)
