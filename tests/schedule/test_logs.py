"""The log of a whole run: lines that a machine can read, with ids, and nobody's address, name or link."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from newsletter.schedule.choice import approve_issue
from newsletter.words.slot import SlotStatus
from tests.fakes.smtp_running import smtp_server
from tests.jobs.serving import Hands, Server, serving, until
from tests.schedule.world import SLOT, World

NAMES = ("reader", "editor", "zoe", "nobody-such")


def test_the_log_of_a_whole_run_names_nobody(tmp_path: Path) -> None:
    """A mail server that quotes addresses, forms that hold them, links with tokens, a database that breaks: ids only."""
    hands = Hands(tmp_path / "offset")
    hands.turn(SLOT - timedelta(hours=2))
    with smtp_server(tmp_path / "mail") as mail:
        mail.plan(poison={"reader1@example.com": "550 5.1.1 <reader1@example.com>: no such reader1 here, ask editor@x"})
        settings = {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": mail.url()}
        world = World(tmp_path / "weekly", now=SLOT - timedelta(days=2), **settings)
        world.set_timetable(tell=("editor@example.com",))
        approve_issue(world.desk, 1, by="mara")
        with serving(world.folder, hands, tmp_path / "serve.log") as server:
            _visit(server)
            hands.turn(SLOT)
            until(lambda: world.stands()[0] is SlotStatus.GONE and len(mail.accepted()) >= 3)
            mail.plan(connections=[], ever={"at": "connect", "do": "drop"})
            world.issue(2)
            approve_issue(world.desk, 2, by="mara")
            hands.turn(SLOT + timedelta(days=7))
            until(lambda: world.stands(SLOT + timedelta(days=7))[0] is SlotStatus.GOING)
            _break_the_database(world)
            until(lambda: "this tick failed" in server.said() or "a beat failed" in server.said())
            server.stop()
        world.close()

    lines = [line for line in server.said().splitlines() if not re.match(r"http://|Looking every", line)]
    told = [json.loads(line) for line in lines]
    assert all({"at", "level", "room", "event", "process"} <= line.keys() for line in told)
    assert any(re.match(r"slot \d+: issue 1 goes as [0-9a-f]{12}$", line["event"]) for line in told)
    assert any("error" in line for line in told), "what broke is told, with its place"
    assert [] == [line for line in lines if "@" in line]
    assert [] == [line for line in lines for name in NAMES if re.search(rf"\b{name}\d*\b", line)]
    assert [] == [line for line in lines if re.search(r"/(?:u|confirm|preferences)/\w", line)]


def _visit(server: Server) -> None:
    """What readers, and those who are none, send to the pages."""
    form = {"email": "zoe@example.org", "list": "weekly", "first_name": "Zoe"}
    for path, fields in (
        ("/subscribe", form),
        ("/subscribe", {**form, "email": "nobody-such@@example"}),
        ("/u/made-up-zoe@example.org", {}),
        ("/preferences/made-up", form),
        ("/webhooks/sendgrid", {"email": "reader2@example.com"}),
    ):
        try:
            urlopen(Request(f"{server.address}{path}", data=urlencode(fields).encode()), timeout=10).close()
        except HTTPError as error:
            error.close()


def _break_the_database(world: World) -> None:
    """Names of the schema are gone: the errors of the driver hold statements and values."""
    from sqlalchemy import text

    from newsletter.db.engine import writing

    with writing(world.parts.engine) as connection:
        connection.execute(text("ALTER TABLE cadence RENAME COLUMN tell TO told"))
