"""Who may be mailed: one rule and one order of reasons, wherever it is asked, and nowhere a copy of it."""

from __future__ import annotations

import ast
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update

import newsletter
from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.ledger.account.forecast_sql import Forecasts
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import delivery
from newsletter.readers.among import Among
from newsletter.readers.growth_sql import Growth
from newsletter.readers.id_range_sql import IdRange
from newsletter.readers.mailable_sql import mailable, planned, why_not
from newsletter.readers.readers_sql import Readers
from newsletter.readers.roster_sql import Roster
from newsletter.readers.tables import mailing_list, rest, subscriber, subscription, suppression
from newsletter.wiring import SystemClock
from newsletter.words.ledger import HandOver
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.ledger.parts import Carrier, a_drain
from tests.world import add_readers, an_edition

HOUSE = Path(newsletter.__file__).parent
# What asks about the do-not-mail list and writes `ACTIVE`, and mails nobody.
PUTS_ON_LISTS = ("departures_sql._take_back", "profiles_sql.join_open")


def _rest(engine: Engine, number: int, seconds: float) -> None:
    with writing(engine) as connection:
        connection.execute(insert(rest).values(subscriber_id=number, until_at=database_now(seconds)))


@pytest.fixture
def barred(engine: Engine, tmp_path: Path) -> tuple[dict[str, str | None], Engine]:
    """Readers who were planned, and what befell each before their batch was taken: every set of reasons there is."""
    kinds = ("erased", "suppressed", "unsubscribed", "resting")
    befell = {f"reader{n}@example.com": [kind for bit, kind in enumerate(kinds) if n >> bit & 1] for n in range(16)}
    ids = dict(zip(befell, add_readers(engine, "weekly", range(16)), strict=True))
    ledger, membership = open_ledger(engine), Membership(engine)
    plan(ledger, SystemClock(), an_edition(), list_name="weekly", parcel_size=16)
    for email, reasons in befell.items():
        if "suppressed" in reasons:
            membership.suppress(email, SuppressionReason.MANUAL)
        if "unsubscribed" in reasons:
            membership.leave(email, list_name="weekly")
        if "resting" in reasons:
            _rest(engine, ids[email], 3_600)
        if "erased" in reasons:
            with writing(engine) as connection:
                connection.execute(delete(subscription).where(subscription.c.subscriber_id == ids[email]))
                connection.execute(delete(subscriber).where(subscriber.c.id == ids[email]))
    first = {email: reasons[0] if reasons else None for email, reasons in befell.items()}
    return {str(ids[email]): why for email, why in first.items()}, engine


def test_the_first_reason_counts_whoever_asks(barred: tuple[dict[str, str | None], Engine], tmp_path: Path) -> None:
    """Of every set of reasons the claim writes down the first, as the rule names it; who has none is handed over."""
    wanted, engine = barred
    with reading(engine) as connection:
        weekly = select(mailing_list.c.id).where(mailing_list.c.name == "weekly").scalar_subquery()
        rows = connection.execute(select(delivery.c.subscriber_id, why_not().label("why")).select_from(planned(weekly)))
        assert wanted == {str(row.subscriber_id): row.why for row in rows}
    [mailing] = [one for one in [open_ledger(engine).mailings.find_unfinished(1, "weekly")] if one]
    assert 1 == Forecasts(engine).count_waiting(mailing.id)

    carrier = Carrier()
    a_drain(engine, tmp_path, carrier).once()

    with reading(engine) as connection:
        done = connection.execute(select(delivery.c.subscriber_id, delivery.c.handover, delivery.c.reason)).all()
    assert wanted == {str(row.subscriber_id): row.reason for row in done}
    assert ["reader0@example.com"] == [address for call in carrier.handed for address in call]
    assert 1 == sum(row.handover == HandOver.ACCEPTED for row in done)


def test_a_range_of_readers_is_asked_by_the_same_rule(barred: tuple[dict[str, str | None], Engine]) -> None:
    """It is spelled in another way, so that a slice of a plan reads no more than its own readers."""
    wanted, engine = barred
    ids = sorted(map(int, wanted))
    with reading(engine) as connection:
        weekly = connection.execute(select(mailing_list.c.id).where(mailing_list.c.name == "weekly")).scalar_one()

        def found(readers: IdRange | None) -> list[int]:
            people = mailable(subscription.c.subscriber_id, lists=[weekly], readers=readers)
            return list(connection.scalars(people))

        assert [int(one) for one, why in wanted.items() if why is None] == found(None)
        assert found(None) == [one for above in ids for one in found(IdRange(above - 1, above))]
        assert found(IdRange(ids[0], ids[-1])) == [one for one in found(None) if one > ids[0]]


