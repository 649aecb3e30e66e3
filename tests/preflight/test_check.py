"""What `check` says to people, to scripts and to CI, and what it says when it could not look."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.fetch.http import HttpFetcher
from newsletter.preflight.mail.headers import findings as header_findings
from newsletter.preflight.rules import RULES
from newsletter.readers.tables import subscriber, suppression
from newsletter.segments.audience import Audience
from newsletter.segments.reader_values_sql import ReaderValues
from newsletter.wiring import open_newsletter
from newsletter.wiring.schema import metadata
from newsletter.words.finding import Severity
from newsletter.words.subscriber import SuppressionReason
from tests.fetch.web_server import Page
from tests.preflight.desk import ICE, ISSUE, MAP, Desk
from tests.running import a_folder, run
from tests.world import add_readers

ROOT = Path(__file__).parents[2]


def test_the_sample_newsletter_is_in_order(tmp_path: Path) -> None:
    """Nobody begins with an example that has faults."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    done = run(tmp_path / "seeds", "check", "1", "--offline", "--fail-on", "warning")

    assert 0 == done.returncode, done.stdout
    assert "Nothing to mend." in done.stdout.splitlines()
    assert "waived" in done.stdout


@pytest.mark.parametrize("template", ["digest", "letter", "roundup"])
def test_every_built_in_template_is_in_order(desk: Desk, template: str) -> None:
    """Whichever one takes, its own markup is never at fault."""
    desk.spoil("newsletter.toml", 'name = "Weekly', f'template = "{template}"\nname = "Weekly')

    assert ["client-decoration"] == [one.code for one in desk.findings()]


def test_a_single_link_is_one(tmp_path: Path) -> None:
    """A note about one link speaks of one."""
    folder = a_folder(tmp_path / "weekly")
    post = folder / "posts" / "2026-11-20-ferries-in-winter.md"
    post.write_text("---\ntitle: Ferries\n---\n\nSee [the map](https://example.org/map).\n")

    assert "1 link or picture was not looked at" in run(folder, "check", "1", "--offline").stdout


def test_offline_is_said(desk: Desk) -> None:
    """One note says how much nobody looked at, and it fails nothing."""
    found = [one for one in desk.findings(online=False) if one.code == "not-checked"]

    assert [Severity.NOTE] == [one.severity for one in found]
    assert "5 links and pictures, and the quotes of 1 post," in found[0].message
    done = desk.cli("check", "2", "--offline", "--fail-on", "warning")
    assert 0 == done.exit_code, done.stdout
    assert "Not everything could be checked" in done.stdout


def test_a_machine_that_is_cut_off_is_said_to_be(desk: Desk) -> None:
    """No name server, no network: that says nothing about the links."""

    def nobody(host: str, port: int) -> list[str]:
        raise OSError(0, "Network is unreachable")

    found = desk.findings(fetcher=HttpFetcher(lookup=nobody, ports=[desk.web.port]))

    assert [] == [one for one in found if one.counts]
    assert 1 == [one.code for one in found].count("not-checked")


@pytest.mark.parametrize("status", [401, 403, 405, 429, 999])
def test_a_door_that_is_closed_to_programs_is_not_a_dead_link(desk: Desk, status: int) -> None:
    """The page may well be there; it is said that nobody knows."""
    desk.web.pages["/crossings"] = Page(status=status)
    found = {one.code: one for one in desk.findings()}

    assert {"client-decoration", "not-checked"} == set(found)
    assert ICE == found["not-checked"].place.file


def test_a_page_without_its_words_leaves_the_quote_open(desk: Desk) -> None:
    """A page that shows its text by script proves nothing about a quote."""
    desk.web.pages["/winter"] = Page(b"<div id=app></div><script>load()</script>")

    assert {"client-decoration", "not-checked"} == {one.code for one in desk.findings()}


def test_a_quote_may_be_set_otherwise(desk: Desk) -> None:
    """Quotation marks, dashes, cuts and brackets are set differently; the words are the same."""
    desk.spoil(
        ICE, "when the captain can no longer see the buoy…", "“when the captain can no longer see the *buoy*” [...]"
    )
    desk.spoil(ICE, "can remember", "[there] can ~~recall~~ remember")

    assert ["client-decoration"] == [one.code for one in desk.findings()]


