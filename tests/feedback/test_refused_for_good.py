"""A mail server that says at once that there is no such mailbox: heard as a bounce when that is final, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from newsletter.db.engine import reading
from newsletter.feedback.feedback import Listening
from newsletter.feedback.wrong_bounces import Which
from newsletter.feedback.wrong_bounces_sql import WrongBounces
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import delivery
from newsletter.providers.registry import KINDS
from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.wiring import SystemClock
from newsletter.words.ledger import Fate, HandOver, MailingStatus
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.feedback.sent import Post, a_feedback
from tests.ledger.parts import a_drain, send
from tests.world import add_readers, an_edition

READERS = [f"reader{number}@example.com" for number in range(4)]
GONE = {"at": "rcpt", "say": "550 5.1.1 <reader@example.com>: User unknown in virtual mailbox table", "takes": False}
FULL = {"at": "rcpt", "say": "552 5.2.2 Over quota", "takes": False}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with smtp_server(tmp_path / "server") as running:
        yield running


@pytest.fixture
def smtp(server: SmtpServer) -> Iterator[SmtpProvider]:
    provider = SmtpProvider(server.url(), clock=SystemClock(), deadline=timedelta(seconds=5))
    yield provider
    provider.close()


def put_off(post: Post) -> list[str | None]:
    """Why each reader is not mailed again, after a thorough look."""
    feedback, is_for_good = a_feedback(post), KINDS["smtp"].for_good()
    assert is_for_good
    Listening(feedback, None, lambda: feedback.follow_refusals("smtp", is_for_good)).beat()
    return [post.readers.find_suppression(one) for one in READERS]


def test_no_such_mailbox_is_for_good_and_a_full_one_is_not(
    engine: Engine, tmp_path: Path, server: SmtpServer, smtp: SmtpProvider
) -> None:
    """Nobody has the mail by that, the owner can take it back, and the next look does not do it again."""
    add_readers(engine, "weekly", range(4))
    post = Post(engine)
    server.plan(GONE, FULL, "accept", "accept")
    assert MailingStatus.FINISHED is send(a_drain(engine, tmp_path, smtp), size=50).status

    assert ["hard_bounce", None, None, None] == put_off(post)
    with reading(engine) as connection:
        (state,) = connection.execute(select(delivery.c.handover, delivery.c.fate).where(delivery.c.id == 1))
    assert (HandOver.REFUSED, Fate.NONE) == tuple(state)
    undone = WrongBounces(engine, post.membership).undo(Which(issue=1))
    assert undone is not None
    assert 1 == undone.n_addresses
    assert [None] * 4 == put_off(post)


def test_a_refusal_that_nobody_was_taken_after_waits(
    engine: Engine, tmp_path: Path, server: SmtpServer, smtp: SmtpProvider
) -> None:
    """The server may have turned against everybody; the next issue, of which it takes one, shows that it meant the reader."""
    add_readers(engine, "weekly", range(4))
    post, drain = Post(engine), a_drain(engine, tmp_path, smtp)
    server.plan("accept", "accept", "accept", GONE)
    assert MailingStatus.FINISHED is send(drain, size=50).status
    assert [None] * 4 == put_off(post)

    server.plan("accept", "accept", "accept", "accept")
    mailing, _ = plan(drain.ledger, SystemClock(), an_edition(2), list_name="weekly", parcel_size=50)
    drain.until_done(mailing, lambda *_: None)
    assert [None, None, None, "hard_bounce"] == put_off(post)


def test_a_no_to_everybody_puts_nobody_off(
    engine: Engine, tmp_path: Path, server: SmtpServer, smtp: SmtpProvider
) -> None:
    """It pauses, and all wait again."""
    add_readers(engine, "weekly", range(4))
    post = Post(engine)
    server.plan(then=GONE)
    assert MailingStatus.PAUSED is send(a_drain(engine, tmp_path, smtp), size=50).status

    assert [None] * 4 == put_off(post)
