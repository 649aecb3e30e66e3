"""An import taken back: everybody as before, but for what they did themselves since."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from newsletter.audience.csv_import import import_csv
from newsletter.audience.import_report import ImportOptions
from newsletter.ports.readers import ReaderRow
from newsletter.store.engine import connect, reading
from newsletter.store.importing import SqlImports
from newsletter.store.readers import SqlReaders
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

ACTIVE, PENDING = SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING
_FILE = """email,first name,city,status
new@example.com,New,Oslo,
known@example.com,Other,Oslo,
pending@example.com,,,
gone@example.com,,,unsubscribed
left@example.com,,,
"""


@pytest.fixture
def readers(engine: Engine) -> SqlReaders:
    """Known, pending and left readers."""
    readers = SqlReaders(engine)
    known = ReaderRow(email="known@example.com", first_name="Kay", fields={"city": "Bergen"})
    readers.join("weekly", [known, ReaderRow(email="left@example.com")], status=ACTIVE, consent="form")
    readers.join("weekly", [ReaderRow(email="pending@example.com")], status=PENDING, consent=None)
    readers.leave("left@example.com", list_name=None)
    return readers


def people(engine: Engine) -> list[str]:
    """All that is known of everybody, but for when a row was last touched."""
    queries = (
        "SELECT email, first_name, last_name, fields FROM subscriber ORDER BY email",
        "SELECT list_id, subscriber_id, status, consent, since_at FROM subscription ORDER BY 1, 2",
        "SELECT email_key, reason FROM suppression ORDER BY 1",
    )
    with reading(engine) as connection:
        return [str(row) for query in queries for row in connection.execute(text(query))]


def bring(engine: Engine, tmp_path: Path, content: str = _FILE) -> int:
    """Import a file under a number."""
    path = tmp_path / "readers.csv"
    path.write_text(content)
    run = SqlImports(engine).begin("weekly", ["readers.csv"])
    import_csv(SqlReaders(engine), [path], ImportOptions(list_name="weekly", status=ACTIVE, consent="a file", run=run))
    return run


def test_undo_leaves_everybody_as_they_were(engine: Engine, readers: SqlReaders, tmp_path: Path) -> None:
    """New ones are gone, changed ones have their names and fields again, and the do-not-mail list is as before."""
    before = people(engine)
    run = bring(engine, tmp_path)
    assert people(engine) != before

    assert SqlImports(engine).undo(run) > 0

    assert people(engine) == before
    with pytest.raises(NotNow, match="already"):
        SqlImports(engine).undo(run)
    with pytest.raises(Missing):
        SqlImports(engine).undo(99)


def test_undo_lowers_no_protection_that_came_since(engine: Engine, readers: SqlReaders, tmp_path: Path) -> None:
    """Who left or complained after the import stays away."""
    run = bring(engine, tmp_path)
    readers.leave("new@example.com", list_name="weekly")
    readers.suppress("gone@example.com", SuppressionReason.COMPLAINT)

    SqlImports(engine).undo(run)

    person = readers.find_subscriber("new@example.com")
    assert person is not None and person.subscriptions[0].status is SubscriptionStatus.ENDED
    assert readers.find_suppression("gone@example.com") is SuppressionReason.COMPLAINT


def test_three_files_of_one_audience_end_in_one_state_whatever_their_order(tmp_path: Path, sqlite_url: str) -> None:
    """Subscribed, unsubscribed and cleaned, as one system exports them: who left wins in all six orders."""
    texts = {
        "subscribed": "Email Address,First Name,TAGS\nana@example.com,Ana,vip\ngus@example.com,Gus,\nivy@example.com,,\n",
        "unsubscribed": "Email Address,First Name,UNSUB_TIME\ngus@example.com,Gus,2021-01-02 03:04:05\n",
        "cleaned": "Email Address,First Name,CLEAN_TIME\nivy@example.com,,2021-01-02 03:04:05\n",
    }
    paths = {name: tmp_path / f"{name}.csv" for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name])
    template = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    states = set()
    for number, order in enumerate(permutations(paths)):
        copy = tmp_path / f"{number}.db"
        copy.write_bytes(template)
        engine = connect(f"sqlite:///{copy}")
        readers = SqlReaders(engine)
        options = ImportOptions(list_name="weekly", status=ACTIVE, consent="x")
        import_csv(readers, [paths[name] for name in order], options)
        mailed = sorted(
            one.email
            for one in readers.iterate("weekly")
            if one.subscriptions[0].status is ACTIVE and not one.suppressed
        )
        blocked = [(email, readers.find_suppression(email)) for email in ("gus@example.com", "ivy@example.com")]
        states.add((tuple(mailed), tuple(blocked)))
        engine.dispose()

    assert states == {
        (
            ("ana@example.com",),
            (
                ("gus@example.com", SuppressionReason.UNSUBSCRIBE),
                ("ivy@example.com", SuppressionReason.HARD_BOUNCE),
            ),
        )
    }
