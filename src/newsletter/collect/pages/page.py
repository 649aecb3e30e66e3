"""A post from a saved web page: its words without its furniture, and what it says about itself."""

from __future__ import annotations

import re
from datetime import date

from newsletter.collect.file_name import slug_of
from newsletter.collect.literal import one_line
from newsletter.collect.pages.html_markdown import html_to_markdown
from newsletter.collect.pages.page_body import clean_html, find_body
from newsletter.collect.pages.page_facts import PageFacts, read_facts
from newsletter.collect.pages.page_tree import parse_page
from newsletter.collect.voices.blocks import quote_blocks
from newsletter.collect.voices.doubts import doubts
from newsletter.collect.web_address import in_markdown
from newsletter.words.mistake import Mistake
from newsletter.words.plain import shortened
from newsletter.words.post import Image, Post


def read_page(html: str, *, on: date, at: str | None = None) -> Post:
    """Make a post of a page. `on` is the day it is collected, `at` the address it was fetched from.

    Raises Mistake where it holds no words.
    """
    page = parse_page(html)
    facts = read_facts(page, html, at)
    body = html_to_markdown(clean_html(find_body(page, facts.url), base=facts.base))
    title = facts.title or _first_words(body)
    if not title:
        raise _no_words()
    body = _without_title(body, title)
    image, body, notes = _picture(facts, title, body)
    if not (facts.url or facts.site):
        # Nobody else's page: somebody wrote it, ours and theirs, and saved it as HTML.
        body, voices = quote_blocks(body)
        notes = (*notes, *doubts(voices))
    return Post(
        slug=slug_of(title, on),
        title=title,
        body=body,
        url=facts.url,
        source=facts.site,
        author=facts.author,
        published_on=facts.published_on,
        image=image,
        checks=(*notes, *_whose_words(facts, body)),
    )


def read_sent_page(html: bytes, *, on: str, at: str | None) -> Post:
    """`read_page` of what comes from the other process: UTF-8, and the day as text."""
    return read_page(html.decode(errors="surrogatepass"), on=date.fromisoformat(on), at=at)


def _no_words() -> Mistake:
    return Mistake(
        "There are no words in this page.",
        fix="Some pages are only filled by scripts: select the text in your browser, save it as .txt, and add that.",
    )


def _first_words(body: str) -> str:
    return shortened(one_line(re.sub(r"[>#*\\]|!?\[|\]\((?:(?!\]\()[^)])*+\)", "", body.partition("\n\n")[0])), 80)


def _without_title(body: str, title: str) -> str:
    """The line that repeats the title is left out: the post has it."""
    first, _, rest = body.partition("\n\n")
    words = one_line(re.sub(r"\\(.)", r"\1", first.lstrip("# ")))
    return rest if words.casefold() == title.casefold() else body


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
    if not (facts.url or facts.site) or not body or re.search(r"^>", body, re.MULTILINE):
        return ()
    whose = facts.site or facts.author or "that page"
    return (f"The text is that of {whose}: keep what you quote as a blockquote, and add your own words.",)
