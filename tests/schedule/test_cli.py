"""The commands of the schedule, as people and scripts call them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.cli import main
from newsletter.jobs.driver import DriverKind
from newsletter.wiring import open_newsletter
from newsletter.words.ledger import MailingStatus
from tests.schedule.world import YEAR, World

TIMES = "every thursday 09:00 Europe/Berlin"
# Far ahead: a sending of these commands waits by the machine's own clock.
THURSDAY, FRIDAY = f"{YEAR}-12-03", f"{YEAR}-12-04"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A newsletter with three readers on `weekly`."""
    world = World(tmp_path / "weekly")
    yield world.folder
    world.close()


def call(folder: Path, *words: str | Path) -> Result:
    """A command, in this process: its start alone would take longer than what it does."""
    unset = dict.fromkeys(name for name in os.environ if name.startswith(("NEWSLETTER_", "SENDGRID_")))
    done = CliRunner(env=unset).invoke(main, ["-C", str(folder), *map(str, words)])
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_explain_tells_times_that_a_script_can_use(tmp_path: Path) -> None:
    """Without any newsletter: the sentence, and each time as wall time and instant."""
    told = json.loads(
        call(
            tmp_path, "schedule", "explain", "every sunday 02:30 Europe/Berlin",
            "--from", "2026-10-18", "--until", "2026-11-01", "--format", "json",
        ).stdout
    )  # fmt: skip

    assert told["sentence"].startswith("Every Sunday at 02:30 Europe/Berlin. Next: Sunday 18 Oct 2026, 02:30.")
    assert "25 Oct 2026 02:30 happens twice; the first is used." in told["sentence"]
    assert ["2026-10-18T02:30", "2026-10-25T02:30", "2026-11-01T02:30"] == [one["local"] for one in told["occurrences"]]
    assert ["2026-10-18T00:30:00+00:00", "2026-10-25T00:30:00+00:00", "2026-11-01T01:30:00+00:00"] == [
        one["at"] for one in told["occurrences"]
    ]


def test_explain_refuses_with_examples(tmp_path: Path) -> None:
    """A wrong rule ends with 1 and shows a right one; a turned-round span ends with 2."""
    wrong = call(tmp_path, "schedule", "explain", "every wotansday 09:00")
    turned = call(tmp_path, "schedule", "explain", TIMES, "--from", "2027-01-01", "--until", "2026-01-01")

    assert (1, 2) == (wrong.exit_code, turned.exit_code)
    assert "'wotansday' is not a weekday" in wrong.stderr
    assert "every thursday 09:00 Europe/Berlin" in wrong.stderr


def test_set_says_back_what_will_happen_and_keeps_what_is_not_named(folder: Path) -> None:
    """The sentence, the freeze, who is told; a second call changes only what it names."""
    first = call(folder, "schedule", "set", TIMES, "--min-posts", "3", "--tell", "editor@example.com", "--freeze", "2h")
    (folder / "holidays.ics").write_text(
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{YEAR}1224\nSUMMARY:Christmas Eve\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    second = call(folder, "schedule", "set", "--skip-ics", folder / "holidays.ics", "--approval")

    assert 0 == first.exit_code == second.exit_code, second.stderr
    assert "weekly: Every Thursday at 09:00 Europe/Berlin. Next: Thursday " in first.stdout
    assert "Frozen 2 h before" in second.stdout
    assert "Only what was approved goes" in second.stdout
    assert "fewer than 3 posts" in second.stdout
    assert "Told of each slot: editor@example.com" in second.stdout
    assert f"Left out: Thursday 24 Dec {YEAR}." in second.stdout
    taken_back = call(folder, "schedule", "set", "--unskip", f"{YEAR}-12-24", "--no-approval")
    assert "Left out" not in taken_back.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("set",), "No schedule is set for 'weekly' yet."),
        (("set", TIMES, "--tell", "nobody"), "cannot be mailed"),
        (("set", TIMES, "--heartbeat", "ftp://x"), "is no web address"),
        (("hold",), "No schedule is set"),
        (("decide", "--now"), "No schedule is set"),
        (("set", "every thursday 09:00 Berlin"), "There is no time zone 'Berlin', but there is Europe/Berlin."),
        (("approve", "7"), "There is no issue 7."),
    ],
)
def test_wrong_calls_say_what_to_do(folder: Path, words: tuple[str, ...], why: str) -> None:
    """Refused with 1, one sentence and a remedy."""
    done = call(folder, "schedule", *words)

    assert 1 == done.exit_code
    assert why in done.stderr


