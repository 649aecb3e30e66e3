"""A pace that is set in newsletter.toml, through a kill and the next command."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from newsletter.db.engine import connect, reading
from newsletter.ledger.tables import attempt
from tests.fakes.running import sendgrid_server
from tests.running import a_folder, run, sqlite_of, start
from tests.world import add_readers

N_READERS = 24


def test_a_pace_is_kept_across_a_kill_and_readers_get_one_each(tmp_path: Path) -> None:
    """Two readers a call at eight a second: killed in the middle and started again, no call comes before its turn."""
    folder = a_folder(tmp_path / "weekly")
    toml = folder / "newsletter.toml"
    toml.write_text(toml.read_text() + "per_hour = 28800\nparcel_size = 2\n")
    run(folder, "status")  # makes the database
    engine = connect(sqlite_of(folder))
    add_readers(engine, "weekly", range(N_READERS))
    engine.dispose()
    words = ("send", "1", "--list", "weekly", "--yes")
    with sendgrid_server(tmp_path / "sendgrid") as server:
        real = {
            "NEWSLETTER_PROVIDER": "sendgrid",
            "SENDGRID_API_KEY": "SG.made-up-key-for-tests",
            "NEWSLETTER_SENDGRID_URL": server.url,
        }
        sender = start(folder, *words, log=tmp_path / "log", **real)
        while len(server.accepted()) < N_READERS // 3:
            assert sender.poll() is None
            time.sleep(0.02)
        sender.kill()
        sender.wait()
        sent = run(folder, *words, **real)
        accepted = server.accepted()

    assert "at most 28,800 readers an hour" in sent.stdout
    assert len({one["email"] for one in accepted}) == len(accepted) >= N_READERS - 2
    engine = connect(sqlite_of(folder))
    with reading(engine) as connection:
        begun = list(connection.scalars(select(attempt.c.started_at).order_by(attempt.c.id)))
    engine.dispose()
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(begun)]
    assert min(gaps) > 0.12, "half a gap is always kept"
    assert sum(gaps) > 0.25 * (len(gaps) - 1), "and the whole is no faster than the pace"