def test_a_check_that_is_off_runs_where_it_is_asked_for(desk: Desk) -> None:
    """`long-quote` is a matter of taste."""
    desk.spoil(
        ICE,
        "A timetable with a line that only exists when the ice allows it, and a captain who does not read it at all:",
        "Look:",
    )

    assert ["client-decoration"] == [one.code for one in desk.findings()]
    assert "long-quote" in [one.code for one in desk.findings("long-quote")]


def test_an_error_stops_a_sending_unless_it_is_told(own_desk: Desk) -> None:
    """`send` refuses with the place and the way round."""
    own_desk.spoil(ICE, "A timetable", "TODO say why. A timetable")
    refused = own_desk.cli("send", "2", "--list", "weekly", "--yes")

    assert 1 == refused.exit_code
    assert f"{ICE}:8:1" in refused.stderr
    assert "--despite-findings" in refused.stderr
    assert 0 == own_desk.cli("send", "2", "--list", "weekly", "--yes", "--despite-findings").exit_code


def test_json_and_annotations_carry_everything(desk: Desk) -> None:
    """Scripts get every field, CI gets commands that no text of the issue can break."""
    desk.spoil(ICE, "A timetable", "TODO:: 100%, A timetable")
    found = json.loads(desk.cli("check", "2", "--offline", "--format", "json").stdout)["findings"]
    lines = desk.cli("check", "2", "--offline", "--format", "github").stdout.splitlines()

    assert {"code", "severity", "place", "post", "message", "why", "fix", "mend", "waived"} == set(found[0])
    assert {"file": ICE, "line": 8, "column": 1} == found[0]["place"]
    assert "ice" == found[0]["post"]
    assert lines[0].startswith(f"::error file={ICE},line=8,col=1,title=placeholder::")
    assert all(re.match(r"::(?:error|warning|notice) ", line) for line in lines)


def test_a_merge_tag_that_is_empty_names_a_reader_to_look_at(own_desk: Desk) -> None:
    """The number of readers, and the one whose mail is the worst."""
    own_desk.spoil(ISSUE, "this week is about", "{{ last_name }} {{ town }}, this week is about")
    parts = open_newsletter(own_desk.directory)
    with writing(parts.engine) as connection:
        connection.execute(
            update(subscriber).where(subscriber.c.id == 1).values(last_name="Aker", fields={"town": "Leeds"})
        )
        connection.execute(update(subscriber).where(subscriber.c.id == 2).values(last_name="Oake"))
    parts.engine.dispose()
    found = {
        re.search(r"\{\{ (\w+)", one.message)[1]: one for one in own_desk.findings() if one.code == "empty-merge-tag"
    }  # type: ignore[index]

    assert "1 of 3" in found["last_name"].message
    assert "2 of 3" in found["town"].message
    assert "--as reader3@example.com" in found["town"].fix
    assert 0 == own_desk.cli("render", "2", "--out", own_desk.directory / "x", "--as", "reader3@example.com").exit_code


def test_an_empty_value_that_is_asked_for_first_is_no_hole(desk: Desk) -> None:
    """{% if town %} is a default too."""
    desk.spoil(ISSUE, "this week is about", "{% if last_name %}{{ last_name }}, {% endif %}this week is about")

    assert ["client-decoration"] == [one.code for one in desk.findings()]


def test_merge_tags_are_measured_against_the_provider(desk: Desk) -> None:
    """By the values that readers could have, and by those that they do have."""
    tags = " ".join(f"{{{{ first_name | default('{n}') }}}}" for n in range(60))
    desk.spoil(ISSUE, "this week is about", f"{tags} this week is about")
    sendgrid: dict[str, Any] = {"bytes_per_reader": 10_000, "provider": "SendGrid"}
    may = {one.code for one in desk.findings(online=False, **sendgrid)}
    does = {one.code for one in desk.findings(online=False, longest={"first_name": 150}, **sendgrid)}

    assert "merge-tags-may-be-long" in may and "merge-tags-too-long" not in may
    assert "merge-tags-too-long" in does and "merge-tags-may-be-long" not in does


