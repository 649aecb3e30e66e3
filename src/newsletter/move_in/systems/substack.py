"""An export of Substack: `posts.csv`, a page of HTML for each post, and the list of readers."""

from __future__ import annotations

import json
import re
from functools import partial
from html import escape
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from newsletter.collect.pages.embeds import link_paragraph
from newsletter.move_in.csv_table import instant, read_table
from newsletter.move_in.export import CLOSED, DRAFT, NO_DATE, NO_TEXT, PAGE, Export, LeftOut, MoveInOptions, OldIssue
from newsletter.move_in.export_files import LARGEST_PAGE, ExportFiles, Member
from newsletter.words.mistake import Mistake

_NEEDS = ("post_id", "post_date", "is_published", "type", "audience", "title")
# What asks readers to subscribe, share, pay or comment on Substack.
_ASKING = ".subscription-widget-wrap, .subscription-widget-wrap-editor, .subscription-widget, .paywall-jump, .comment"
_THERE = re.compile(r"%%|/subscribe|[?&]action=share|[?&]gift=true|/comments?(?:[?#]|$)|/leaderboard|/survey/")


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where it is no export of Substack."""
    table = files.find(r"posts\.csv")
    if table is None:
        raise Mistake(
            f"There is no posts.csv in {files.named}, so this is not an export of Substack.",
            fix="In Substack: Settings, Exports, New export. Name the .zip that it gives, as it is.",
        )
    pages = {one.stem: one for one in files.matching(r"(?:.*/)?posts/[^/]+\.html")}
    rows = read_table(files, table, needs=_NEEDS, system="Substack")
    return Export(
        title="Substack",
        found=[_issue(files, row, pages, asked) for row in rows],
        # `posts/N.opens.csv` and `.delivers.csv` hold addresses as well: who read what is left where it was.
        readers=files.with_people(r"(?:email_list|subscribers?)[^/]*\.csv"),
        prepare=_prepare,
    )


def _issue(
    files: ExportFiles, row: dict[str, str], pages: dict[str, Member], asked: MoveInOptions
) -> OldIssue | LeftOut:
    name = row["post_id"].strip()
    number, _, slug = name.partition(".")
    title = row["title"].strip() or slug or name
    if row["is_published"].strip().lower() != "true":
        return LeftOut(title=title, why=DRAFT)
    if row["type"].strip().lower() == "page":
        return LeftOut(title=title, why=PAGE)
    if row["audience"].strip().lower() != "everyone" and not asked.with_closed:
        return LeftOut(title=title, why=CLOSED, is_closed=True)
    page = pages.get(name) or _only([one for stem, one in pages.items() if stem.partition(".")[0] == number])
    sent_at = instant(row["post_date"]) or instant(row.get("email_sent_at", ""))
    if page is None or sent_at is None:
        return LeftOut(title=title, why=NO_TEXT if page is None else NO_DATE)
    return OldIssue(
        name=name,
        title=title,
        preheader=row.get("subtitle", ""),
        sent_at=sent_at,
        html=partial(_html, files, page, row.get("podcast_url", "").strip()),
        path=f"/p/{slug}",
    )


def _only(pages: list[Member]) -> Member | None:
    return pages[0] if len(pages) == 1 else None


def _html(files: ExportFiles, page: Member, podcast: str) -> str:
    html = files.text(page, most=LARGEST_PAGE)
    return f'<audio src="{escape(podcast)}"></audio>{html}' if podcast else html


def _prepare(page: BeautifulSoup) -> None:
    for tag in page.select(_ASKING):
        tag.decompose()
    for button in page.select(".button-wrapper"):
        if any(_THERE.search(str(link.get("href") or "")) for link in button.find_all("a")):
            button.decompose()
    for mark in page.select("a.footnote-anchor, a.footnote-number"):
        # The number stands before the words of the note, not in a line of its own.
        note = mark.find_next_sibling(class_="footnote-content")
        target = note.find("p") if note else None
        sign = f"[{mark.get_text(strip=True)}]"
        if target is not None:
            target.insert(0, f"{sign} ")
            mark.decompose()
        else:
            mark.replace_with(sign)
    for tag in page.select("[data-attrs]"):
        if not tag.get_text(strip=True) and tag.name != "img" and tag.find(["img", "iframe"]) is None:
            _spell_out(page, tag)


def _spell_out(page: BeautifulSoup, tag: Tag) -> None:
    """What a script would draw there: a gallery, another post, somebody's words."""
    try:
        attrs = json.loads(str(tag["data-attrs"]))
    except (ValueError, RecursionError):
        return
    if not isinstance(attrs, dict):
        return
    drawn = [*_pictures(page, attrs.get("gallery")), *_link(page, attrs)]
    if drawn:
        tag.replace_with(*drawn)


def _pictures(page: BeautifulSoup, gallery: Any) -> list[Tag]:
    images = gallery.get("images") if isinstance(gallery, dict) else None
    sources = [one["src"] for one in images or () if isinstance(one, dict) and isinstance(one.get("src"), str)]
    alt = str(gallery.get("alt") or gallery.get("caption") or "") if sources else ""
    return [page.new_tag("img", src=source, alt=alt) for source in sources]


def _link(page: BeautifulSoup, attrs: dict[str, Any]) -> list[Tag]:
    address = attrs.get("canonical_url") or attrs.get("url")
    words = attrs.get("title") or attrs.get("full_text") or attrs.get("name")
    if not isinstance(address, str) or not isinstance(words, str):
        return []
    return [link_paragraph(page, address, words)]