def test_a_break_that_is_over_by_then_keeps_nobody_out(engine: Engine, tmp_path: Path) -> None:
    """Of a sending for later; whoever still rests at its time is not planned, and was not promised."""
    ids = add_readers(engine, "weekly", range(3))
    starts_at = SystemClock().now() + timedelta(seconds=1.2)
    _rest(engine, ids[0], 0.6)
    _rest(engine, ids[1], 60)
    ledger, forecasts, carrier = open_ledger(engine), Forecasts(engine), Carrier()

    assert (1, 2) == tuple(forecasts.make(1, "weekly", at=at).goes for at in (None, starts_at))
    assert (1, 2) == tuple(Readers(engine).count_active("weekly", at=at) for at in (None, starts_at))
    mailing, _ = plan(ledger, SystemClock(), an_edition(), list_name="weekly", parcel_size=9, start_at=starts_at)
    assert 2 == mailing.planned
    time.sleep(1.3)
    a_drain(engine, tmp_path, carrier).once()

    assert ["reader0@example.com", "reader2@example.com"] == sorted(one for call in carrier.handed for one in call)


def test_who_takes_a_break_is_found_among_those(engine: Engine) -> None:
    """Not among those who get it, nor among those who have not confirmed; whoever must not be mailed is neither."""
    ids = add_readers(engine, "weekly", range(4))
    add_readers(engine, "weekly", [4], status="pending")
    for number in ids[:3]:
        _rest(engine, number, 3_600 if number != ids[2] else -5)
    Membership(engine).suppress("reader1@example.com", SuppressionReason.COMPLAINT)
    roster = Roster(engine)

    def found(**among: object) -> list[str]:
        looked = (
            roster.newest(Among(list_name="weekly", **among), limit=9),
            roster.by_address("r", Among(**among), limit=9),
        )  # type: ignore[arg-type]
        names = [sorted(one.email.removesuffix("@example.com") for one in each.people) for each in looked]
        assert names[0] == names[1]
        return names[0]

    active, pending = SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING
    assert ["reader2", "reader3"] == found(status=active)
    assert ["reader0"] == found(status=active, is_resting=True)
    assert ["reader4"] == found(status=pending)
    [row] = Readers(engine).list_lists()
    assert (2, 1, 1, 1) == (row.active, row.resting, row.pending, row.suppressed)


def test_the_line_of_readers_ends_with_those_who_would_be_mailed(engine: Engine) -> None:
    """Who must not be mailed counts until that came to be; who takes a break does not count."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    ids = add_readers(engine, "weekly", range(5))
    Membership(engine).suppress("reader1@example.com", SuppressionReason.HARD_BOUNCE)
    Membership(engine).suppress("reader2@example.com", SuppressionReason.MANUAL)
    _rest(engine, ids[3], 3_600)
    with writing(engine) as connection:
        connection.execute(update(subscription).values(since_at=now - timedelta(weeks=30)))
        late = suppression.c.email_key == "reader1@example.com"
        connection.execute(update(suppression).values(since_at=now - timedelta(weeks=40)))
        connection.execute(update(suppression).where(late).values(since_at=now - timedelta(days=10)))

    assert [3, 3, 3, 2, 2] == Growth(engine).by_week("weekly", now=now, weeks=4)


def _names(tree: ast.AST) -> set[str]:
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return loaded | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_nowhere_else_is_a_copy_of_the_rule() -> None:
    """Breaks are asked about in one file; the do-not-mail list and `ACTIVE` stand beside each other only where people
    are put on lists, never where they are counted or picked to be mailed."""
    of_breaks = {
        "mailable_sql.py",
        "breaks_sql.py",
        "status_counts_sql.py",
        "profiles_sql.py",
        "forget_sql.py",
        "tables.py",
        "people_sql.py",
    }
    not_for_mail = set(PUTS_ON_LISTS)
    for path in sorted(HOUSE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        assert "rest" not in imported or path.name in of_breaks, path
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            if path.name != "mailable_sql.py" and {"suppression", "ACTIVE"} <= _names(function):
                assert f"{path.stem}.{function.name}" in not_for_mail
                not_for_mail.remove(f"{path.stem}.{function.name}")
    assert not not_for_mail, "these do not do so any more"
