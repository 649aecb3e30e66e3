"""Reads a page with what an editor asks first: how long it is, in which language, and whether it is free."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bs4 import BeautifulSoup

from newsletter.collect.pages.details import PageDetails
from newsletter.collect.pages.page import read_tree
from newsletter.collect.pages.page_tree import parse_page
from newsletter.collect.pages.work import linked_data, read_work
from newsletter.words.plain import minutes_to_read

_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")
# In the text and not in the tree: what our own fetcher writes on top of a page makes the parser pass over the tag's attributes.
_LANG = re.compile(r"<html\b[^<>]{0,2000}?\s(?:xml:)?lang\s?=\s?[\"']?([A-Za-z]{2,3})(?![A-Za-z])", re.IGNORECASE)
_HEAD_LENGTH = 10_000
# Values of `article:content_tier` (Facebook's and Apple News's) for what is not free, or not for long.
_PAID = frozenset({"locked", "metered", "paid", "premium"})


def read_sent_details(html: bytes, *, on: str, at: str | None) -> PageDetails:
    """What a page holds and says. Runs in the child process: UTF-8, and the day as text. Raises Mistake."""
    text = html.decode(errors="surrogatepass")
    page = parse_page(text)
    work, language, is_paid = read_work(page), _language(page, text), _is_paid(page)
    details = read_tree(page, text, on=date.fromisoformat(on), at=at)
    seconds = work.seconds if work else 0
    minutes = max(1, round(seconds / 60)) if seconds else minutes_to_read(details.post.body) or None
    return replace(details, minutes=minutes, language=language, is_paid=is_paid)


def _language(page: BeautifulSoup, text: str) -> str:
    """By `lang` of the page, else by Open Graph's locale."""
    match = _LANG.search(text[:_HEAD_LENGTH]) or _LOCALE.fullmatch(_meta(page, "og:locale"))
    return match[1].lower() if match else ""


def _is_paid(page: BeautifulSoup) -> bool:
    """By schema.org's `isAccessibleForFree`, of the page or of a part of it, and by `article:content_tier`."""
    if _meta(page, "article:content_tier").lower() in _PAID:
        return True
    for node in linked_data(page):
        parts = node.get("hasPart")
        pieces = [node, *(parts if isinstance(parts, list) else [parts])]
        if any(isinstance(one, dict) and _is_no(one.get("isAccessibleForFree")) for one in pieces):
            return True
    return False


def _is_no(said: object) -> bool:
    """False as JSON has it, or as a word or an address of schema.org."""
    return said is False or (isinstance(said, str) and said.rpartition("/")[2].lower() == "false")


def _meta(page: BeautifulSoup, name: str) -> str:
    tag = page.select_one(f'meta[property="{name}"], meta[name="{name}"]')
    return str(tag.get("content") or "").strip() if tag else ""
