"""Saving a find: whatever was sent along is kept at once, before anything is fetched, and what was seen before is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.collect.clip import Clip, read_excerpt
from newsletter.collect.desk import CollectDesk
from newsletter.collect.seen import PostSeen, seen_before
from newsletter.collect.web_address import whole_address
from newsletter.words.find import (
    LONGEST_ADDRESS,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Find,
    FindDraft,
    Origin,
    is_clean,
    own_words,
    pack,
    plain_words,
)
from newsletter.words.mistake import Mistake, NewsletterError

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFind:
    """`is_new` is False where the page was a find already. `seen` are posts that have it."""

    find: Find
    is_new: bool
    seen: tuple[PostSeen, ...]


def collect_find(
    desk: CollectDesk,
    shared: str,
    *,
    note: str = "",
    quote: str = "",
    title: str = "",
    origin: Origin = Origin.PERSON,
    source: str = "",
    clip: Clip | None = None,
) -> SavedFind:
    """Save what the bookmarklet, the phone or a person sends: an address, or a text that holds one.

    `note` is the thought typed with it, in Markdown; `quote` the selected text, as plain text, and `clip` the
    same with its formatting; the thought stands beside it. `title` is the page's, as far as the sender knows it; `source` is what the editor reads of where it came from. Nothing is fetched. Raises
    Mistake where there is no address of the web, or words of ours are too long to keep.
    """
    address = address_in(shared)
    thought = own_words(note, "note")
    excerpt = read_excerpt(clip or Clip(html=""), at=address, quote=quote, thought=thought)
    draft = FindDraft(
        url=address,
        origin=origin,
        source=plain_words(source, LONGEST_TITLE),
        title=plain_words(title, LONGEST_TITLE),
        note="" if excerpt.text else thought,
        quote=pack([excerpt]) if excerpt.text else "",
    )
    find, is_new = desk.finds.add(draft)
    return SavedFind(find=find, is_new=is_new, seen=tuple(seen_before(address, desk.posts, desk.issues)))


def address_in(shared: str) -> str:
    """The address that was sent, alone or in a text, as phones share them. Raises Mistake."""
    match = _ADDRESS.search(shared)
    address = whole_address(_without_full_stop(match[0])) if match else None
    if address is None:
        raise Mistake("There is no address of the web in this.", fix="Send one such as https://example.com/page")
    if not is_clean(address):
        raise Mistake(
            f"This address is longer than {LONGEST_ADDRESS:,} characters, or holds ones that no address has.",
            fix="Look for a shorter one, or type it.",
        )
    return address


def describe_bare(desk: CollectDesk, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Ask pages of finds that have no title yet what they are called; how many were asked."""
    n_asked = 0
    while go_on() and (bare := desk.finds.list_bare(1)):
        desk.finds.describe(bare[0].id, _description(desk, bare[0]))
        n_asked += 1
    return n_asked


def _description(desk: CollectDesk, find: Find) -> FindDraft | None:
    from newsletter.collect.pages.web_page import fetch_page, read_fetched

    try:
        post = read_fetched(fetch_page(find.url or "", desk.fetcher), on=desk.today())
    except NewsletterError:
        return None
    return FindDraft(
        url=find.url,
        origin=find.origin,
        source=find.source,
        title=plain_words(post.title, LONGEST_TITLE),
        site=plain_words(post.source or "", LONGEST_TITLE),
        author=plain_words(post.author or "", LONGEST_TITLE),
        summary=plain_words(_first_paragraph(post.body), LONGEST_SUMMARY),
    )


def _first_paragraph(body: str) -> str:
    words = next((part for part in body.split("\n\n") if not part.startswith(("#", "!["))), "")
    return re.sub(
        r"^>\s?|\\(?=[^\w\s])|[*`]",
        "",
        re.sub(r"!?\[([^\[\]]*+)\]\((?:(?!\]\()[^)])*+\)", r"\1", words),
        flags=re.MULTILINE,
    )


def _without_full_stop(address: str) -> str:
    """A full stop or a bracket after an address ends the sentence, not the address."""
    address = address.rstrip(".,;:!?'’”")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?'’”")
    return address
