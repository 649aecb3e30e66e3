"""`send --missing`: who does not have an issue gets it later, word for word as the others did."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, update

from newsletter.db.engine import connect, writing
from newsletter.ledger.tables import delivery, moved_to
from newsletter.readers.tables import mailing_list, subscriber, subscription
from newsletter.words.ledger import HandOver
from tests.running import a_folder, run, sqlite_of
from tests.world import add_readers

_MISSING = ("send", "1", "--list", "weekly", "--missing", "--yes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Issue 1 went to ten readers on `weekly`. Since then its words were changed, and three more have joined."""
    directory = a_folder(tmp_path / "weekly")
    run(directory, "status")
    engine = connect(sqlite_of(directory))
    add_readers(engine, "weekly", range(10))
    assert 0 == run(directory, "send", "1", "--list", "weekly", "--yes").returncode
    add_readers(engine, "weekly", range(10, 13))
    engine.dispose()
    issue = directory / "issues" / "001.md"
    issue.write_text(issue.read_text().replace("this week is about ice", "this week is about fog"))
    return directory


def _mails(folder: Path) -> dict[str, str]:
    """What lies in the outbox, by the reader: each has one mail at most."""
    texts = [path.read_bytes().decode() for path in sorted((folder / "var" / "outbox").rglob("*.eml"))]
    to = [text.partition("\r\nTo: ")[2].partition("\r\n")[0].strip("<>") for text in texts]
    assert [] == [who for who, n in Counter(to).items() if n > 1]
    return dict(zip(to, texts, strict=True))


def test_they_get_the_words_that_the_others_got(folder: Path) -> None:
    """Not those that stand in the files by now; and it is said before how many they are."""
    sent = run(folder, *_MISSING)

    assert 0 == sent.returncode, sent.stderr
    assert "3 on 'weekly' do not have issue 1" in sent.stdout
    mails = _mails(folder)
    assert {f"reader{number}@example.com" for number in range(13)} == set(mails)
    assert all("about ice" in text and "about fog" not in text for text in mails.values())
    assert 13 == json.loads(run(folder, "status", "1", "--format", "json").stdout)["accepted"]


def test_who_was_refused_is_missing_it_and_who_is_in_doubt_or_has_left_is_not(folder: Path) -> None:
    """A new try for the one; the other may have it, and the third does not want it."""
    engine = connect(sqlite_of(folder))
    with writing(engine) as connection:
        ids = {number: _id(f"reader{number}@example.com") for number in range(13)}
        for number, state in ((0, HandOver.REFUSED), (1, HandOver.UNCERTAIN)):
            connection.execute(
                update(delivery)
                .where(delivery.c.subscriber_id == ids[number])
                .values(**moved_to(state, [HandOver.ACCEPTED]), reason="said so")
            )
        weekly = select(mailing_list.c.id).where(mailing_list.c.name == "weekly").scalar_subquery()
        theirs = (subscription.c.list_id == weekly, subscription.c.subscriber_id == ids[12])
        connection.execute(update(subscription).where(*theirs).values(status="ended"))
    engine.dispose()
    for path in (folder / "var" / "outbox").rglob("*.eml"):
        path.unlink()

    sent = run(folder, *_MISSING)

    assert "1 may or may not have it" in sent.stderr
    assert {f"reader{number}@example.com" for number in (0, 10, 11)} == set(_mails(folder))


def test_where_nobody_misses_it_nothing_is_planned(folder: Path) -> None:
    """It says so, and the sending before stays the last one."""
    run(folder, *_MISSING)
    before = run(folder, "status", "1").stdout

    again = run(folder, *_MISSING)

    assert 0 == again.returncode
    assert "Nobody on 'weekly' who may be mailed is without issue 1. 13 hold it." in again.stdout
    assert 2 == before.count("Issue 1 to 'weekly': finished")
    assert before == run(folder, "status", "1").stdout


def test_an_issue_that_never_went_to_the_list_is_refused(folder: Path) -> None:
    """There are no words to take, and nobody who missed it."""
    engine = connect(sqlite_of(folder))
    add_readers(engine, "friends", [20])
    engine.dispose()
    refused = run(folder, "send", "1", "--list", "friends", "--missing", "--yes")

    assert 1 == refused.returncode
    assert "was never sent to 'friends'" in refused.stderr
    assert 2 == run(folder, *_MISSING, "--next").returncode


def _id(email: str) -> object:
    return select(subscriber.c.id).where(subscriber.c.email == email).scalar_subquery()
