"""`newsletter suppressions`: the do-not-mail list at a terminal, run in a real folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from newsletter.cli import main
from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect
from newsletter.words.subscriber import SuppressionReason
from tests.fakes.sendgrid_events import Telling
from tests.feedback.sent import Post
from tests.running import a_folder, sqlite_of
from tests.world import add_readers

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A newsletter folder."""
    return a_folder(tmp_path / "weekly")


@pytest.fixture
def run(folder: Path) -> Run:
    """Run a command; expects exit code 0 unless another is named."""

    def command(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["-C", str(folder), *arguments])
        assert result.exit_code == code, result.output
        return result

    return command


def test_an_address_goes_on_the_list_is_shown_and_comes_off(run: Run) -> None:
    """Known here or not; by hand is the reason where none is given."""
    assert "Nobody is on the do-not-mail list." in run("suppressions").output
    assert "Nothing goes to Ana@Example.com any more." in run("suppressions", "add", " Ana@Example.com ").output
    assert "ana@example.com: blocked by hand" in run("suppressions").output
    assert "may be mailed again" in run("suppressions", "remove", "ANA@example.com").output
    assert "Nobody is on the do-not-mail list." in run("suppressions").output


@pytest.mark.parametrize("reason", ["unsubscribe", "complaint"])
def test_a_persons_own_word_stays(run: Run, reason: str) -> None:
    """Exit 1, the reason, and the address is still there."""
    run("suppressions", "add", "ana@example.com", "--reason", reason)

    refused = run("suppressions", "remove", "ana@example.com", code=1).output
    assert "ana@example.com stays on the do-not-mail list" in refused
    assert "own word" in refused
    shown = json.loads(run("suppressions", "--format", "json").output)
    assert [("ana@example.com", reason)] == [(one["email"], one["reason"]) for one in shown["suppressions"]]


def test_what_a_mail_server_said_can_be_mended(run: Run, folder: Path) -> None:
    """An address that bounced is mailed again when its owner says that it works."""
    run("status")
    engine = connect(sqlite_of(folder))
    Membership(engine).suppress("ana@example.com", SuppressionReason.HARD_BOUNCE)
    engine.dispose()

    assert "mail to it bounced" in run("suppressions", "--reason", "hard_bounce").output
    run("suppressions", "remove", "ana@example.com")
    assert "Nobody is on the do-not-mail list." in run("suppressions").output


def test_a_long_list_is_looked_through(run: Run) -> None:
    """By the beginning of an address, or so many of the newest, and it says how many there are in all."""
    for number in range(5):
        run("suppressions", "add", f"reader{number}@example.com")

    shown = run("suppressions", "--most", "2").output
    assert 2 == shown.count("blocked by hand")
    assert "of 5 in all" in shown
    assert "reader3@" in run("suppressions", "--beginning", "reader3").output
    assert "Nobody like that" in run("suppressions", "--beginning", "nobody").output


@pytest.mark.parametrize("wrong", ["nobody", "a@b@example.com", ""])
def test_what_is_no_address_is_refused(run: Run, wrong: str) -> None:
    """A sentence and exit 1; nothing is written."""
    assert run("suppressions", "add", wrong, code=1).output.startswith("newsletter: ")
    assert "Nobody is on the do-not-mail list." in run("suppressions").output


def test_who_is_not_on_it_cannot_come_off(run: Run) -> None:
    """It says so, and where to look."""
    assert "is not on the do-not-mail list" in run("suppressions", "remove", "ana@example.com", code=1).output


@pytest.fixture
def bounced(run: Run, folder: Path) -> Path:
    """An issue went out, and all five readers' mails came back for good."""
    run("status")
    engine = connect(sqlite_of(folder))
    add_readers(engine, "weekly", range(5))
    post = Post(engine)
    post.hear(post.send(1), Telling(of={f"reader{number}@example.com": "bounce" for number in range(5)}))
    engine.dispose()
    return folder


def test_wrong_bounces_are_looked_at_taken_back_and_put_back(run: Run, bounced: Path) -> None:
    """A dry run changes nothing; what it says is what is done; a second time there is nothing to do."""
    shown = run("suppressions", "undo", "--issue", "1", "--domain", "Example.COM", "--dry-run").output
    assert "5 addresses would come off the do-not-mail list" in shown
    assert "5 at example.com" in shown
    assert 5 == run("suppressions").output.count("mail to it bounced, issue 1")
    assert "Nothing was changed." in shown
    assert 5 == json.loads(run("suppressions", "--format", "json").output)["in_all"]

    done = run("suppressions", "undo", "--issue", "1", "--yes").output
    assert "5 addresses may be mailed again" in done
    assert "newsletter suppressions put-back 1" in done
    assert "Nobody is on the do-not-mail list." in run("suppressions").output
    assert "Nobody is off because of such a bounce" in run("suppressions", "undo", "--issue", "1", "--yes").output
    assert "5 addresses and 0 subscriptions, bounces of issue 1" in run("suppressions", "undone").output

    assert "5 addresses are on the do-not-mail list again." in run("suppressions", "put-back", "1").output
    assert "put back since" in run("suppressions", "undone").output
    assert "There is no undo 1" in run("suppressions", "put-back", "1", code=1).output


def test_what_an_undo_found_is_there_for_scripts(run: Run, bounced: Path) -> None:
    """Counts, domains and words; `undo` is its number, null where nothing was done."""
    told = json.loads(run("suppressions", "undo", "--since", "2020-01-01", "--yes", "--format", "json").output)

    assert (5, 0, 0, 1) == (told["addresses"], told["stay"], told["subscriptions"], told["undo"])
    assert [{"name": "example.com", "addresses": 5}] == told["domains"]
    told = json.loads(run("suppressions", "undo", "--until", "2020-01-01", "--yes", "--format", "json").output)
    assert (0, None) == (told["addresses"], told["undo"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Say which bounces were wrong."),
        (("--issue", "one"), "not the number of an issue"),
        (("--since", "soon"), "not a time"),
        (("--since", "0001-01-01T00:00:00+14:00"), "not a time"),
        (("--until", "9999-12-31"), "not a time"),
        (("--since", "2026-11-30", "--until", "2026-11-29"), "ends before it begins"),
        (("--domain", "exa mple"), "not a domain"),
        (("--domain", "%"), "not a domain"),
    ],
)
def test_what_is_no_issue_time_or_domain_is_refused(run: Run, words: tuple[str, ...], says: str) -> None:
    """Exit 1 and how to write it; never all bounces there are, because nothing was named."""
    assert says in run("suppressions", "undo", *words, "--yes", code=1).output


def test_a_day_alone_is_meant_whole(run: Run, bounced: Path) -> None:
    """From its beginning, and to its end, in the newsletter's own zone."""
    day = datetime.now(ZoneInfo("Europe/Berlin")).date()
    for words, n_addresses in (
        (("--since", str(day), "--until", str(day)), 5),
        (("--until", str(day - timedelta(days=1))), 0),
        (("--since", str(day + timedelta(days=1))), 0),
    ):
        told = json.loads(run("suppressions", "undo", *words, "--dry-run", "--format", "json").output)
        assert n_addresses == told["addresses"], words