def test_the_calendar_as_text_json_and_feed(folder: Path) -> None:
    """What will go, with the issue that stands next; held it says so."""
    assert "Nothing goes out by itself." in call(folder, "schedule", "show").stdout
    call(folder, "schedule", "set", TIMES)
    text = call(folder, "schedule", "show", "--ahead", "3").stdout
    told = json.loads(call(folder, "schedule", "show", "--ahead", "3", "--format", "json").stdout)
    feed = call(folder, "schedule", "show", "--ahead", "3", "--format", "ics").stdout

    assert 3 == text.count("09:00  Europe/Berlin  weekly")
    assert "issue 1    to come, as things stand" in text
    assert [1, None, None] == [entry["issue"] for entry in told["entries"]]
    assert (TIMES, False) == (told["schedules"][0]["cadence"], told["schedules"][0]["held"])
    assert 3 == feed.count("BEGIN:VEVENT")
    call(folder, "schedule", "hold")
    assert "On hold" in call(folder, "schedule", "show").stdout
    assert 1 == call(folder, "schedule", "decide", "--skip").exit_code
    assert 0 == call(folder, "schedule", "resume").exit_code
    assert 1 == call(folder, "schedule", "resume").exit_code


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("set", "--skip", "24.12.2026"), "'24.12.2026' is no day. Write it like 2026-12-24."),
        (("set", "--freeze", "soon"), "'soon' is no length of time."),
        (("decide",), "Say one of --now, --at WHEN and --skip."),
    ],
)
def test_options_that_can_not_be_read_are_shown_how_to_write(folder: Path, words: tuple[str, ...], why: str) -> None:
    """Refused with 2, and an example."""
    done = call(folder, "schedule", *words)

    assert (2, True) == (done.exit_code, why in done.stderr)


def test_tick_says_nothing_to_cron_where_nothing_was_due(folder: Path) -> None:
    """cron mails every word that it is told."""
    assert (0, "") == ((done := call(folder, "tick")).exit_code, done.stdout)


def test_approve_and_withdraw(folder: Path) -> None:
    """Pinned by digest, and taken back."""
    call(folder, "schedule", "set", TIMES, "--approval")
    assert "Issue 1 is approved as it is now" in call(folder, "schedule", "approve", "1", "--by", "mara").stdout
    assert 0 == call(folder, "schedule", "approve", "1", "--withdraw").exit_code
    assert 1 == call(folder, "schedule", "approve", "1", "--withdraw").exit_code


def test_send_at_is_said_back_changed_and_cancelled(folder: Path) -> None:
    """In words before anything is promised; another time until it begins; called off, it can be sent anew."""
    planned = call(folder, "send", "1", "--list", "weekly", "--at", f"{THURSDAY} 09:00", "--yes")
    assert f"When: Thursday 3 Dec {YEAR}, 09:00 Europe/Berlin (08:00 UTC), in " in planned.stdout, planned.stderr
    moved = call(folder, "send", "1", "--list", "weekly", "--at", f"{FRIDAY} 09:00 Asia/Kathmandu", "--yes")
    assert f"When: Friday 4 Dec {YEAR}, 04:15 Europe/Berlin (03:15 UTC)" in moved.stdout
    told = json.loads(call(folder, "status", "1", "--format", "json").stdout)
    assert [f"{FRIDAY}T03:15:00+00:00"] == [one["start_at"] for one in told["mailings"]]

    assert 0 == call(folder, "cancel", "1", "--yes").exit_code
    assert 0 == call(folder, "send", "1", "--list", "weekly", "--yes").exit_code
    told = json.loads(call(folder, "status", "1", "--format", "json").stdout)
    assert 3 == told["accepted"]


def test_a_sending_that_waits_can_be_sent_now(folder: Path) -> None:
    """`--now` on a scheduled sending begins it; a later time for one that has gone is refused."""
    call(folder, "send", "1", "--list", "weekly", "--at", f"{THURSDAY}T09:00", "--yes")
    sent = call(folder, "send", "1", "--list", "weekly", "--now", "--yes")

    assert 0 == sent.exit_code, sent.stderr
    told = json.loads(call(folder, "status", "1", "--format", "json").stdout)
    assert ("finished", 3) == (told["status"], told["accepted"])


