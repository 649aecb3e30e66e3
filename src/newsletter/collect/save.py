"""Saving a find: whatever was sent along is kept at once, before anything is fetched, and what was seen before is said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.collect.clip import Clip, read_excerpt
from newsletter.collect.desk import CollectDesk
from newsletter.collect.seen import PostSeen, seen_before
from newsletter.collect.web_address import whole_address
from newsletter.words.find import (
    LONGEST_ADDRESS,
    LONGEST_TITLE,
    Find,
    FindDraft,
    Origin,
    is_clean,
    own_words,
    pack,
    plain_words,
    read_title,
)
from newsletter.words.mistake import Mistake

ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


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
    once: str = "",
) -> SavedFind:
    """Save what the bookmarklet, the phone or a person sends: an address, or a text that holds one.

    `note` is the thought typed with it, in Markdown; `quote` the selected text, as plain text, and `clip` the
    same with its formatting; the thought stands beside it. `title` is the page's, as far as the sender knows it; `source` is what the editor reads of where it came from.
    `once` names the delivery: sent again, it changes nothing. Nothing is fetched. Raises
    Mistake where there is no address of the web, or words of ours are too long to keep.
    """
    address = address_in(shared)
    thought = own_words(note, "note")
    excerpt = read_excerpt(clip or Clip(html=""), at=address, quote=quote, thought=thought)
    draft = FindDraft(
        url=address,
        origin=origin,
        source=plain_words(source, LONGEST_TITLE),
        title=read_title(title),
        note="" if excerpt.text else thought,
        quote=pack([excerpt]) if excerpt.text else "",
        once=once,
    )
    find, is_new = desk.finds.add(draft)
    return SavedFind(find=find, is_new=is_new, seen=tuple(seen_before(address, desk.posts, desk.issues)))


def address_in(shared: str) -> str:
    """The address that was sent, alone or in a text, as phones share them. Raises Mistake."""
    match = ADDRESS.search(shared)
    address = whole_address(_without_full_stop(match[0])) if match else None
    if address is None:
        raise Mistake("There is no address of the web in this.", fix="Send one such as https://example.com/page")
    if not is_clean(address):
        raise Mistake(
            f"This address is longer than {LONGEST_ADDRESS:,} characters, or holds ones that no address has.",
            fix="Look for a shorter one, or type it.",
        )
    return address


def _without_full_stop(address: str) -> str:
    """A full stop or a bracket after an address ends the sentence, not the address."""
    address = address.rstrip(".,;:!?'’”")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?'’”")
    return address
