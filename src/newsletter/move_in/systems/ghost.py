"""An export of Ghost: one JSON file with every post, the members beside it, and the pictures where they were saved too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any

import orjson
from bs4 import BeautifulSoup

from newsletter.collect.pages.embeds import link_paragraph
from newsletter.move_in.csv_table import instant
from newsletter.move_in.export import CLOSED, DRAFT, NO_DATE, NO_TEXT, PAGE, Export, LeftOut, MoveInOptions, OldIssue
from newsletter.move_in.export_files import ExportFiles
from newsletter.words.mistake import Mistake

# What stands in an export for the address of the site, which it does not tell.
_SITE = "__GHOST_URL__"
_MAILED_ONLY = "It was only mailed, never on the web, and here anybody could read it."
_CARDS = "a.kg-bookmark-container, a.kg-file-card-container"


def read(files: ExportFiles, asked: MoveInOptions) -> Export:
    """Raises Mistake where it is no export of Ghost, or where the address of the site is needed to read it."""
    data = _data(files)
    posts = [one for one in _rows(data, "posts") if isinstance(one.get("title"), str)]
    alts = {str(one.get("post_id")): str(one.get("feature_image_alt") or "") for one in _rows(data, "posts_meta")}
    found = [_issue(post, alts.get(str(post.get("id")), ""), asked) for post in posts]
    n_there = sum(_SITE in one.html() for one in found if isinstance(one, OldIssue))
    if n_there and asked.url is None:
        raise Mistake(
            f"{n_there:,} {'issue has' if n_there == 1 else 'issues have'} links or pictures on the old site, and the export does not "
            "tell its address.",
            fix="Say where it was: --url https://ferries.example.com",
        )
    return Export(
        title="Ghost",
        found=[_with_site(one, asked.url or "") for one in found],
        readers=files.with_people(r"[^/]*members[^/]*\.csv"),
        prepare=_prepare,
    )


def _data(files: ExportFiles) -> Mapping[str, Any]:
    """The tables of the export, whichever of the JSON files has them: a whole site has others too."""
    broken = ""
    for member in files.matching(r"(?:.*/)?[^/]+\.json"):
        try:
            document = orjson.loads(files.text(member))
        except orjson.JSONDecodeError as error:
            broken = broken or f" {member.title} is no whole JSON: {error}."
            continue
        databases = document.get("db") if isinstance(document, dict) else None
        inner = databases[0] if isinstance(databases, list) and databases else document
        data = inner.get("data") if isinstance(inner, dict) else None
        if isinstance(data, dict) and isinstance(data.get("posts"), list):
            return data
    raise Mistake(
        f"There are no posts of Ghost in {files.named}.{broken}",
        fix="In Ghost: Settings, Import/Export, Export content. Name the .json that it gives.",
    )


def _rows(data: Mapping[str, Any], table: str) -> Sequence[Mapping[str, Any]]:
    rows = data.get(table)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _issue(post: Mapping[str, Any], alt: str, asked: MoveInOptions) -> OldIssue | LeftOut:
    title, status = str(post["title"]), post.get("status")
    if post.get("type") == "page" or post.get("page") in (1, True):
        return LeftOut(title=title, why=PAGE)
    if status not in ("published", "sent"):
        return LeftOut(title=title, why=DRAFT)
    if not asked.with_closed and (status == "sent" or post.get("visibility", "public") != "public"):
        return LeftOut(title=title, why=_MAILED_ONLY if status == "sent" else CLOSED, is_closed=True)
    html, sent_at = post.get("html"), _moment(post.get("published_at"))
    if sent_at is None or not isinstance(html, str):
        return LeftOut(title=title, why=NO_DATE if sent_at is None else NO_TEXT)
    above = post.get("feature_image")
    if isinstance(above, str) and above:
        html = f'<p><img src="{escape(above)}" alt="{escape(alt)}"></p>{html}'
    slug = str(post.get("slug") or "")
    return OldIssue(
        name=slug or str(post.get("id")),
        title=title,
        preheader=str(post.get("custom_excerpt") or ""),
        sent_at=sent_at,
        html=partial(str, html),
        path=f"/{slug}" if slug else "",
    )


def _moment(value: Any) -> datetime | None:
    """Text in newer exports, milliseconds in older ones."""
    if isinstance(value, str):
        return instant(value)
    try:
        return datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int) else None
    except (OverflowError, ValueError, OSError):
        return None


def _with_site(found: OldIssue | LeftOut, url: str) -> OldIssue | LeftOut:
    if isinstance(found, LeftOut):
        return found
    return replace(found, html=partial(str.replace, found.html(), _SITE, url.rstrip("/")))


def _prepare(page: BeautifulSoup) -> None:
    for tag in page.select(".kg-signup-card"):
        tag.decompose()
    for card in page.select(_CARDS):
        # A link round whole blocks, which Markdown has not: the title becomes the link.
        title = card.select_one(".kg-bookmark-title, .kg-file-card-title")
        about = card.select_one(".kg-bookmark-description, .kg-file-card-caption")
        href = str(card.get("href") or "")
        paragraph = link_paragraph(page, href, title.get_text(" ", strip=True) if title else href)
        if about and about.get_text(strip=True):
            paragraph.append(f" {about.get_text(' ', strip=True)}")
        card.replace_with(paragraph)
