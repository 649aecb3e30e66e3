"""What is kept of a move, on both databases: the reminder comes once for each time, and what was never done is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from newsletter.db.engine import writing
from newsletter.imports.imports_sql import Imports
from newsletter.imports.report import ImportOptions
from newsletter.move_in.moves_sql import Moves, note_move
from newsletter.move_in.record import MoveFound, MoveRecord, MoveWish
from newsletter.move_in.reminder import letter
from newsletter.notices.notice import Notice
from newsletter.notices.notices_sql import Notices
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.subscriber import SubscriptionStatus
from tests.world import WEEKLY

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = ImportOptions(list_name="weekly", status=SubscriptionStatus.ACTIVE, consent="a form")
WISH = MoveWish(people=PEOPLE, url="https://old.example.org/", with_closed=True, first=7)


def say(move: MoveRecord) -> Notice:
    return letter(move, WEEKLY, tell=("desk@example.com",), now=NOW)


def moved(moves: Moves, engine: Engine, *, system: str = "ghost", late: bool = False) -> int:
    wish = MoveWish(people=PEOPLE, is_late=late)
    number = moves.begin(system, wish, now=NOW)
    moves.finish(number, MoveFound(n_known=3), run=Imports(engine).begin("weekly", [f"{number}.csv"]), now=NOW)
    return number


def test_what_was_asked_and_found_is_kept(engine: Engine) -> None:
    """As it was, on either database."""
    moves = Moves(engine)
    number = moves.begin("ghost", WISH, now=NOW)
    moves.note_issues(number, {"Ghost, ice": "abc"})
    kept = moves.get(number)
    assert (WISH, {"Ghost, ice": "abc"}, None) == (kept.wish, kept.issues, kept.remind_at)
    with pytest.raises(Missing):
        moves.get(number + 1)


def test_the_owner_is_mailed_once_for_each_time(engine: Engine) -> None:
    """Two weeks later; put off, a week after that once more; done with, never again."""
    moves, notices = Moves(engine), Notices(engine)
    number = moved(moves, engine)
    assert 0 == moves.remind(say, now=NOW + timedelta(days=13))
    later = NOW + timedelta(days=15)
    assert [1, 0] == [moves.remind(say, now=later), moves.remind(say, now=later)]
    assert [number] == [one.id for one in moves.list_due(later)]
    moves.put_off(number, now=later)
    assert ([], 0) == (list(moves.list_due(later)), moves.remind(say, now=later))
    assert 1 == moves.remind(say, now=later + timedelta(days=8))
    moves.settle(number)
    assert [] == list(moves.list_due(later + timedelta(days=80)))
    mails = [one for one in notices.list_all(waiting=True) if one.about == f"move:{number}"]
    assert 2 == len(mails)
    assert "Ghost" in mails[0].subject


def test_the_newest_move_from_a_system_is_the_one_that_reminds(engine: Engine) -> None:
    """A late one settles it, and reminds of nothing; another system keeps its own."""
    moves = Moves(engine)
    first, other = moved(moves, engine), moved(moves, engine, system="kit")
    moved(moves, engine, late=True)
    assert moves.get(first).remind_at is None
    assert [other] == [one.id for one in moves.list_due(NOW + timedelta(days=15))]


def test_a_move_that_never_came_is_forgotten_with_its_files(engine: Engine) -> None:
    """One that wrote something stays, so that it can be taken back."""
    moves = Moves(engine)
    with writing(engine) as connection:
        gone, begun = (note_move(connection, 900 + n, system="ghost", wish=WISH, now=NOW) for n in range(2))
    moves.note_issues(begun, {"Ghost, ice": "abc"})
    done = moved(moves, engine)
    moves.sweep()
    with pytest.raises(Missing):
        moves.get(gone)
    assert moves.get(begun).issues
    moves.ask_undo(done, now=NOW)
    assert [done] == [one.id for one in moves.list_to_undo()]
    moves.mark_undone(done, now=NOW)
    with pytest.raises(NotNow):
        moves.ask_undo(done, now=NOW)
