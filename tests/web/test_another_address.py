"""A reader changes their address: the old one stays off, whoever brings it, and is somebody's again by their own word."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.cli import main
from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect
from newsletter.exports.csv_export import export_csv
from newsletter.imports.one_reader import add_reader
from newsletter.imports.report import ImportOptions, ImportReport
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.words.consent import Asked
from newsletter.words.erasure import RequestOf
from newsletter.words.mistake import NotNow
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.importing import import_csv
from tests.web.conftest import World

ACTIVE, PENDING = SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING
OLD, NEW, THIRD = "ana@example.com", "ana@example.org", "ana@example.net"
_FILE = "email,first_name,city\nANA@Example.com,Anastasia,Oslo\nbo@example.com,Bo,Bergen\n"


def bring(world: World, text: str = _FILE, *, undoable: bool = False) -> tuple[ImportReport, int | None]:
    """Import a file whose people have agreed, as the owner says."""
    file = world.parts.directory / "old list.csv"
    file.write_text(text)
    run = world.parts.imports.begin("weekly", [file.name]) if undoable else None
    report = import_csv(
        world.parts.consent.membership,
        [file],
        ImportOptions(list_name="weekly", status=ACTIVE, consent="Form", run=run),
    )
    if run is not None:
        world.parts.imports.finish(run)
    return report, run


def move(world: World, before: str, after: str) -> int:
    """By the reader's own page, and the button behind the mail to the new address. Their number."""
    person = world.parts.readers.find_subscriber(before)
    assert person is not None
    world.client.post(f"{world.own(person.id)}/address", data={"email": after})
    mail = world.mails()[-1]
    assert mail["To"] == after
    assert world.client.post(world.link(mail, "/confirm/")).status_code == 200
    assert world.parts.readers.find_subscriber(after) is not None
    return person.id


def leaves(world: World, person: int) -> None:
    world.client.post(f"/u/{world.token('u', person)}", data={"List-Unsubscribe": "One-Click"})


def is_erased(world: World, person: int) -> None:
    found = world.parts.readers.find(person)
    assert found is not None
    world.client.post(f"{world.own_link(person)}/erase")
    assert world.parts.readers.find(person) is None


def is_removed(world: World, person: int) -> None:
    found = world.parts.readers.find(person)
    assert found is not None
    world.parts.consent.membership.take_off(found.email)


def stays(_world: World, _person: int) -> None:
    pass


def run(world: World, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["-C", str(world.parts.directory), *arguments])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("ends", [stays, leaves, is_erased, is_removed])
def test_an_old_list_does_not_bring_back_the_old_address(world: World, ends: Callable[[World, int], None]) -> None:
    """However the reader ended, the file's other people join, and the report says why this one did not."""
    bring(world)
    ends(world, move(world, OLD, NEW))

    report, _ = bring(world)

    assert world.parts.readers.find_subscriber(OLD) is None
    assert world.status("bo@example.com") == "active"
    (problem,) = report.problems
    assert problem.line == 2 and "Only their own sign-up" in problem.reason
    assert (report.rows, report.unchanged, report.suppressed) == (2, 1, 1)
    with pytest.raises(NotNow, match="was not added"):
        add_reader(world.parts.consent.membership, " Ana@EXAMPLE.com ", list_name="another", status=ACTIVE, consent="x")
    assert world.parts.readers.find_subscriber(OLD) is None


def test_who_moved_twice_has_two_addresses_that_stay_off(pages: World) -> None:
    """Also when the one in between is brought."""
    bring(pages)
    move(pages, OLD, NEW)
    leaves(pages, move(pages, NEW, THIRD))

    report, _ = bring(pages, f"email\n{OLD}\n{NEW}\n{THIRD}\n")

    assert report.added == report.updated == 0 and report.suppressed == 3
    assert [pages.status(email) for email in (OLD, NEW, THIRD)] == [None, None, "ended"]


def test_who_moved_and_came_back_has_their_first_address_again(world: World) -> None:
    """It is no former one any more, and the one in between is."""
    bring(world)
    move(world, OLD, NEW)
    move(world, NEW, OLD)

    report, _ = bring(world, f"email\n{OLD}\n{NEW}\n")

    assert (report.unchanged, report.suppressed) == (1, 1)
    assert world.status(OLD) == "active"
    assert world.parts.readers.find_subscriber(NEW) is None


def test_two_readers_who_take_each_others_address_are_both_on(pages: World) -> None:
    """By a third address, since one that somebody uses can't be taken."""
    bring(pages)
    ana = move(pages, OLD, THIRD)
    bo = move(pages, "bo@example.com", OLD)
    move(pages, THIRD, "bo@example.com")

    report, _ = bring(pages)

    assert report.suppressed == 0
    found = {email: pages.parts.readers.find_subscriber(email) for email in (OLD, "bo@example.com")}
    assert [person and person.id for person in found.values()] == [bo, ana]
    assert bring(pages, f"email\n{THIRD}\n")[0].suppressed == 1


def test_an_import_taken_back_after_a_move_leaves_the_reader_and_keeps_the_old_address_off(world: World) -> None:
    """The move is the reader's own act; the person who has the address by then gets nobody else's name."""
    _, first = bring(world, f"email,first_name\n{OLD},Ana\n", undoable=True)
    _, second = bring(world, f"email,first_name\n{OLD},Anastasia\n", undoable=True)
    assert first is not None and second is not None
    move(world, OLD, NEW)
    world.parts.imports.undo(second)
    world.parts.imports.undo(first)

    assert world.status(NEW) == "active"
    assert bring(world)[0].suppressed == 1

    world.confirm(OLD)
    other = world.parts.readers.find_subscriber(OLD)
    assert other is not None and other.first_name == ""