@pytest.mark.parametrize("at", ["yesterday", "2020-01-01 09:00", "thu 09:00 Mars/Olympus", THURSDAY])
def test_times_that_can_not_be_meant_are_refused(folder: Path, at: str) -> None:
    """Nothing is planned."""
    done = call(folder, "send", "1", "--list", "weekly", "--at", at, "--yes")

    assert 1 == done.exit_code
    assert "never sent" in call(folder, "status", "1").stderr


def test_send_next_needs_a_schedule_and_names_the_slot(folder: Path) -> None:
    """Without a schedule it says how to set one; with one, when it will go."""
    without = call(folder, "send", "1", "--list", "weekly", "--next", "--yes")
    call(folder, "schedule", "set", TIMES)
    queued = call(folder, "send", "1", "--list", "weekly", "--next", "--yes")

    assert (1, 0) == (without.exit_code, queued.exit_code), queued.stderr
    assert "it has no next slot" in without.stderr
    assert "It goes out Thursday " in queued.stdout
    assert "issue 1    waiting, as it was approved" in call(folder, "schedule", "show").stdout
    call(folder, "segments", "add", "few", 'first_name = "Reader 1"')
    some = call(folder, "send", "1", "--list", "weekly", "--next", "--segment", "few", "--yes")
    assert "to 1 on 'weekly' who fit the segment 'few'" in some.stdout
    assert "Not to: 2 who don't fit the segment." in some.stdout
    assert 'to those who fit first_name = "Reader 1"' in call(folder, "schedule", "show").stdout


def test_what_would_not_be_sent_is_said_before_and_what_is_overdue_afterwards(folder: Path) -> None:
    """By `send --at`, `schedule set` and `show` where nothing runs; by `status`, `show` and `doctor` where it did not go."""
    idle = "Nothing is running that would send it. Keep the studio open"
    assert idle in call(folder, "send", "1", "--list", "weekly", "--at", f"{THURSDAY}T09:00", "--yes").stderr
    assert idle in call(folder, "schedule", "set", TIMES, "--list", "weekly").stderr
    assert idle in call(folder, "schedule", "show").stderr
    parts = open_newsletter(folder)
    parts.drivers.beat("serve", DriverKind.SERVE, "process 1", every_seconds=15)
    at = ("--at", f"{FRIDAY}T09:00", "--yes")
    driven = call(folder, "send", "1", "--list", "weekly", *at)
    assert (0, False) == (driven.exit_code, idle in driven.stderr)
    assert "`newsletter serve` is running and sends it." in call(folder, "status", "1").stdout
    parts.drivers.end("serve")

    (mailing,) = parts.ledger.mailings.list_in([MailingStatus.SCHEDULED])
    assert parts.schedule.sendings.move_start(mailing.id, parts.clock.now() - timedelta(hours=2))
    late = call(folder, "status", "1")
    assert "Overdue by 2 h: it was to go to 'weekly'" in late.stdout
    assert idle in late.stderr
    assert "overdue by 2 h" in call(folder, "schedule", "show").stdout
    shown = json.loads(call(folder, "schedule", "show", "--format", "json").stdout)
    assert [True] == [one["overdue"] for one in shown["entries"] if one["kind"] == "sending"]
    told = json.loads(call(folder, "doctor", "--offline", "--format", "json").stdout)
    (schedule,) = [one for one in told["verdicts"] if one["about"] == "Schedule"]
    assert ("fail", True) == (schedule["state"], "Issue 1 to 'weekly' is overdue by 2 h." in schedule["message"])
    parts.engine.dispose()


def test_on_a_copy_a_time_is_set_and_it_is_said_that_nothing_goes(tmp_path: Path) -> None:
    """Whatever runs."""
    world = World(tmp_path / "weekly")
    world.parts.drivers.beat("serve", DriverKind.SERVE, "process 1", every_seconds=15)
    world.move_database()
    done = call(world.folder, "send", "1", "--list", "weekly", "--at", f"{THURSDAY}T09:00", "--yes")
    assert (0, True) == (done.exit_code, "Nothing is sent from here. This database is a copy" in done.stderr)
    world.close()
