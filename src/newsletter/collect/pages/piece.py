"""A piece of a page that a browser sent: its words as Markdown, without anything that runs, is filled in, or is hidden."""

from __future__ import annotations

from newsletter.collect.pages.fragment import fragment_to_markdown
from newsletter.collect.pages.html_markdown import html_to_markdown
from newsletter.collect.pages.page_body import clean_html, find_body
from newsletter.collect.pages.page_tree import parse_page


def read_piece(html: bytes, *, at: str, is_article: bool) -> str:
    """Markdown of a selection, or of the text of an article. Runs in the child process. Raises Mistake."""
    text = html.decode(errors="replace")
    if is_article:
        return html_to_markdown(clean_html(find_body(parse_page(text), url=at, base=at), base=at))
    return fragment_to_markdown(text, base=at)
