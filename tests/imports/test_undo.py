"""An import taken back: everybody as before, but for what they did themselves since."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from newsletter.consent.membership_sql import Membership
from newsletter.consent.requests_sql import Requests
from newsletter.db.engine import reading
from newsletter.imports.imports_sql import Imports
from newsletter.imports.report import ImportOptions
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.segments.segments_sql import Segments
from newsletter.words.consent import Asked
from newsletter.words.erasure import EraseKey
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv

ACTIVE, PENDING = SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING
_FILE = """email,first name,city,status,tags
new@example.com,New,Oslo,,a
known@example.com,Other,Oslo,,"old,new"
pending@example.com,,,,
gone@example.com,,,unsubscribed,
left@example.com,,,,x
blocked@example.com,,,unsubscribed,
"""
_WORSE = "email,status\ngone@example.com,complained\nblocked@example.com,complained\n"


@pytest.fixture
def membership(engine: Engine) -> Membership:
    """Known, pending and left readers."""
    membership = Membership(engine)
    known = ReaderRow(email="known@example.com", first_name="Kay", fields={"city": "Bergen"})
    membership.join("weekly", [known, ReaderRow(email="left@example.com")], status=ACTIVE, consent="form")
    membership.join("weekly", [ReaderRow(email="pending@example.com")], status=PENDING, consent=None)
    membership.leave("left@example.com", list_name=None)
    membership.suppress("blocked@example.com", SuppressionReason.INVALID)
    Segments(engine).set_tag("known@example.com", "old", on=True)
    return membership


@pytest.fixture
def readers(engine: Engine, membership: Membership) -> Readers:
    return Readers(engine)


def people(engine: Engine) -> list[str]:
    """All that is known of everybody, but for when a row was last touched."""
    queries = (
        "SELECT email, first_name, last_name, fields FROM subscriber ORDER BY email",
        "SELECT list_id, subscriber_id, status, consent, since_at FROM subscription ORDER BY 1, 2",
        "SELECT email_key, reason, since_at FROM suppression ORDER BY 1",
        "SELECT subscriber_id, name FROM tag ORDER BY 1, 2",
        "SELECT name, is_open FROM mailing_list ORDER BY 1",
        "SELECT email_key FROM consent_request WHERE posted_at IS NULL ORDER BY 1",
    )
    with reading(engine) as connection:
        return [str(row) for query in queries for row in connection.execute(text(query))]


def bring(engine: Engine, tmp_path: Path, *contents: str, list_name: str = "weekly") -> int:
    """Import files under a number."""
    paths = []
    for number, content in enumerate(contents or (_FILE,)):
        paths.append(tmp_path / f"readers{number}.csv")
        paths[-1].write_text(content)
    run = Imports(engine).begin(list_name, [path.name for path in paths])
    options = ImportOptions(list_name=list_name, status=ACTIVE, consent="a file", run=run)
    import_csv(Membership(engine), paths, options)
    Imports(engine).finish(run)
    return run


@pytest.mark.parametrize("list_name", ["weekly", "extras"])
def test_undo_leaves_everybody_as_they_were(engine: Engine, readers: Readers, tmp_path: Path, list_name: str) -> None:
    """New people, lists and tags are gone, names and fields are back, the do-not-mail list is as before to the second."""
    before = people(engine)
    run = bring(engine, tmp_path, _FILE, _WORSE, list_name=list_name)
    assert people(engine) != before

    assert Imports(engine).undo(run) > 0

    assert people(engine) == before
    with pytest.raises(NotNow, match="already"):
        Imports(engine).undo(run)
    with pytest.raises(Missing):
        Imports(engine).undo(99)


def test_undo_ends_between_two_slices_and_is_finished_later(engine: Engine, readers: Readers, tmp_path: Path) -> None:
    """A process that is to end does not first take a million people back."""
    before = people(engine)
    run = bring(engine, tmp_path, "email\n" + "".join(f"reader{n}@example.com\n" for n in range(1_200)))
    imports, answers = Imports(engine), iter([True, False])
    imports.ask_undo(run)

    assert imports.undo(run, goes_on=lambda: next(answers)) == 1_000

    assert imports.list_to_undo() == [run]
    assert imports.undo(run) == 200
    assert people(engine) == before
    assert imports.list_to_undo() == []


def test_undo_lowers_no_protection_that_came_since(
    engine: Engine, readers: Readers, membership: Membership, tmp_path: Path
) -> None:
    """Who left or complained after the import stays away."""
    run = bring(engine, tmp_path)
    membership.leave("new@example.com", list_name="weekly")
    membership.suppress("gone@example.com", SuppressionReason.COMPLAINT)

    Imports(engine).undo(run)

    person = readers.find_subscriber("new@example.com")
    assert person is not None and person.subscriptions[0].status is SubscriptionStatus.ENDED
    assert readers.find_suppression("gone@example.com") is SuppressionReason.COMPLAINT


def test_what_a_person_changed_after_the_import_stays_changed(
    engine: Engine, readers: Readers, membership: Membership, tmp_path: Path
) -> None:
    """Value by value: the rest is taken back."""
    run = bring(engine, tmp_path)
    membership.join("weekly", [ReaderRow(email="known@example.com", first_name="Kai")], status=ACTIVE, consent=None)

    Imports(engine).undo(run)

    person = readers.find_subscriber("known@example.com")
    assert person is not None
    assert (person.first_name, person.fields) == ("Kai", {"city": "Bergen"})


def test_people_are_not_asked_any_more_because_of_an_import_that_was_taken_back(
    engine: Engine, membership: Membership, tmp_path: Path
) -> None:
    """Neither new ones nor those known from another list; who was asked before still is."""
    requests = Requests(engine, EraseKey(b"k" * 32))
    requests.ask_pending("weekly", asked=Asked.IMPORT, wording="before")
    before = people(engine)
    path = tmp_path / "more.csv"
    path.write_text("email\nknown@example.com\nnew@example.com\n")
    run = Imports(engine).begin("extras", ["more.csv"])
    import_csv(membership, [path], ImportOptions(list_name="extras", run=run))
    assert requests.ask_pending("extras", asked=Asked.IMPORT, wording="x") == 2

    Imports(engine).undo(run)

    assert people(engine) == before


def test_an_import_that_is_taken_back_while_it_runs_stops_and_leaves_nobody(
    engine: Engine, membership: Membership, tmp_path: Path
) -> None:
    """What it would bring after that could not be taken back any more."""
    before = people(engine)
    path = tmp_path / "many.csv"
    path.write_text("email,status\n" + "".join(f"r{number}@example.com,\n" for number in range(5_000)))
    imports = Imports(engine)
    run = imports.begin("extras", [path.name])

    def takes_it_back(done: int, _total: int) -> None:
        # This is after the first batch that was written.
        if done > 1_000 and imports.list_imports(most=1)[0].undone_at is None:
            imports.undo(run)

    options = ImportOptions(list_name="extras", status=ACTIVE, consent="a file", run=run)
    with pytest.raises(NotNow, match="was taken back while it ran"):
        import_csv(membership, [path], options, takes_it_back)

    assert people(engine) == before


def test_an_interrupted_import_goes_on_under_its_number(engine: Engine, readers: Readers, tmp_path: Path) -> None:
    """So that it is taken back whole; another file, another list or a finished import is a new one."""
    imports = Imports(engine)
    first = imports.begin("weekly", ["a.csv", "b.csv"])
    assert imports.begin("weekly", ["a.csv", "b.csv"]) == first
    assert imports.begin("weekly", ["a.csv"]) != first
    assert imports.begin("extras", ["a.csv", "b.csv"]) != first
    imports.finish(first)
    later = imports.begin("weekly", ["a.csv", "b.csv"])
    assert later != first
    imports.undo(later)
    assert imports.begin("weekly", ["a.csv", "b.csv"]) not in {first, later}

    listed = imports.list_imports(most=10)
    assert [row.number for row in listed] == sorted((row.number for row in listed), reverse=True)
    assert [bool(row.finished_at) for row in listed if row.number == first] == [True]
    assert [bool(row.undone_at) for row in listed if row.number == later] == [True]
    assert listed[-1].files == ["a.csv", "b.csv"]
