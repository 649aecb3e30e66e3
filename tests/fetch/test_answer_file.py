"""Answers of the web in a file: the same when they come back, never more than was allowed, nothing that breaks a check."""

from __future__ import annotations

import sqlite3
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.fetch.answer_file import AnswerFile
from newsletter.ports.answers import Remembered
from newsletter.ports.fetcher import Fetched, NotFetched, WhyNot

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def page(body: bytes = b"", *, at: datetime = NOW) -> Remembered:
    reply = Fetched(url="https://a.example/", status=200, headers={"content-type": "text/html"}, body=body)
    return Remembered(reply=reply, asked_at=at, has_body=bool(body))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(url=TEXT, landed=TEXT, kind=TEXT, body=st.binary(), status=st.integers(100, 999), hops=st.integers(0, 5))
def test_an_answer_comes_back_as_it_was(
    tmp_path: Path, url: str, landed: str, kind: str, body: bytes, status: int, hops: int
) -> None:
    """Whatever the addresses and the page hold."""
    reply = Fetched(
        url=landed,
        status=status,
        headers={"content-type": kind},
        body=body,
        redirects=(url,) * hops,
        is_permanent=hops > 1,
        is_whole=hops % 2 == 0,
    )
    one = Remembered(reply=reply, asked_at=NOW, has_body=True)
    AnswerFile(tmp_path / "a.db").remember({url: one})

    assert {url: one} == AnswerFile(tmp_path / "a.db").recall([url])


def test_why_there_was_no_answer_comes_back_too(tmp_path: Path) -> None:
    """With its sentence."""
    memory = AnswerFile(tmp_path / "new" / "a.db")
    missing = NotFetched(WhyNot.TOO_SLOW, "no answer within 15 seconds")
    memory.remember({"https://a.example/": Remembered(reply=missing, asked_at=NOW, has_body=False)})
    found = memory.recall(["https://a.example/", "https://b.example/"])["https://a.example/"].reply

    assert isinstance(found, NotFetched)
    assert (missing.why, missing.reason) == (found.why, found.reason)


def test_the_oldest_go_where_room_is_short(tmp_path: Path) -> None:
    """By their number, and by what they weigh."""
    few = AnswerFile(tmp_path / "few.db", most_answers=3)
    for number in range(5):
        few.remember({f"https://a.example/{number}": page(at=NOW + timedelta(minutes=number))})
    assert {f"https://a.example/{number}" for number in (2, 3, 4)} == set(
        few.recall([f"https://a.example/{number}" for number in range(5)])
    )

    light = AnswerFile(tmp_path / "light.db", most_bytes=50_000)
    import random

    for number in range(20):
        light.remember(
            {
                f"https://a.example/{number}": page(
                    random.Random(number).randbytes(20_000), at=NOW + timedelta(minutes=number)
                )
            }
        )
    assert {f"https://a.example/{number}" for number in (18, 19)} == set(
        light.recall([f"https://a.example/{number}" for number in range(20)])
    )
    assert (tmp_path / "light.db").stat().st_size < 150_000


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE answer SET status = 'many'",
        "UPDATE answer SET asked_at = 1e300",
        "UPDATE answer SET body = x'00ff00ff'",
        "UPDATE answer SET why = 'because'",
        "UPDATE answer SET n_hops = NULL",
    ],
)
def test_a_row_that_nobody_here_wrote_is_no_answer(tmp_path: Path, change: str) -> None:
    """It is asked for again."""
    memory = AnswerFile(tmp_path / "a.db")
    memory.remember({"https://a.example/": page(b"x")})
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute(change)
    connection.close()

    assert {} == memory.recall(["https://a.example/"])


def test_a_bomb_in_the_file_is_not_opened(tmp_path: Path) -> None:
    """A body that would unpack to more than any page."""
    memory = AnswerFile(tmp_path / "a.db")
    memory.remember({"https://a.example/": page(b"x")})
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("UPDATE answer SET body = ?", (zlib.compress(b"\0" * 20_000_000),))
    connection.close()

    assert {} == memory.recall(["https://a.example/"])


@pytest.mark.parametrize("spoil", ["garbage", "cut", "another", "a folder", "read-only"])
def test_a_file_that_can_not_be_used_breaks_nothing(tmp_path: Path, spoil: str) -> None:
    """Nothing is known, and nothing is raised."""
    path = tmp_path / "a.db"
    AnswerFile(path).remember({"https://a.example/": page(b"x" * 50_000)})
    match spoil:
        case "garbage":
            path.write_bytes(b"x" * 10_000)
        case "cut":
            path.write_bytes(path.read_bytes()[:5_000])
        case "another":
            path.unlink()
            with sqlite3.connect(path) as connection:
                connection.execute("CREATE TABLE answer (x)")
            connection.close()
        case "a folder":
            path.unlink()
            path.mkdir()
        case "read-only":
            path.unlink()
            path.symlink_to("/proc/version")
    memory = AnswerFile(path)

    assert {} == memory.recall(["https://a.example/"])
    memory.remember({"https://b.example/": page()})
    assert set(memory.recall(["https://b.example/"])) <= {"https://b.example/"}
