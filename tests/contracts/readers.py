"""What every `Readers` and `Membership` must do, whatever database stands behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.consent.membership_sql import Membership
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import JoinResult, ReaderRow
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

ACTIVE, PENDING, ENDED = SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING, SubscriptionStatus.ENDED


def join(
    membership: Membership, *rows: ReaderRow, name: str = "weekly", status: SubscriptionStatus = ACTIVE
) -> JoinResult:
    return membership.join(name, rows, status=status, consent="a form")


def ana(**facts: object) -> ReaderRow:
    return ReaderRow(email="Ana@example.com", **facts)  # type: ignore[arg-type]


def status_of(readers: Readers, email: str, name: str = "weekly") -> SubscriptionStatus | None:
    person = readers.find_subscriber(email)
    assert person is not None
    return next((each.status for each in person.subscriptions if each.list_name == name), None)


class ReadersContract:
    """Inherit from this and give the fixtures `readers` and `membership`."""

    def test_a_new_person_is_kept_as_typed_with_names_fields_and_consent(
        self, readers: Readers, membership: Membership
    ) -> None:
        """What an import brings is found again, by any spelling of the address."""
        joined = join(membership, ana(first_name="Ana", last_name="Ng", fields={"city": "Köln", "x": '"\\\n'}))

        person = readers.find_subscriber(" ANA@EXAMPLE.COM ")
        assert list(joined.added) == ["ana@example.com"]
        assert person is not None
        assert (person.email, person.first_name, person.last_name) == ("Ana@example.com", "Ana", "Ng")
        assert person.fields == {"city": "Köln", "x": '"\\\n'}
        assert [(each.list_name, each.status, each.consent) for each in person.subscriptions] == [
            ("weekly", ACTIVE, "a form")
        ]
        assert abs(person.subscriptions[0].since_at - datetime.now(UTC)) < timedelta(minutes=5)

    def test_the_same_again_is_unchanged_and_news_is_an_update(self, readers: Readers, membership: Membership) -> None:
        """A second import of the same changes nothing; None leaves a name as it is; fields are added to."""
        join(membership, ana(first_name="Ana", fields={"city": "Köln"}))

        assert list(join(membership, ana(first_name="Ana", fields={"city": "Köln"})).unchanged) == ["ana@example.com"]
        assert list(join(membership, ana()).unchanged) == ["ana@example.com"]
        assert list(join(membership, ana(last_name="Ng", fields={"plan": "pro"})).updated) == ["ana@example.com"]
        person = readers.find_subscriber("ana@example.com")
        assert person is not None
        assert (person.first_name, person.last_name) == ("Ana", "Ng")
        assert person.fields == {"city": "Köln", "plan": "pro"}

    def test_a_person_of_another_list_is_added_to_this_one(self, readers: Readers, membership: Membership) -> None:
        """A list is of its own: one person, two subscriptions."""
        join(membership, ana(), name="weekly")

        assert list(join(membership, ana(), name="daily").added) == ["ana@example.com"]
        assert readers.count_active("weekly") == readers.count_active("daily") == 1

    def test_pending_becomes_active_but_active_never_pending(self, readers: Readers, membership: Membership) -> None:
        """A declaration of consent raises; asking anew does not lower."""
        membership.join("weekly", [ana()], status=PENDING, consent=None)

        assert list(membership.join("weekly", [ana()], status=ACTIVE, consent="form").updated) == ["ana@example.com"]
        assert list(membership.join("weekly", [ana()], status=PENDING, consent=None).unchanged) == ["ana@example.com"]
        person = readers.find_subscriber("ana@example.com")
        assert person is not None
        assert (person.subscriptions[0].status, person.subscriptions[0].consent) == (ACTIVE, "form")

    def test_who_left_is_not_brought_back_nor_changed(self, readers: Readers, membership: Membership) -> None:
        """An ended subscription outlives every import."""
        join(membership, ana(first_name="Ana"))
        membership.leave("ana@EXAMPLE.com", list_name="weekly")

        joined = join(membership, ana(first_name="Other"))

        assert dict(joined.suppressed) == {"ana@example.com": None}
        assert status_of(readers, "ana@example.com") is ENDED
        person = readers.find_subscriber("ana@example.com")
        assert person is not None and person.first_name == "Ana"

    def test_a_suppressed_address_is_not_added(self, readers: Readers, membership: Membership) -> None:
        """The do-not-mail list holds for people we have never met, in any spelling."""
        membership.suppress("ANA@Example.com", SuppressionReason.COMPLAINT)

        joined = join(membership, ana(), ReaderRow(email="bo@example.com"))

        assert dict(joined.suppressed) == {"ana@example.com": SuppressionReason.COMPLAINT}
        assert list(joined.added) == ["bo@example.com"]
        assert readers.find_subscriber("ana@example.com") is None
        assert readers.find_suppression("ana@example.com") is SuppressionReason.COMPLAINT

    def test_a_row_may_end_a_subscription(self, readers: Readers, membership: Membership) -> None:
        """A file that says `ended` takes the person off, and keeps one we never had as somebody who left."""
        join(membership, ana())

        joined = join(membership, ana(status=ENDED), ReaderRow(email="bo@example.com", status=ENDED))

        assert dict(joined.suppressed) == {"ana@example.com": None, "bo@example.com": None}
        assert status_of(readers, "ana@example.com") is ENDED
        assert status_of(readers, "bo@example.com") is ENDED
        assert readers.count_active("weekly") == 0

    def test_a_rows_own_status_consent_and_time_are_kept(self, readers: Readers, membership: Membership) -> None:
        """What an export wrote comes back as it was."""
        since = datetime(2021, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)
        join(membership, ana(status=PENDING, consent="in 2021", since_at=since))

        person = readers.find_subscriber("ana@example.com")
        assert person is not None
        subscription = person.subscriptions[0]
        assert (subscription.status, subscription.consent, subscription.since_at) == (PENDING, "in 2021", since)

    def test_a_dry_run_answers_the_same_and_writes_nothing(self, readers: Readers, membership: Membership) -> None:
        """Not even the list is made."""
        membership.suppress("no@example.com", SuppressionReason.MANUAL)
        rows = [ana(), ReaderRow(email="bo@example.com"), ReaderRow(email="no@example.com")]

        dry = membership.join("weekly", rows, status=ACTIVE, consent=None, dry_run=True)

        assert readers.find_list("weekly") is None
        assert readers.find_subscriber("ana@example.com") is None
        assert membership.join("weekly", rows, status=ACTIVE, consent=None) == dry

    def test_tags_are_added_and_shown_with_the_list(self, readers: Readers, membership: Membership) -> None:
        """A new tag is an update, the same again is none; nobody else gets it."""
        join(membership, ana(tags=["b", "a"]), ReaderRow(email="bo@example.com"))

        assert list(join(membership, ana(tags=["a"])).unchanged) == ["ana@example.com"]
        assert list(join(membership, ana(tags=["c"])).updated) == ["ana@example.com"]
        assert [person.tags for person in readers.iterate("weekly")] == [("a", "b", "c"), ()]

    def test_a_dry_run_says_what_would_change(self, membership: Membership) -> None:
        """Value by value, for new people and known ones; who stays as they are is not named."""
        join(membership, ana(first_name="Ana", fields={"city": "Köln"}), status=PENDING)
        join(membership, ReaderRow(email="cy@example.com"))
        rows = [
            ana(last_name="Ng", fields={"city": "Bonn"}, tags=["x"]),
            ReaderRow(email="bo@example.com", first_name="Bo"),
            ReaderRow(email="cy@example.com"),
        ]

        found = membership.join("weekly", rows, status=ACTIVE, consent=None, dry_run=True).changes

        assert [(one.email, one.is_new) for one in found] == [("Ana@example.com", False), ("bo@example.com", True)]
        assert list(found[0].values) == [
            ("last name", "", "Ng"),
            ("city", "Köln", "Bonn"),
            ("status", "pending", "active"),
            ("tag", "", "x"),
        ]
        assert list(found[1].values) == [("first name", "", "Bo"), ("status", "", "active")]
        assert not membership.join("weekly", rows, status=ACTIVE, consent=None).changes

    def test_who_is_never_mailed_and_on_no_list_is_known_too(self, readers: Readers, membership: Membership) -> None:
        """With reason and time; who is on the list is found there."""
        join(membership, ana())
        for number in range(3):
            membership.suppress(f"no{number}@example.com", SuppressionReason.MANUAL)
        membership.suppress("ana@example.com", SuppressionReason.HARD_BOUNCE)

        found = list(readers.iterate_suppressed("weekly"))
        assert [key for key, _, _ in found] == ["no0@example.com", "no1@example.com", "no2@example.com"]
        assert {reason for _, reason, _ in found} == {SuppressionReason.MANUAL}
        assert all(abs(since - datetime.now(UTC)) < timedelta(minutes=5) for _, _, since in found)
        assert "ana@example.com" in [key for key, _, _ in readers.iterate_suppressed("nowhere")]

    def test_addresses_and_people_are_found_by_number(self, readers: Readers, membership: Membership) -> None:
        """With all their lists; who is on two is counted."""
        join(membership, ana(), ReaderRow(email="bo@example.com"))
        join(membership, ana(), name="other")

        numbers = [number for number, _ in readers.iterate_addresses()]
        found = readers.find_subscribers(numbers)
        assert [person.email for person in found] == ["Ana@example.com", "bo@example.com"]
        assert [each.list_name for each in found[0].subscriptions] == ["other", "weekly"]
        assert readers.count_on_several() == 1
        membership.leave("ana@example.com", list_name="other")
        assert readers.count_on_several() == 0

    def test_of_one_address_in_a_batch_the_first_row_counts(self, readers: Readers, membership: Membership) -> None:
        """Case does not make another person."""
        joined = join(membership, ana(first_name="One"), ReaderRow(email="ANA@example.com", first_name="Two"))

        person = readers.find_subscriber("ana@example.com")
        assert list(joined.added) == ["ana@example.com"]
        assert person is not None and person.first_name == "One"

    def test_a_domain_and_its_ascii_form_are_one_address(self, readers: Readers, membership: Membership) -> None:
        """münchen.example is xn--mnchen-3ya.example."""
        join(membership, ReaderRow(email="gus@München.example"))

        assert list(join(membership, ReaderRow(email="gus@XN--MNCHEN-3YA.example")).unchanged)
        assert readers.find_subscriber("GUS@münchen.example") is not None

    def test_leaving_ends_one_list_or_all_and_says_how_many(self, readers: Readers, membership: Membership) -> None:
        """A second time there is nothing left to end."""
        for name in ("a", "b", "c"):
            join(membership, ana(), name=name)

        assert membership.leave("ana@example.com", list_name="a") == 1
        assert membership.leave("ana@example.com", list_name="a") == 0
        assert membership.leave("ana@example.com", list_name="nowhere") == 0
        assert membership.leave("ANA@example.com", list_name=None) == 2
        assert membership.leave("nobody@example.com", list_name=None) == 0
        assert [row.ended for row in readers.list_lists()] == [1, 1, 1]

    def test_of_two_reasons_the_stronger_is_kept_in_either_order(
        self, readers: Readers, membership: Membership
    ) -> None:
        """A complaint is not forgotten because the address bounced later."""
        complaint, bounce = SuppressionReason.COMPLAINT, SuppressionReason.HARD_BOUNCE
        membership.suppress_many(
            [("a@example.com", complaint), ("b@example.com", bounce), ("B@example.com", complaint)]
        )
        membership.suppress("a@example.com", bounce)
        membership.suppress_many([])

        assert readers.find_suppression("a@example.com") is complaint
        assert readers.find_suppression("b@example.com") is complaint

    def test_a_list_counts_each_person_once(self, readers: Readers, membership: Membership) -> None:
        """The four counts add up to everyone; who would be mailed is the second."""
        rows = [ReaderRow(email=f"r{number}@example.com") for number in range(10)]
        membership.join("weekly", rows[:3], status=PENDING, consent=None)
        membership.join("weekly", rows[3:], status=ACTIVE, consent="form")
        membership.leave("r9@example.com", list_name=None)
        membership.leave("r8@example.com", list_name=None)
        for number in (0, 3, 9):
            membership.suppress(f"r{number}@example.com", SuppressionReason.HARD_BOUNCE)
        membership.add_list("empty")

        empty, weekly = readers.list_lists()
        assert (empty.name, empty.pending, empty.active, empty.ended, empty.suppressed) == ("empty", 0, 0, 0, 0)
        assert (weekly.pending, weekly.active, weekly.ended, weekly.suppressed) == (2, 4, 2, 2)
        assert readers.count_active("weekly") == 4

    def test_everyone_on_a_list_is_read_once_over_many_pages(self, readers: Readers, membership: Membership) -> None:
        """4,500 people are three pages; each comes with the subscription to this list alone."""
        rows = [ReaderRow(email=f"r{number}@example.com", fields={"n": str(number)}) for number in range(4_500)]
        join(membership, *rows)
        join(membership, *rows[:10], name="other", status=PENDING)

        people = list(readers.iterate("weekly"))

        assert sorted(int(person.fields["n"]) for person in people) == list(range(4_500))
        assert all(len(person.subscriptions) == 1 for person in people)
        assert all(person.subscriptions[0].list_name == "weekly" for person in people)
        assert [person.id for person in people] == sorted(person.id for person in people)
        assert list(readers.iterate("weekly", status=PENDING)) == []
        assert len(list(readers.iterate("other", status=PENDING))) == 10

    def test_an_unknown_list_is_missing_at_once(self, readers: Readers) -> None:
        """Before anybody iterates."""
        with pytest.raises(Missing, match="no list"):
            readers.iterate("nowhere")

    def test_a_list_is_made_once_and_needs_a_name(self, readers: Readers, membership: Membership) -> None:
        """Names go to screens and files: one printable line."""
        assert membership.add_list("weekly") == membership.add_list("weekly") == readers.find_list("weekly")
        for name in ("", "  ", " x", "a\nb", "x" * 101):
            with pytest.raises(Mistake, match="name of a list"):
                membership.add_list(name)
            with pytest.raises(Mistake, match="name of a list"):
                join(membership, ana(), name=name)

    def test_known_fields_are_those_that_anybody_has(self, readers: Readers, membership: Membership) -> None:
        """They name the merge tags that will be filled."""
        assert readers.known_fields() == []
        join(
            membership, ana(fields={"plan": "pro"}), ReaderRow(email="b@example.com", fields={"city": "x", "plan": "y"})
        )

        assert readers.known_fields() == ["city", "plan"]

    def test_hostile_text_is_only_text(self, readers: Readers, membership: Membership) -> None:
        """Quotes, percent signs, braces and other scripts come back as they went in."""
        nasty = "'; DROP TABLE subscriber; -- %s %(x)s {{ 7*7 }} :x \\u0041 日本 🎉"
        join(membership, ana(first_name=nasty, fields={"note": nasty}), name="o'x\"%s:y")

        person = readers.find_subscriber("ana@example.com")
        assert person is not None
        assert (person.first_name, person.fields["note"], person.subscriptions[0].list_name) == (
            nasty,
            nasty,
            "o'x\"%s:y",
        )
        assert readers.find_subscriber("ana@example.com' OR '1'='1") is None