def test_another_person_may_sign_up_with_an_address_that_was_given_up(pages: World) -> None:
    """By their own act; from then on it is theirs, and goes with them when they are erased, and not with the mover."""
    bring(pages)
    first = move(pages, OLD, NEW)
    second = pages.confirm(OLD)
    assert first != second and pages.status(OLD) == "active" and pages.status(NEW) == "active"

    is_erased(pages, first)

    assert pages.status(OLD) == "active"
    assert bring(pages)[0].suppressed == 0


def test_a_question_of_the_owners_from_before_the_move_makes_nobody_of_the_old_address(pages: World) -> None:
    """Its link was mailed to the address that they gave up; a form that they filled in there is another thing."""
    pages.parts.consent.membership.join("weekly", [ReaderRow(email=OLD)], status=PENDING, consent=None)
    pages.parts.consent.requests.ask_pending("weekly", asked=Asked.ADD, wording="x")
    pages.parts.post_office.post_waiting()
    link = pages.link(pages.mails()[-1], "/confirm/")
    move(pages, OLD, NEW)

    answer = pages.client.post(link)

    assert "can&#39;t be done" in answer.text
    assert pages.parts.readers.find_subscriber(OLD) is None


def test_who_unsubscribed_an_address_once_may_move_to_it(pages: World) -> None:
    """Their own word lifts it; that it bounced or complained does not."""
    bring(pages)
    pages.parts.consent.membership.suppress(NEW, SuppressionReason.UNSUBSCRIBE)
    move(pages, OLD, NEW)
    assert pages.parts.readers.find_suppression(NEW) is None

    pages.parts.consent.membership.suppress(THIRD, SuppressionReason.COMPLAINT)
    n_mails = len(pages.mails())
    path = f"{pages.own_link(1)}/address"
    assert pages.client.post(path, data={"email": THIRD}).status_code == 200
    assert len(pages.mails()) == n_mails


def test_an_export_takes_the_old_addresses_along_so_that_another_newsletter_keeps_them_off(
    pages: World, tmp_path: Path, sqlite_template: Path
) -> None:
    """There nobody knows of the move; the old list may lie beside the export."""
    bring(pages)
    move(pages, OLD, NEW)
    text = io.StringIO()
    export_csv(pages.parts.readers, "weekly", text)
    exported = tmp_path / "export.csv"
    exported.write_text(text.getvalue())
    assert bring(pages, text.getvalue())[0].added == 0

    other = tmp_path / "other.db"
    other.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{other}")
    elsewhere = Readers(engine)
    membership_elsewhere = Membership(engine)
    old = tmp_path / "old.csv"
    old.write_text(_FILE)
    for file in (exported, old):
        import_csv(membership_elsewhere, [file], ImportOptions(list_name="weekly", status=ACTIVE, consent="Form"))

    assert [person.email for person in elsewhere.iterate("weekly")] == [NEW, "bo@example.com"]
    engine.dispose()


def test_whoever_asks_for_the_old_address_is_told_where_its_reader_is(pages: World) -> None:
    """Shown, asked for an issue, removed, erased, added: each says it, and nothing is done to anybody else."""
    bring(pages)
    move(pages, OLD, NEW)

    assert NEW in run(pages, "subscribers", "show", OLD).output
    assert f"had {OLD} until" in run(pages, "subscribers", "show", NEW).output
    assert f'"present": "{NEW}"' in run(pages, "subscribers", "show", OLD, "--format", "json").output
    assert NEW in run(pages, "who", OLD).output
    assert NEW in run(pages, "subscribers", "remove", OLD, code=1).output
    assert NEW in run(pages, "subscribers", "erase", OLD, "--yes", code=1).output
    again = ("subscribers", "add", OLD, "--list", "weekly", "--active", "--consent", "x")
    assert "subscribers show" in run(pages, *again, code=1).output
    assert pages.status(NEW) == "active"


def test_who_is_removed_is_kept_off_every_list_until_they_sign_up_themselves(pages: World) -> None:
    """An import to a list that they were never on does not bring them back; their own confirmation does."""
    bring(pages)
    pages.parts.consent.membership.join("extras", [ReaderRow(email="cy@example.com")], status=ACTIVE, consent="x")
    said = run(pages, "subscribers", "remove", "BO@example.com").output
    assert "stays off every other" in said

    for name in ("weekly", "extras", "new"):
        with pytest.raises(NotNow):
            add_reader(pages.parts.consent.membership, "bo@example.com", list_name=name, status=ACTIVE, consent="x")
    assert [pages.status("bo@example.com", name) for name in ("weekly", "extras", "new")] == ["ended", None, None]

    pages.confirm("bo@example.com")
    assert pages.status("bo@example.com") == "active"
    assert pages.parts.readers.find_suppression("bo@example.com") is None
    run(pages, "subscribers", "remove", "nobody@example.com", code=1)


def test_erasing_by_the_owner_names_the_person_and_not_a_former_address(pages: World) -> None:
    """Nothing is erased by an address that is somebody's past."""
    bring(pages)
    move(pages, OLD, NEW)

    with pytest.raises(NotNow, match="has another address now"):
        pages.parts.consent.profiles.erase(OLD, RequestOf.OWNER)

    assert pages.status(NEW) == "active"
