"""The walk from practice to real readers, in one folder with one database."""

from __future__ import annotations

import json
from pathlib import Path

from newsletter.db.engine import connect
from tests.fakes.running import sendgrid_server
from tests.running import a_folder, run, sqlite_of
from tests.world import add_readers


def test_an_issue_is_practised_and_then_sent_for_real_from_the_same_database(tmp_path: Path) -> None:
    """Practice counts for nobody: everyone gets the real one, once, and each account is shown where it belongs."""
    folder = a_folder(tmp_path / "weekly")
    run(folder, "status")  # makes the database
    engine = connect(sqlite_of(folder))
    add_readers(engine, "weekly", range(5))
    engine.dispose()
    with sendgrid_server(tmp_path / "sendgrid") as server:
        real = {
            "NEWSLETTER_PROVIDER": "sendgrid",
            "SENDGRID_API_KEY": "SG.made-up-key-for-tests",
            "NEWSLETTER_SENDGRID_URL": server.url,
        }
        practised = run(folder, "send", "1", "--list", "weekly", "--yes")
        assert 0 == practised.returncode and "Practice: nothing of this left this machine" in practised.stdout
        assert str(folder / "var" / "outbox" / "index.html") in practised.stdout
        before = run(folder, "status", "1", **real)
        assert 1 == before.returncode and "was never sent" in before.stderr

        sent = run(folder, "send", "1", "--list", "weekly", "--yes", **real)
        again = run(folder, "send", "1", "--list", "weekly", "--yes", **real)

        assert 0 == sent.returncode and "Practice" not in sent.stdout, sent.stderr
        assert "5 already have this issue" in again.stdout
        assert 5 == len(server.accepted()) == len({one["email"] for one in server.accepted()})
    status = json.loads(run(folder, "status", "1", "--format", "json", **real).stdout)
    assert (5, 5, False) == (status["planned"], status["accepted"], status["practice"])
    shown = json.loads(run(folder, "status", "1", "--format", "json").stdout)
    assert (5, 5, True) == (shown["planned"], shown["accepted"], shown["practice"])
