"""`newsletter suppressions`: the do-not-mail list at a terminal, run in a real folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.cli import main
from newsletter.store.engine import connect
from newsletter.store.readers import SqlReaders
from newsletter.words.subscriber import SuppressionReason
from tests.running import a_folder, sqlite_of

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
    SqlReaders(engine).suppress("ana@example.com", SuppressionReason.HARD_BOUNCE)
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
