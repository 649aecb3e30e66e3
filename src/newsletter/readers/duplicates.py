"""Likely duplicates: addresses that probably reach one mailbox, and people who are on several lists. Only shown."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from newsletter.readers.readers_sql import Readers
from newsletter.words.subscriber import Subscriber, address_key

# Hosts that say themselves that they deliver such spellings to one mailbox.
_SAME_HOST = {"googlemail.com": "gmail.com", "pm.me": "proton.me", "protonmail.com": "proton.me"}
_WITHOUT = {"gmail.com": ".", "proton.me": "._-"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelySame:
    """Subscribers whose mail probably lands in one mailbox."""

    mailbox: str
    people: Sequence[Subscriber]


def mailbox(email: str) -> str:
    """The mailbox that an address probably reaches: without what follows a plus, and the signs its host ignores.

    It is a guess for showing, and nothing is ever mailed to it.
    """
    local, _, host = address_key(email).rpartition("@")
    host = _SAME_HOST.get(host, host)
    local = local.partition("+")[0] or local
    for sign in _WITHOUT.get(host, ""):
        local = local.replace(sign, "")
    return f"{local}@{host}"


def find_likely_same(readers: Readers, *, list_name: str | None = None) -> Iterator[LikelySame]:
    """Groups of two or more, by mailbox; with a list, those of whom one at least is on it.

    Reads all addresses twice and keeps eight bytes for each, so a million fit.
    """
    twice = _twice(hash(mailbox(email)) for _, email in readers.iterate_addresses())
    if not twice:
        return
    groups: dict[str, list[int]] = {}
    for number, email in readers.iterate_addresses():
        box = mailbox(email)
        if hash(box) in twice:
            groups.setdefault(box, []).append(number)
    for box, numbers in sorted(groups.items()):
        if len(numbers) > 1:
            people = readers.find_subscribers(numbers)
            if list_name is None or any(
                one.list_name == list_name for person in people for one in person.subscriptions
            ):
                yield LikelySame(mailbox=box, people=people)


def _twice(hashes: Iterable[int]) -> frozenset[int]:
    every = array("q", sorted(array("q", hashes)))
    return frozenset(one for one, following in pairwise(every) if one == following)
