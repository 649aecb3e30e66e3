"""What is asked of a provider about readers' acts, and what is kept of them, by the setting `tracking`."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, select, text

from newsletter.config import read_config
from newsletter.db.engine import connect, reading
from newsletter.feedback.tables import event
from newsletter.providers.registry import KINDS
from newsletter.providers.sendgrid.body import mail_body, mint
from newsletter.providers.sendgrid.events import parse
from newsletter.providers.sendgrid.own_links import without_own_links_followed
from newsletter.report.reports_sql import Reports
from newsletter.segments.segments_sql import Segments
from newsletter.wiring import open_newsletter
from newsletter.words.gap import Choice, Context, Field, Gap, Part
from newsletter.words.mistake import Mistake
from newsletter.words.tracking import Tracking, heed
from tests.fakes.filling import filled
from tests.fakes.mail_send_rules import problems
from tests.fakes.running import sendgrid_server
from tests.fakes.sendgrid_events import Telling, events_of, told
from tests.fakes.signing import Signer
from tests.feedback.sent import Post
from tests.providers.parcels import a_consignment, an_edition
from tests.running import a_folder, run, sqlite_of
from tests.world import add_readers

SIGNER = Signer()
READ = Telling(courses={"read": 1})
# Whatever of an act could lead back to whoever did it; "ferries" is the link that was followed.
TRACES = ("192.0.2.7", "192.0.2.9", "Mail program", "Image proxy")


def everything(engine: Engine) -> Iterator[tuple[str, str]]:
    """Every cell of every table, as text, with the table's name."""
    with reading(engine) as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    yield table, str(value)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[Tracking, tuple[Path, list[dict[str, Any]]]]:
    """With each setting: an issue sent by the program to three readers, who all opened it and followed a link."""
    found = {}
    for tracking in Tracking:
        top = tmp_path_factory.mktemp(tracking)
        folder = a_folder(top / "weekly")
        toml = folder / "newsletter.toml"
        toml.write_text(f'{toml.read_text()}tracking = "{tracking}"\n')
        with sendgrid_server(top / "sendgrid") as server:
            settings = {
                "NEWSLETTER_PROVIDER": "sendgrid",
                "SENDGRID_API_KEY": "SG.made-up",
                "NEWSLETTER_SENDGRID_URL": server.url,
            }
            run(folder, "status")
            engine = connect(sqlite_of(folder))
            add_readers(engine, "weekly", range(3))
            engine.dispose()
            sent = run(folder, "send", "1", "--list", "weekly", "--now", "--yes", "--despite-findings", **settings)
            assert 0 == sent.returncode, sent.stderr
            assert [] == server.problems()
            bodies = server.bodies()
            taken = server.accepted()
        with (folder / "var" / "secrets.env").open("a") as secrets:
            secrets.write(f"NEWSLETTER_SENDGRID_WEBHOOK_KEY={SIGNER.public}\n")
        parts = open_newsletter(folder)
        source = KINDS["sendgrid"].events(parts.provider_setup)
        assert source is not None
        for body in told(taken, READ):
            parts.feedback.keep(source, parts.feedback.read(source, SIGNER.headers(body, at=time.time()), body))
        parts.engine.dispose()
        found[tracking] = (folder, bodies)
    return found


@pytest.mark.parametrize("tracking", list(Tracking))
def test_the_real_call_says_what_is_tracked(walked: dict[Tracking, Any], tracking: Tracking) -> None:
    """Both switches are in every call, whatever the account's own setting is; what we never want is off in each."""
    _, bodies = walked[tracking]

    assert 1 == len(bodies)
    switches = bodies[0]["tracking_settings"]
    assert {"enable": tracking is not Tracking.NONE} == switches["open_tracking"]
    assert {"enable": tracking is not Tracking.NONE, "enable_text": False} == switches["click_tracking"]
    assert {"enable": False} == switches["subscription_tracking"] == switches["ganalytics"]
    html = next(part["value"] for part in bodies[0]["content"] if part["type"] == "text/html")
    assert (tracking is not Tracking.NONE) == ("clicktracking=off" in html)


