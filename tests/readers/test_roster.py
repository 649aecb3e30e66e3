"""The roster answers alike on both databases: in the order of bytes, each reader once, nobody left out."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from newsletter.consent.membership_sql import Membership
from newsletter.readers.among import Among, FoundReaders
from newsletter.readers.readers_sql import Readers
from newsletter.readers.roster_sql import Roster
from newsletter.readers.rows import ReaderRow
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

ACTIVE = SubscriptionStatus.ACTIVE


def _all(page: Callable[[str], FoundReaders]) -> list[str]:
    """Addresses of all pages, each of two."""
    seen, after = [], ""
    for _ in range(50):
        found = page(after)
        seen += [one.email for one in found.people]
        if found.after is None:
            return seen
        after = found.after
    raise AssertionError("the pages never end")


def _join(membership: Membership, list_name: str, *people: str) -> None:
    rows = []
    for person in people:
        email, first, last = person.split("|")
        rows.append(ReaderRow(email=f"{email}@example.com", first_name=first or None, last_name=last or None))
    membership.join(list_name, rows, status=ACTIVE, consent="Asked")


def test_pages_cut_anywhere_show_everybody_once(engine: Engine) -> None:
    """Newest, by address, by name; names shared by many, both names alike, capitals that A to Z does not know."""
    roster, membership = Roster(engine), Membership(engine)
    people = ["an-na|Ann|Annan", "anna|Ann|", "an_nb|Ann|", "annc|Ann|Berg", "z|Bo|Ann", "é|Énna|Ek", "b|Bo|Énn", "c||"]
    people = [one.replace("é|", "e|", 1) if one.startswith("é") else one for one in people]
    _join(membership, "weekly", *people)
    _join(membership, "extras", "anna||", "d|Dag|")
    every = [f"{name}@example.com" for name in ("d", "c", "b", "e", "z", "annc", "an_nb", "anna", "an-na")]

    assert sorted(_all(lambda after: roster.newest(after=after, limit=2))) == sorted(every)
    assert sorted(_all(lambda after: roster.newest(Among(status=ACTIVE), after=after, limit=2))) == sorted(every)
    assert _all(lambda after: roster.by_address("AN", after=after, limit=2)) == [
        f"{name}@example.com" for name in ("an-na", "an_nb", "anna", "annc")
    ]
    by_name = _all(lambda after: roster.by_name("ann", after=after, limit=2))
    assert sorted(by_name) == sorted(f"{name}@example.com" for name in ("an-na", "an_nb", "anna", "annc", "z"))
    assert sorted(_all(lambda after: roster.by_name("énn", after=after, limit=1))) == ["b@example.com", "e@example.com"]
    extras = Among(list_name="extras")
    assert _all(lambda after: roster.by_address("an", extras, after=after, limit=2)) == ["anna@example.com"]
    assert _all(lambda after: roster.by_name("dag", extras, after=after, limit=2)) == ["d@example.com"]


def test_who_must_not_be_mailed_is_found_and_taken_off_by_reason(engine: Engine) -> None:
    """The newest first, by address, by reason; only the reasons that are allowed are lifted."""
    roster, membership = Roster(engine), Membership(engine)
    _join(membership, "weekly", "a||", "b||")
    for name, reason in (("a", "complaint"), ("c", "manual"), ("d", "hard_bounce")):
        membership.suppress(f"{name}@example.com", SuppressionReason(reason))
    seen, after = [], ""
    while True:
        some, more = roster.do_not_mail(after=after, limit=1)
        seen += [one.address[0] for one in some]
        if more is None:
            break
        after = more

    assert seen == ["d", "c", "a"]
    assert [one.address for one in roster.do_not_mail("c", limit=9)[0]] == ["c@example.com"]
    assert [one.address[0] for one in roster.do_not_mail(reason=SuppressionReason.COMPLAINT, limit=9)[0]] == ["a"]
    assert [one.email[0] for one in roster.newest(Among(is_blocked=True), limit=9).people] == ["a"]
    assert [one.email[0] for one in roster.newest(Among(status=ACTIVE), limit=9).people] == ["b"]
    assert membership.lift("A@example.com", [SuppressionReason.MANUAL]) is SuppressionReason.COMPLAINT
    assert membership.lift("c@example.com", [SuppressionReason.MANUAL]) is SuppressionReason.MANUAL
    assert membership.lift("c@example.com", [SuppressionReason.MANUAL]) is None
    assert roster.count_blocked() == 2


def test_lists_are_counted_with_those_who_must_not_be_mailed_apart(engine: Engine) -> None:
    """By standing; an empty list counts too."""
    readers = Readers(engine)
    membership = Membership(engine)
    _join(membership, "weekly", "a||", "b||", "c||", "d||")
    membership.add_list("empty")
    membership.leave("a@example.com", list_name="weekly")
    for name in "ab":
        membership.suppress(f"{name}@example.com", SuppressionReason.MANUAL)
    empty, weekly = readers.list_lists()

    assert (empty.name, empty.active, empty.pending, empty.ended, empty.suppressed) == ("empty", 0, 0, 0, 0)
    assert (weekly.active, weekly.pending, weekly.ended, weekly.suppressed) == (2, 0, 1, 1)
    assert (readers.count_active("weekly"), readers.count_active("none")) == (2, 0)
