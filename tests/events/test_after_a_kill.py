"""A send that was killed with -9, and what the provider tells: nobody whose call arrived stays in doubt."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.config import read_config
from newsletter.store.engine import connect, reading
from newsletter.store.tables import delivery, subscriber
from newsletter.web.webhooks import webhook_routes
from newsletter.wiring import Parts
from newsletter.words.ledger import HandOver
from tests.events.serving import serving
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.fakes.signing import Signer
from tests.running import a_folder, command, environment, run, sqlite_of
from tests.world import add_readers

N_READERS = 1_000
SIGNER = Signer()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SendGridServer]:
    """A stand-in for SendGrid."""
    with sendgrid_server(tmp_path / "sendgrid") as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, server: SendGridServer) -> dict[str, str]:
    """SendGrid as the provider, batches of fifty, on each kind of database."""
    more = {}
    if request.param == "postgresql":
        more["NEWSLETTER_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return {
        "NEWSLETTER_PROVIDER": "sendgrid",
        "SENDGRID_API_KEY": "SG.made-up-key-for-tests",
        "NEWSLETTER_SENDGRID_URL": server.url,
        "NEWSLETTER_SENDGRID_WEBHOOK_KEY": SIGNER.public,
        "NEWSLETTER_PARCEL_SIZE": "50",
        **more,
    }


@pytest.fixture
def folder(tmp_path: Path, settings: dict[str, str]) -> Path:
    """A newsletter with readers on `weekly`."""
    directory = a_folder(tmp_path / "weekly")
    run(directory, "status", **settings)
    engine = connect(settings.get("NEWSLETTER_DATABASE_URL") or sqlite_of(directory))
    add_readers(engine, "weekly", range(N_READERS))
    engine.dispose()
    return directory


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def status(folder: Path, settings: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run(folder, "status", "1", "--format", "json", **settings).stdout)
    return told


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
    folder: Path, settings: dict[str, str], server: SendGridServer, when: str
) -> None:
    """Killed in mid-send, calls reset after they were taken, events doubled, shuffled and a third of them lost."""
    parts = Parts(directory=folder, config=read_config(folder, settings))
    with serving(webhook_routes(parts)) as address:
        server.tell(
            f"{address}/webhooks/sendgrid",
            SIGNER.pem,
            when=when,
            seconds=0.2,
            telling={"copies": 2, "shuffled": True, "lost": 0.3, "at_once": 40},
        )
        server.plan("accept", "accept-reset", "accept", "accept-close", then={"do": "accept", "seconds": 0.4})
        sender = subprocess.Popen(
            command(folder, "send", "1", "--list", "weekly", "--yes"),
            env=environment(**settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(lambda: len(server.accepted()) >= 300)
        finally:
            os.kill(sender.pid, signal.SIGKILL)
            sender.wait()
        server.plan()
        if "NEWSLETTER_DATABASE_URL" in settings:
            # Nobody can tell on PostgreSQL that the sender is dead before its calls' deadline.
            with parts.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE attempt SET deadline_at = now() - interval '1 minute'")
        server.keep(hidden=True)  # the provider's log shall not help: this is about events
        run(folder, "send", "1", "--list", "weekly", "--yes", **settings)
        wait_for(lambda: server.state()["telling"] == 0)
        run(folder, "tick", **settings)

        took = Counter(line["email"] for line in server.accepted())
        told = status(folder, settings)
        assert {1} == set(took.values()), "somebody got it twice"
        assert set() == in_doubt(parts) & set(took), "in doubt, although the call reached the provider"
        assert N_READERS == told["accepted"] + told["uncertain"] == told["planned"]
        assert len(took) == told["accepted"]
        assert 0 == server.state()["refused"]
    parts.engine.dispose()


def test_without_events_the_log_is_asked(folder: Path, settings: dict[str, str], server: SendGridServer) -> None:
    """`settle --look` probes a reader of each call that is in doubt; a log that knows nothing proves nothing."""
    server.plan("accept-reset", "reset", "accept-500", then="accept")
    server.keep(hidden=True)
    run(folder, "send", "1", "--list", "weekly", "--yes", **settings)
    assert 150 == status(folder, settings)["uncertain"]

    server.keep(hidden=False, status=429)
    assert "150 are still unknown" in run(folder, "settle", "1", "--look", **settings).stdout
    server.keep(status=200)
    looked = run(folder, "settle", "1", "--look", **settings).stdout

    assert "100 have it" in looked
    assert (950, 50) == (status(folder, settings)["accepted"], status(folder, settings)["uncertain"])
    assert 950 == len(server.accepted())
