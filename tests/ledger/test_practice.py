"""What was practised is an account of its own: it blocks no real sending, and nobody gets anything twice in either."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from newsletter.archive.archive_sql import Archive
from newsletter.db.engine import reading, writing
from newsletter.feedback.alarms_sql import Alarms
from newsletter.ledger.account.account_sql import Accounts
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import delivery
from newsletter.readers.tables import mailing_list
from newsletter.report.copies_sql import Copies
from newsletter.report.reports_sql import Reports
from newsletter.schedule.schedule import open_schedule
from newsletter.wiring import SystemClock
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.outcome import Accepted
from newsletter.words.slot import SlotStatus, Ways
from newsletter.words.times.cadence_text import parse_cadence
from tests.ledger.test_ledger import claim, planned, taken
from tests.world import add_readers, an_edition

NOW = datetime(2026, 12, 3, 8, tzinfo=UTC)


def practised(engine: Engine, n_readers: int = 20) -> Ledger:
    """Issue 1 practised to its end for so many readers, and the ledger it was practised in."""
    add_readers(engine, "weekly", range(n_readers))
    ledger = open_ledger(engine, practice=True)
    of = planned(ledger)
    while one := claim(ledger, of):
        ledger.attempts.record(one.attempt_id, [(None, Accepted())])
    assert ledger.control.finish_if_done(of.id)
    return ledger


def test_who_practised_an_issue_can_send_it_in_earnest(engine: Engine) -> None:
    """Everyone is planned again for the real sending, and in each account nobody is planned twice."""
    practice, real = practised(engine), open_ledger(engine)

    first, second = planned(real), planned(real)
    again, _ = plan(practice, SystemClock(), an_edition(), list_name="weekly", parcel_size=5)

    assert (20, 0) == (first.planned, first.already_had_it)
    assert first.id == second.id, "the unfinished one is resumed, not planned beside"
    assert (20, True, MailingStatus.FINISHED) == (again.already_had_it, again.is_practice, again.status)


def test_the_database_refuses_a_second_delivery_in_both_accounts(engine: Engine) -> None:
    """One line of the schema keeps the promise for practice and for real mail alike."""
    practised(engine, 1)
    planned(open_ledger(engine))
    with reading(engine) as connection:
        rows = connection.execute(select(delivery)).all()

    assert {True, False} == {row.is_practice for row in rows} and 2 == len(rows)
    for row in rows:
        values = {name: getattr(row, name) for name in ("issue", "subscriber_id", "is_practice", "parcel_id")}
        with pytest.raises(IntegrityError), writing(engine) as connection:
            connection.execute(insert(delivery).values(**values, handover="pending"))


def test_neither_account_takes_what_the_other_planned(engine: Engine) -> None:
    """A half-done practice waits for the outbox, whatever is set meanwhile; nothing real is written to files instead."""
    add_readers(engine, "weekly", range(10))
    practice, real = open_ledger(engine, practice=True), open_ledger(engine)
    rehearsed = planned(practice)

    assert real.mailings.find_unfinished(1, "weekly") is None
    assert claim(real, rehearsed) is None
    meant = planned(real)
    assert claim(practice, meant) is None
    assert [meant.id] == [one.id for one in real.mailings.list_in([MailingStatus.SENDING])]
    assert [rehearsed.id] == [one.id for one in practice.mailings.list_in([MailingStatus.SENDING])]
    assert 1 == real.control.cancel(1)
    assert practice.mailings.get(rehearsed.id).status is MailingStatus.SENDING
    assert claim(practice, rehearsed) is not None


def test_a_look_into_the_outbox_says_nothing_about_real_tries(engine: Engine) -> None:
    """The outbox knows its own files only: asked about a real try it would call everyone absent, and mail them twice."""
    add_readers(engine, "weekly", range(10))
    practice, real = open_ledger(engine, practice=True), open_ledger(engine)
    taken(real, planned(real), seconds=-1)
    real.attempts.sweep()

    assert [] == practice.doubts.list_attempts(1)
    assert 1 == len(real.doubts.list_attempts(1))


def test_the_account_is_that_of_real_readers_unless_one_practises(engine: Engine) -> None:
    """Three files never pass for three readers; while practising the practice is shown, and what really went before."""
    practised(engine, 10)
    practice, real = Accounts(engine, practice=True), Accounts(engine)
    reports, copies = Reports(engine), Copies(engine)

    assert real.find(1) is None and [] == real.list_issues_sent()
    assert reports.find_figures(1, ["sendgrid"]) is None and [] == list(copies.iterate_proof(1))
    assert [] == copies.find_copies("reader1@example.com", 1)
    shown = practice.find(1)
    assert shown is not None and shown.is_practice and 10 == shown.handover[HandOver.ACCEPTED]

    planned(open_ledger(engine))
    meant = real.find(1)
    assert meant is not None and not meant.is_practice
    assert (10, 10) == (meant.planned, meant.handover[HandOver.PENDING])
    assert 10 == len(list(copies.iterate_proof(1)))
    assert ["pending"] == [one.handover for one in copies.find_copies("reader1@example.com", 1)]
    both = Copies(engine, practice=True).find_copies("reader1@example.com", 1)
    assert [False, True] == [one.is_practice for one in both]
    planned(open_ledger(engine), issue=2)
    other = practice.find(2)
    assert other is not None and not other.is_practice


def test_what_came_back_is_weighed_against_real_mail_only(engine: Engine) -> None:
    """Ten practised copies must not halve the share of the real ones that bounced."""
    practised(engine, 10)
    real = open_ledger(engine)
    of = planned(real)
    real.attempts.record(taken(real, of).attempt_id, [(None, Accepted())])

    assert 10 == Alarms(engine).get_health(1, ["test"]).handed_over
    assert 10 == Alarms(engine).get_health(1, ["test"], practice=True).handed_over


def test_the_public_archive_shows_no_practice(engine: Engine) -> None:
    """An issue is public when it went to real readers; who practises sees it, to look at it."""
    practised(engine)
    with writing(engine) as connection:
        connection.execute(mailing_list.update().values(is_open=True))

    assert Archive(engine).find_issue(1) is None
    assert Archive(engine, practice=True).find_issue(1) is not None


def test_a_slot_that_was_practised_leaves_its_issue_free(engine: Engine) -> None:
    """What went in a slot for practice is not there for real mail: the same issue can take the next slot."""
    add_readers(engine, "weekly", range(1))
    practice, real = open_schedule(engine, practice=True), open_schedule(engine)
    rule = parse_cadence("every thursday 09:00 Europe/Berlin")
    plan = practice.timetables.save("weekly", rule, Ways(), now=NOW - timedelta(days=3))
    times = [rule.after(NOW - timedelta(days=1))]
    first, second = next(times[0]), next(times[0])
    practice.slots.add(plan.id, [first, second])
    one, two = practice.slots.of(plan.id)
    assert practice.slots.move(one, SlotStatus.FROZEN, issue=1)
    assert practice.slots.move(practice.slots.get(one.id), SlotStatus.GOING, began_at=NOW)

    assert [two.id] == [slot.id for slot in real.slots.of(plan.id)]
    assert [two.id] == [slot.id for slot in real.slots.find_open(plan.id, until=NOW + timedelta(days=30))]
    assert real.slots.last_went_at("weekly", but=two, now=NOW) is None
    assert practice.slots.last_went_at("weekly", but=two, now=NOW) == NOW
    assert real.slots.move(two, SlotStatus.FROZEN, issue=1)
    assert not practice.slots.move(practice.slots.get(two.id), SlotStatus.FROZEN, issue=1)
