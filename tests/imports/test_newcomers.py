"""Whom an import made is noted by ranges of numbers: those alone go when it is taken back."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

from sqlalchemy import Connection, Engine, event, select, text

from newsletter.consent.import_notes_sql import note_newcomers
from newsletter.consent.membership_sql import Membership
from newsletter.consent.tables import import_change, import_newcomers, import_tag
from newsletter.db.engine import connect, reading, writing
from newsletter.imports.imports_sql import Imports
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.words.subscriber import SubscriptionStatus
from tests.importing import import_csv

ACTIVE = SubscriptionStatus.ACTIVE


def bring(engine: Engine, path: Path, content: str) -> int:
    path.write_text(content)
    run = Imports(engine).begin("weekly", [path.name])
    import_csv(Membership(engine), [path], ImportOptions(list_name="weekly", status=ACTIVE, run=run))
    Imports(engine).finish(run)
    return run


def ranges(connection: Connection) -> list[tuple[int, int]]:
    rows = connection.execute(select(import_newcomers.c["first_id", "last_id"]).order_by(import_newcomers.c.first_id))
    return [tuple(row) for row in rows]


def test_three_batches_are_one_row(engine: Engine, tmp_path: Path) -> None:
    """Nothing else is noted of 5,000 people whom nobody knew."""
    bring(engine, tmp_path / "many.csv", "email\n" + "".join(f"r{number}@example.com\n" for number in range(5_000)))

    with reading(engine) as connection:
        assert ranges(connection) == [(1, 5_000)]
        assert connection.execute(select(import_change)).all() == []


def test_numbers_with_gaps_are_several_rows(engine: Engine) -> None:
    """Another import may have taken some of the numbers meanwhile."""
    run = Imports(engine).begin("weekly", ["a.csv"])
    with writing(engine) as connection:
        for people in ([7, 5, 6], [9, 8, 12], [], [14, 20]):
            note_newcomers(connection, run, people)
        assert ranges(connection) == [(5, 9), (12, 12), (14, 14), (20, 20)]


def test_somebody_who_is_in_two_files_of_one_import_goes_all_the_same(engine: Engine, tmp_path: Path) -> None:
    """The second file finds them known, by the import itself; their tag and its note go with them."""
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("email,tags\nana@example.com,a\n")
    second.write_text("email,first name,tags\nana@example.com,Ana,b\n")
    run = Imports(engine).begin("weekly", ["both"])
    import_csv(Membership(engine), [first, second], ImportOptions(list_name="weekly", status=ACTIVE, run=run))
    with reading(engine) as connection:
        assert connection.execute(select(import_change)).all() == []

    assert Imports(engine).undo(run) == 1

    assert Readers(engine).find_subscriber("ana@example.com") is None
    with reading(engine) as connection:
        assert connection.execute(select(import_tag)).all() == []


def test_those_who_are_gone_or_have_another_address_are_passed_over(engine: Engine, tmp_path: Path) -> None:
    """Nobody has the number of one who was erased, and whoever proved another address by a mail has acted themselves."""
    run = bring(engine, tmp_path / "a.csv", "email,tags\nana@example.com,x\nbo@example.com,x\ncy@example.com,x\n")
    with writing(engine) as connection:
        for statement in (
            "DELETE FROM tag WHERE subscriber_id = 1",
            "DELETE FROM subscription WHERE subscriber_id = 1",
            "DELETE FROM subscriber WHERE id = 1",
            "UPDATE subscriber SET email = 'b@example.com', email_key = 'b@example.com' WHERE id = 2",
            (
                "INSERT INTO consent_request (email, email_key, asked, subscriber_id, requested_at, confirmed_at) VALUES "
                "('b@example.com', 'b@example.com', 'address', 2, '2999-01-01 09:00:00', '2999-01-01 09:00:00')"
            ),
        ):
            connection.execute(text(statement))

    assert Imports(engine).undo(run) == 2

    with reading(engine) as connection:
        assert connection.scalars(text("SELECT id FROM subscriber")).all() == [2]
        assert connection.scalars(text("SELECT subscriber_id FROM subscription")).all() == [2]
        assert connection.execute(select(import_tag)).all() == []
        assert ranges(connection) == []


def test_somebody_whom_another_import_makes_at_that_moment_stays(postgres_url: str, tmp_path: Path) -> None:
    """They were unknown when this one looked. They come off its list when it is taken back, and stay on the other."""
    engine, other = connect(postgres_url), connect(postgres_url)
    there = [ReaderRow(email="ana@example.com")]
    begun: list[Thread] = []

    def overtake(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO subscriber ") and not begun:
            begun.append(Thread(target=lambda: Membership(other).join("extras", there, status=ACTIVE, consent=None)))
            begun[0].start()
            begun[0].join(30)

    event.listen(engine, "before_cursor_execute", overtake)
    run = bring(engine, tmp_path / "a.csv", "email\nana@example.com\nbo@example.com\n")
    readers = Readers(engine)
    ana = readers.find_subscriber("ana@example.com")
    assert ana is not None and sorted(one.list_name for one in ana.subscriptions) == ["extras", "weekly"]

    assert Imports(engine).undo(run) == 2

    ana = readers.find_subscriber("ana@example.com")
    assert ana is not None and [one.list_name for one in ana.subscriptions] == ["extras"]
    assert readers.find_subscriber("bo@example.com") is None
    engine.dispose()
    other.dispose()
