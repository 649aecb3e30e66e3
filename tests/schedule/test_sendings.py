"""When a sending is over, when it has missed its time, and which mail the owner gets about it, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.schedule.sendings import News, is_over, may_tell_result, missed_by, news_of
from newsletter.words.ledger import HandOver, MailingStatus

AT = datetime(2026, 12, 3, 8, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOBODY = dict.fromkeys(HandOver, 0)
SCHEDULED, SENDING, PAUSED = MailingStatus.SCHEDULED, MailingStatus.SENDING, MailingStatus.PAUSED
CANCELLED, FINISHED = MailingStatus.CANCELLED, MailingStatus.FINISHED


@pytest.mark.parametrize(
    ("status", "left", "over"),
    [
        (FINISHED, {}, True),
        (CANCELLED, {}, True),
        (CANCELLED, {HandOver.UNCERTAIN: 1}, True),
        (CANCELLED, {HandOver.SENDING: 1}, False),
        (SENDING, {}, False),
        (SENDING, {HandOver.UNCERTAIN: 1}, True),
        (SENDING, {HandOver.UNCERTAIN: 1, HandOver.PENDING: 1}, False),
        (SENDING, {HandOver.UNCERTAIN: 1, HandOver.SENDING: 1}, False),
    ],
)
def test_when_a_sending_is_over(status: MailingStatus, left: dict[HandOver, int], over: bool) -> None:
    """Nothing more of it is handed over by itself; doubt alone keeps it open in the ledger only."""
    assert over is is_over(status, NOBODY | left)


@pytest.mark.parametrize(
    ("status", "after", "missed"),
    [
        (SCHEDULED, 4 * HOUR, 4 * HOUR),
        (SCHEDULED, MINUTE, MINUTE),
        (SCHEDULED, timedelta(0), None),
        (SCHEDULED, -HOUR, None),
        (SENDING, HOUR, None),
        (PAUSED, HOUR, None),
    ],
)
def test_what_has_missed_its_time(status: MailingStatus, after: timedelta, missed: timedelta | None) -> None:
    """Only what still waits for it."""
    assert missed == missed_by(status, AT, AT + after)


@pytest.mark.parametrize(
    ("status", "after", "was_told", "news"),
    [
        (PAUSED, HOUR, False, News.STOPPED),
        (PAUSED, HOUR, True, News.STOPPED),
        (PAUSED, 4 * HOUR, False, News.RESULT),
        (FINISHED, HOUR, False, News.RESULT),
        (FINISHED, HOUR, True, None),
        (SENDING, HOUR, False, News.RESULT),
        (CANCELLED, HOUR, False, None),
    ],
)
def test_which_mail_the_owner_gets(status: MailingStatus, after: timedelta, was_told: bool, news: News | None) -> None:
    """That it stands still, or what came of it once it is over; who cancels it needs no mail."""
    assert news is news_of(status, AT, AT + after, was_told_result=was_told)


def test_readers_in_doubt_are_given_ten_minutes_before_the_result() -> None:
    """A result with many unknown in it would only worry."""
    doubt = NOBODY | {HandOver.UNCERTAIN: 1}

    assert may_tell_result(NOBODY, AT, AT)
    assert not may_tell_result(doubt, AT, AT + 9 * MINUTE)
    assert may_tell_result(doubt, AT, AT + 10 * MINUTE)
