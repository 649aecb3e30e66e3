"""The owner hears of an alarm by mail, also where nobody looks at a screen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from newsletter.db.engine import connect
from tests.fakes.running import sendgrid_server
from tests.fakes.sendgrid_events import Telling
from tests.feedback.sent import Post
from tests.running import a_folder, run, sqlite_of
from tests.world import add_readers


def test_a_tick_mails_the_owner_once(tmp_path: Path) -> None:
    """Three of 100 report an issue as spam: the next look of `tick` tells whoever answers readers, and the one after nobody."""
    folder = a_folder(tmp_path / "weekly")
    run(folder, "status")
    engine = connect(sqlite_of(folder))
    add_readers(engine, "weekly", range(100))
    post = Post(engine)
    post.hear(post.send(size=100)[:3], Telling(courses={"spamreport": 1}))
    engine.dispose()
    with sendgrid_server(tmp_path / "sendgrid") as server:
        settings = {
            "NEWSLETTER_PROVIDER": "sendgrid",
            "SENDGRID_API_KEY": "SG.made-up",
            "NEWSLETTER_SENDGRID_URL": server.url,
        }
        ticks = [run(folder, "tick", **settings) for _ in range(3)]

        assert [0, 0, 0] == [tick.returncode for tick in ticks], ticks
        assert {"mara@ferries.example.com": 1} == Counter(line["email"] for line in server.accepted())
        [body] = server.bodies()
        assert "Issue 1: it is reported as spam" in body["subject"]
        assert "3 of 100" in body["content"][0]["value"]
        assert [] == server.problems()
