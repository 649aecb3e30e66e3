"""A send that was killed with -9, and what the provider tells: nobody whose call arrived stays in doubt."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.config import read_config
from newsletter.db.engine import reading
from newsletter.ledger.tables import delivery
from newsletter.readers.tables import subscriber
from newsletter.web.webhooks import webhook_routes
from newsletter.wiring import Parts
from newsletter.words.ledger import HandOver
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.fakes.signing import Signer
from tests.feedback.serving import serving
from tests.running import a_folder, run, start
from tests.world import add_readers

N_READERS = 300
_A_BATCH = 20
SIGNER = Signer()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SendGridServer]:
    """A stand-in for SendGrid."""
    with sendgrid_server(tmp_path / "sendgrid") as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, server: SendGridServer) -> dict[str, str]:
    """SendGrid as the provider, small batches, on each kind of database."""
    more = {}
    if request.param == "postgresql":
        more["NEWSLETTER_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return {
        "NEWSLETTER_PROVIDER": "sendgrid",
        "SENDGRID_API_KEY": "SG.made-up-key-for-tests",
        "NEWSLETTER_SENDGRID_URL": server.url,
        "NEWSLETTER_SENDGRID_WEBHOOK_KEY": SIGNER.public,
        "NEWSLETTER_PARCEL_SIZE": str(_A_BATCH),
        **more,
    }


@pytest.fixture
def parts(tmp_path: Path, settings: dict[str, str]) -> Iterator[Parts]:
    """A newsletter with readers on `weekly`."""
    directory = a_folder(tmp_path / "weekly")
    opened = Parts(directory=directory, config=read_config(directory, settings))
    add_readers(opened.engine, "weekly", range(N_READERS))
    yield opened
    opened.engine.dispose()


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def status(parts: Parts) -> dict[str, int]:
    """How many readers stand where."""
    account = parts.ledger.accounts.find(1)
    assert account is not None
    return {"planned": account.planned, **{state.value: n for state, n in account.handover.items()}}


def in_doubt(parts: Parts) -> set[str]:
    """The addresses of readers of whom nobody knows."""
    with reading(parts.engine) as connection:
        return set(
            connection.scalars(
                select(subscriber.c.email)
                .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
                .where(delivery.c.handover.in_([HandOver.UNCERTAIN, HandOver.SENDING]))
            )
        )


@pytest.mark.parametrize("when", ["early", "late"])
def test_nobody_whose_call_arrived_stays_in_doubt(
    parts: Parts, settings: dict[str, str], server: SendGridServer, when: str
) -> None:
    """Killed in mid-send, calls reset after they were taken, events doubled, shuffled and a third of them lost."""
    folder = parts.directory
    with serving(webhook_routes(parts)) as address:
        server.tell(
            f"{address}/webhooks/sendgrid",
            SIGNER.pem,
            when=when,
            seconds=0.2,
            telling={"copies": 2, "shuffled": True, "lost": 0.3, "at_once": 40},
        )
        server.plan("accept", "accept-reset", "accept", "accept-close", then={"do": "accept", "seconds": 0.4})
        sender = start(folder, "send", "1", "--list", "weekly", "--yes", log=folder.parent / "log", **settings)
        try:
            wait_for(lambda: len(server.accepted()) >= N_READERS / 3)
        finally:
            sender.kill()
            sender.wait()
        server.plan()
        if "NEWSLETTER_DATABASE_URL" in settings:
            # Nobody can tell on PostgreSQL that the sender is dead before its calls' deadline.
            with parts.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE attempt SET deadline_at = now() - interval '1 minute'")
        server.keep(hidden=True)  # the provider's log shall not help: this is about events
        run(folder, "send", "1", "--list", "weekly", "--yes", **settings)
        wait_for(lambda: server.state()["telling"] == 0)

        took = Counter(line["email"] for line in server.accepted())
        told = status(parts)
        assert {1} == set(took.values()), "somebody got it twice"
        assert set() == in_doubt(parts) & set(took), "in doubt, although the call reached the provider"
        assert N_READERS == told["accepted"] + told["uncertain"] == told["planned"]
        assert len(took) == told["accepted"]
        assert 0 == server.state()["refused"]


def test_without_events_the_log_is_asked(parts: Parts, settings: dict[str, str], server: SendGridServer) -> None:
    """`settle --look` probes a reader of each call that is in doubt; a log that knows nothing proves nothing."""
    folder = parts.directory
    server.plan("accept-reset", "reset", "accept-500", then="accept")
    server.keep(hidden=True)
    run(folder, "send", "1", "--list", "weekly", "--yes", **settings)
    assert 3 * _A_BATCH == status(parts)["uncertain"]

    server.keep(hidden=False, status=429)
    assert f"{3 * _A_BATCH} are still unknown" in run(folder, "settle", "1", "--look", **settings).stdout
    server.keep(status=200)
    looked = run(folder, "settle", "1", "--look", **settings).stdout

    assert f"{2 * _A_BATCH} have it" in looked
    assert (N_READERS - _A_BATCH, _A_BATCH) == (status(parts)["accepted"], status(parts)["uncertain"])
    assert N_READERS - _A_BATCH == len(server.accepted())
