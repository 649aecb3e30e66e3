"""A mail server that says no to everybody, in whatever words: nobody is refused for good, and everybody gets it in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from newsletter.db.engine import reading
from newsletter.ledger.ledger import open_ledger
from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.readers.tables import suppression
from newsletter.wiring import SystemClock
from newsletter.words.ledger import MailingStatus
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.ledger.parts import a_drain, send, states
from tests.world import add_readers

WORDINGS = [
    ("rcpt", "550 no such user here"),
    ("rcpt", "550 5.1.1 unknown user"),
    ("rcpt", "550 5.2.1 mailbox disabled"),
    ("rcpt", "552 5.2.2 hourly limit of messages reached"),
    ("rcpt", "552 over quota"),
    ("rcpt", "553 5.1.2 domain unknown"),
    ("rcpt", "550 5.7.1 your address is on a block list"),
    ("rcpt", "554 transaction failed"),
    ("data", "554 5.5.0 no"),
    ("end", "550 5.7.26 not authenticated"),
]
N_READERS = 110


@pytest.fixture(scope="module")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with smtp_server(Path(tmp_path_factory.mktemp("smtp"))) as server:
        yield server


@pytest.fixture
def server(running_server: SmtpServer) -> SmtpServer:
    running_server.forget()
    return running_server


@pytest.fixture
def smtp(server: SmtpServer) -> Iterator[SmtpProvider]:
    provider = SmtpProvider(server.url(), clock=SystemClock(), deadline=timedelta(seconds=5))
    yield provider
    provider.close()


# Each wording once in every run, from the first mail and from the sixtieth in turn; all the other turns among the faults.
_ALL = [(kind, *words, first) for words in WORDINGS for kind in ("sqlite", "postgresql") for first in (1, 60)]
_ALWAYS = {(("sqlite", "postgresql")[n % 5 == 4], *words, (1, 60)[n % 2]) for n, words in enumerate(WORDINGS)}


@pytest.mark.parametrize(
    ("database_url", "stage", "answer", "first_no"),
    [pytest.param(*turn, marks=() if turn in _ALWAYS else pytest.mark.faults) for turn in _ALL],
    indirect=["database_url"],
)
def test_whatever_the_words_it_pauses_and_nobody_is_refused(
    engine: Engine, tmp_path: Path, server: SmtpServer, smtp: SmtpProvider, stage: str, answer: str, first_no: int
) -> None:
    """At most 25 hear the no; all of them wait again, and when the server is mended everybody gets it once."""
    add_readers(engine, "weekly", range(N_READERS))
    no = {"at": stage, "say": answer, "takes": False}
    server.plan(*["accept"] * (first_no - 1), then=no)
    took, heard = len(server.accepted()), len(server.heard())
    drain = a_drain(engine, tmp_path, smtp)

    mailing = send(drain, size=50)

    asked = sum(line["words"].startswith("RCPT") for line in server.heard()[heard:])
    assert mailing.status is MailingStatus.PAUSED
    assert answer in (mailing.pause_reason or "")
    assert asked - (first_no - 1) <= 25
    assert states(engine) == {"pending": N_READERS - first_no + 1} | ({"accepted": 59} if first_no > 1 else {})
    with reading(engine) as connection:
        assert not connection.scalar(select(func.count()).select_from(suppression))

    server.plan()
    open_ledger(engine).control.resume(1)
    assert send(drain, size=50).status is MailingStatus.FINISHED
    assert states(engine) == {"accepted": N_READERS}
    copies = Counter(line["email"] for line in server.accepted()[took:])
    assert set(copies.values()) == {1}
    assert len(copies) == N_READERS