def test_a_clip_counts_the_longest_values(desk: Desk) -> None:
    """An issue that is small for most readers may be cut for one."""
    desk.spoil(MAP, "Three ships", "A word on fog. " * 3600 + "{{ first_name }} sails. " * 200 + "Three ships ")

    assert "clipped" not in {one.code for one in desk.findings(online=False, longest={})}
    assert "clipped" in {one.code for one in desk.findings(online=False, longest={"first_name": 40})}


HEADERS = [
    (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: yes"),
    (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
    (b"List-Unsubscribe: <https:", b"List-Unsubscribe: <http:"),
    (b"List-Unsubscribe: <", b"X: <"),
    (b"List-Id: <", b"List-Id: <no domain "),
    (b"Message-ID: <", b"Message-ID: <x@other.test> <"),
    (b"Date: ", b"X-Date: "),
    (b"From: ", b"From: a@example.com\r\nFrom: "),
    (b"Feedback-ID: ", b"Feedback-ID: a:b:c:d:"),
    (b"Subject: ", "Subject: ü".encode()),
    (b"text/plain", b"text/html"),
    (b"multipart/alternative", b"multipart/mixed"),
    (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\n"),
    (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nX: " + b"x" * 1000 + b"\r\n"),
]


@pytest.mark.parametrize(("old", "new"), HEADERS)
def test_a_mail_in_a_bad_form_is_found(desk: Desk, old: bytes, new: bytes) -> None:
    """Each rule of bulk mail, broken in the bytes as they would go out."""
    proof, beside = desk.beside(online=False)
    assert beside.message is not None and old in beside.message

    assert [] == list(header_findings(proof, beside))
    found = list(header_findings(proof, replace(beside, message=beside.message.replace(old, new, 1))))
    assert found and {one.code for one in found} <= {"bad-header", "bad-form"}


def test_readers_without_a_value_are_counted_as_a_sending_would(engine: Engine) -> None:
    """Once each, the active ones of the lists, none that is never mailed; on both databases."""
    from newsletter.db.upgrade import prepare

    prepare(engine, metadata)
    add_readers(engine, "weekly", [1, 2, 3, 4])
    add_readers(engine, "daily", [4, 5])
    add_readers(engine, "weekly", [6], status="pending")
    with writing(engine) as connection:
        connection.execute(
            update(subscriber).where(subscriber.c.email == "reader1@example.com").values(fields={"town": "Åre"})
        )
        connection.execute(
            update(subscriber).where(subscriber.c.email == "reader2@example.com").values(fields={"town": ""})
        )
        row = {"email_key": "reader3@example.com", "reason": SuppressionReason.COMPLAINT, "since_at": database_now()}
        connection.execute(insert(suppression).values(row))
    values = ReaderValues(engine)

    everywhere = Audience(lists=[])
    weekly = values.shortfalls(Audience(lists=["weekly"]), {"town", "first_name"})
    assert {"town"} == set(weekly)
    assert (2, 3, "reader2@example.com") == (weekly["town"].n_empty, weekly["town"].n_readers, weekly["town"].example)
    assert 4 == values.shortfalls(everywhere, {"town", "name"})["town"].n_readers
    assert {"town": 3, "first_name": 8} == dict(values.longest(everywhere, {"town", "first_name", "nothing"}))
    assert {} == values.shortfalls(Audience(lists=["nowhere"]), {"town"}) == values.longest(everywhere, [])


def test_every_code_is_in_the_docs_and_every_documented_code_exists() -> None:
    """docs/checks.md has each code with its severity and its reason."""
    page = (ROOT / "docs" / "checks.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)` \| (error|warning|note)\b[^|]*\| (.*) \|$", page, re.MULTILINE)

    assert [(code, rule.severity.value, rule.why) for code, rule in RULES.items()] == rows


def test_every_code_that_is_used_has_a_rule_and_every_rule_is_used() -> None:
    """The table and the checks can't drift apart."""
    source = "".join(
        path.read_text() for path in (ROOT / "src/newsletter/preflight").rglob("*.py") if path.name != "rules.py"
    )
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|clipped|placeholder)"', source))

    assert set() == set(RULES) - used
