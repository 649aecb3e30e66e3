"""Likely duplicates: shown with all that is needed to decide, never merged."""

from __future__ import annotations

import pytest

from newsletter.consent.membership_sql import Membership
from newsletter.readers.duplicates import find_likely_same, mailbox
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.words.subscriber import SubscriptionStatus

ACTIVE = SubscriptionStatus.ACTIVE


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ana@Example.com", "ana@example.com", True),
        ("ana+news@example.com", "ana@example.com", True),
        ("a.na@gmail.com", "ana@gmail.com", True),
        ("a.na+x@googlemail.com", "ana@gmail.com", True),
        ("a_na@protonmail.com", "a-na@proton.me", True),
        ("a.na@example.com", "ana@example.com", False),
        ("+ana@example.com", "+bo@example.com", False),
        ("ana@gus.example", "ana@münchen.example", False),
        ("gus@münchen.example", "gus@xn--mnchen-3ya.example", True),
    ],
)
def test_addresses_share_a_mailbox_where_their_host_says_so(one: str, other: str, same: bool) -> None:
    """Dots count, but at hosts that ignore them."""
    assert (mailbox(one) == mailbox(other)) is same


def test_groups_are_found_over_all_lists_and_nobody_is_changed(readers: Readers, membership: Membership) -> None:
    """A list narrows them to those of whom one is on it."""
    membership.join(
        "weekly", [ReaderRow(email="a.na@gmail.com"), ReaderRow(email="bo@example.com")], status=ACTIVE, consent="x"
    )
    membership.join(
        "extras", [ReaderRow(email="ana@gmail.com"), ReaderRow(email="bo@example.com")], status=ACTIVE, consent="x"
    )
    membership.join(
        "other", [ReaderRow(email=f"cy{end}@example.com") for end in ("", "+1")], status=ACTIVE, consent="x"
    )

    def found(list_name: str | None = None) -> list[list[str]]:
        return [[person.email for person in one.people] for one in find_likely_same(readers, list_name=list_name)]

    ana, cy = ["a.na@gmail.com", "ana@gmail.com"], ["cy@example.com", "cy+1@example.com"]
    assert found() == [ana, cy]
    assert found("weekly") == found("extras") == [ana]
    assert readers.count_on_several() == 1
    assert readers.count_active("weekly") == 2


def test_a_list_without_any_has_none(readers: Readers, membership: Membership) -> None:
    """More people than are read at once."""
    people = [ReaderRow(email=f"r{number}@example.com") for number in range(2_100)]
    membership.join("weekly", people, status=ACTIVE, consent="x")

    assert list(find_likely_same(readers)) == []
    membership.join("weekly", [ReaderRow(email="r2099+x@example.com")], status=ACTIVE, consent="x")
    assert len(list(find_likely_same(readers))) == 1