def test_no_act_is_kept_where_nothing_is_tracked(walked: dict[Tracking, Any]) -> None:
    """Opens and clicks that arrive all the same leave no row, no link and no hour; deliveries are known as ever."""
    folder, _ = walked[Tracking.NONE]
    with closing(sqlite3.connect(folder / "var" / "newsletter.db")) as database:
        kinds = {kind for (kind,) in database.execute("SELECT kind FROM event")}

    assert {"processed", "delivered"} == kinds
    engine = connect(sqlite_of(folder))
    cells = list(everything(engine))
    engine.dispose()
    assert not [table for table, cell in cells if any(trace in cell for trace in (*TRACES, "example.org/ferries"))]


def test_totals_count_and_name_nobody(walked: dict[Tracking, Any]) -> None:
    """How many opened and which link was followed is known; no row of it leads to a reader, a delivery or a call."""
    folder, _ = walked[Tracking.TOTALS]
    engine = connect(sqlite_of(folder))
    with reading(engine) as connection:
        acts = connection.execute(select(event).where(event.c.kind.in_(["opened", "clicked"]))).mappings().all()
        ids = set(connection.scalars(select(event.c.event_id).where(event.c.kind == "delivered")))
    figures = Reports(engine).find_figures(1, ("sendgrid",))
    engaged = [cell for table, cell in everything(engine) if table in {"engagement", "issue_place"}]
    engine.dispose()

    assert 9 == len(acts)
    for act in acts:
        assert {None} == {act[name] for name in ("attempt_id", "delivery_id", "told_attempt", "email", "raw", "reason")}
        assert 0 == act["happened_at"].minute == act["happened_at"].second
        assert act["event_id"] not in ids
    assert figures is not None
    assert (3, 3) == (figures.counted_opens, figures.counted_clicks)
    assert (0, 0, 0) == (figures.opened, figures.clicked, figures.opened_by_machine)
    assert [("https://example.org/ferries", 3)] == list(figures.links)
    assert not engaged


def test_readers_bring_links_segments_and_reports_to_life(walked: dict[Tracking, Any]) -> None:
    """Who opened and who clicked is known, and can be asked for."""
    folder, _ = walked[Tracking.READERS]
    engine = connect(sqlite_of(folder))
    figures = Reports(engine).find_figures(1, ("sendgrid",))
    segments = Segments(engine)
    counts = [
        segments.count(question, list_name="weekly")
        for question in ("opened 1 of last 1", "clicked 1 of last 1", 'clicked "https://example.org/"')
    ]
    engine.dispose()

    assert figures is not None
    assert (3, 3, 0, 0) == (figures.opened, figures.clicked, figures.counted_opens, figures.counted_clicks)
    assert [("https://example.org/ferries", 3)] == list(figures.links)
    assert [3, 3, 3] == counts


@pytest.mark.parametrize(
    ("tracking", "said"),
    [
        (Tracking.NONE, "Tracking is off unless `tracking` in newsletter.toml switches it on."),
        (Tracking.TOTALS, "counted without saying whose"),
        (Tracking.READERS, "followed a link"),
    ],
)
def test_the_report_says_what_can_be_known(walked: dict[Tracking, Any], tracking: Tracking, said: str) -> None:
    """In text and as a page."""
    folder, _ = walked[tracking]

    assert said in run(folder, "report", "1").stdout
    assert said in run(folder, "report", "1", "--format", "html").stdout
    counted = json.loads(run(folder, "report", "1", "--format", "json").stdout)["counted_opens"]
    assert (3 if tracking is Tracking.TOTALS else 0) == counted


def test_a_question_about_acts_says_why_it_finds_nobody(walked: dict[Tracking, Any]) -> None:
    """A segment of opens counts nobody without tracking; it says so, and a question about a field says nothing."""
    folder, _ = walked[Tracking.NONE]
    about_acts = run(folder, "segments", "count", "opened 1 of last 1", "--list", "weekly")
    about_fields = run(folder, "segments", "count", 'email contains "@"', "--list", "weekly")

    assert ("0", True) == (about_acts.stdout.strip(), 'tracking = "readers"' in about_acts.stderr)
    assert "tracking" not in about_fields.stderr


