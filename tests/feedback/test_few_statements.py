"""How many statements a transaction of events takes: small posts cost as much as their transaction does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event

from newsletter.db.engine import is_sqlite
from newsletter.feedback.feedback import Feedback
from newsletter.providers.sendgrid.events import SendGridEvents
from newsletter.wiring import SystemClock
from newsletter.words.outcome import Uncertain
from tests.fakes.sendgrid_events import Telling
from tests.fakes.signing import Signer
from tests.feedback.sent import Post, a_feedback, parsed
from tests.world import add_readers


@pytest.fixture
def post(engine: Engine) -> Post:
    """Twenty readers on a list, on each kind of database."""
    add_readers(engine, "weekly", range(20))
    return Post(engine)


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """Every statement that is carried out meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_good_news_take_few_statements(post: Post) -> None:
    """Whose mail it is, keep, lock, write down; and nobody reads the lists of all whom the attempts carried."""
    events = parsed(post.send(), Telling())
    with statements_of(post.engine) as statements:
        post.hear_events(events)
    # SQLite begins with a statement, and locks nothing but the database.
    assert (6 if is_sqlite(post.engine) else 7) >= len(statements), statements
    assert not [one for one in statements if "attempt.carried" in one]


def test_a_call_in_doubt_is_looked_up_in_its_list(post: Post) -> None:
    """There no row says whom it carried; and a delivery of another attempt is none of its own."""
    mailing = post.plan()
    first, second = post.claim(mailing), post.claim(mailing)
    assert first and second
    post.ledger.attempts.record(first.attempt_id, [(None, Uncertain("the line broke"))])
    strayed = [{**post.taken(second)[0], "attempt": first.token}]
    with statements_of(post.engine) as statements:
        heard = post.hear_events(parsed([*post.taken(first)[:3], *strayed], Telling()))
    assert [one for one in statements if "attempt.carried" in one]
    assert (8, 2) == (heard.new, heard.unknown)


def test_bad_news_in_a_row_are_looked_at_once(post: Post) -> None:
    """Ten messages within a second, one bounce in each: the issue is counted once, and once more a second later."""
    seconds = [50.0]
    feedback = _at(post, lambda: seconds[0])
    source = SendGridEvents(Signer().public, SystemClock())
    taken = post.send()
    messages = [parsed([one], Telling(courses={"bounce": 1.0})) for one in taken]
    with statements_of(post.engine) as statements:
        for message in messages[:10]:
            feedback.keep(source, message)
        assert 1 == len([one for one in statements if "DISTINCT mailing.issue" in one])
        seconds[0] += 1.0
        feedback.keep(source, messages[10])
        assert 2 == len([one for one in statements if "DISTINCT mailing.issue" in one])


class _Clock(SystemClock):
    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return self._monotonic()


def _at(post: Post, monotonic: Callable[[], float]) -> Feedback:
    feedback = a_feedback(post)
    return Feedback(
        log=feedback.log,
        alarms=feedback.alarms,
        clock=_Clock(monotonic),
        telling=feedback.telling,
        newsletter=feedback.newsletter,
        owners=feedback.owners,
    )