@pytest.mark.parametrize(
    ("promised", "now", "kept"),
    [
        ("totals", Tracking.READERS, "counted"),
        ("readers", Tracking.TOTALS, "counted"),
        ("readers", Tracking.NONE, "nothing"),
        ("none", Tracking.READERS, "nothing"),
        ("readers", Tracking.READERS, "whole"),
        ("surprise", Tracking.TOTALS, "counted"),
    ],
)
def test_what_a_reader_was_promised_holds_after_a_change(
    engine: Engine, promised: str, now: Tracking, kept: str
) -> None:
    """Of what a mail went out with and what is set today, the smaller counts."""
    add_readers(engine, "weekly", range(1))
    post = Post(engine)
    [line] = post.send()
    items = events_of({**line, "beside": {"nl_tracking": promised}}, READ)
    events = parse(json.dumps(items).encode(), _now())
    post.hear_events([one for event in events if (one := heed(event, now))])

    with reading(engine) as connection:
        acts = connection.execute(select(event).where(event.c.kind == "clicked")).mappings().all()
    assert {"nothing": 0}.get(kept, 1) == len(acts)
    assert [kept == "whole"] * len(acts) == [act["delivery_id"] is not None for act in acts]
    assert [1] * len(acts) == [act["issue"] for act in acts]


def test_a_kind_without_a_word_keeps_no_particulars(engine: Engine) -> None:
    """It may be an act that has no name here yet; what the provider said of it is kept only where readers may be known."""
    body = json.dumps([{"event": "amp_open", "ip": "192.0.2.7", "url": "https://example.org/"}]).encode()
    [strange] = parse(body, _now())

    assert [None, None, strange.raw] == [one.raw for how in Tracking if (one := heed(strange, how))]
    assert "192.0.2.7" in (strange.raw or "")


def test_a_link_of_ones_own_is_never_followed() -> None:
    """Its address is a key: SendGrid must not learn it. Also in a part of an address, and inside a branch."""
    own = Gap(Field("unsubscribe_url"), Context.URL)
    part = Gap(Field("plan"), Context.URL_PART)
    inside = Choice(Field("plan"), Part(('<a href="', own, '">out</a>')), Part(("",)))
    first = '<a href="https://example.org/">a</a><a class="x" href="'
    html = Part((first, own, '">b</a><a href="https://example.org/?p=', part, "&amp;q=", own, '">c</a>', inside))
    parcel = replace(a_consignment(["Ada"]), edition=replace(an_edition(), html=html))
    values = {own: "https://example.com/u/1", part: "pro", inside: '<a href="https://example.com/u/1">out</a>'}
    parcel = replace(parcel, values=[[values.get(hole, "Ada")] for hole in parcel.edition.holes])

    marked = without_own_links_followed(parcel)
    body = json.loads(json.dumps(mail_body(marked, mint(marked), Tracking.READERS)))
    [mail] = filled(body)

    assert [] == problems(body)
    assert (
        '<a href="https://example.org/">a</a><a class="x" clicktracking=off href="https://example.com/u/1">b</a>'
        '<a clicktracking=off href="https://example.org/?p=pro&amp;q=https://example.com/u/1">c</a>'
        '<a clicktracking=off href="https://example.com/u/1">out</a>'
    ) == mail.html


def test_a_setting_that_there_is_not_is_refused(tmp_path: Path) -> None:
    """With file and line, and the three that there are."""
    (tmp_path / "newsletter.toml").write_text('name = "A"\ntracking = "sponsors"\n')

    with pytest.raises(Mistake) as refused:
        read_config(tmp_path, {})

    assert "newsletter.toml:2" in str(refused.value)
    assert "totals" in str(refused.value)


def _now() -> datetime:
    return datetime.now(UTC)
