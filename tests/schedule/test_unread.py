"""Nothing goes to real readers that nobody has read: a slot needs an approval, and an approval needs answers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.schedule.choice import FindingsUnanswered, approve_issue
from newsletter.schedule.setting import say_ways
from newsletter.words.slot import SlotStatus, Ways, Why
from tests.fakes.running import sendgrid_server
from tests.schedule.world import READERS, SLOT, YEAR, World, through

HOUR = timedelta(hours=1)
NOBODY = "smtp://127.0.0.1:9"


def _real(folder: Path, **settings: str) -> World:
    """A newsletter whose mail would go to real readers, if its mail server answered."""
    return World(folder, NEWSLETTER_PROVIDER="smtp", NEWSLETTER_SMTP_URL=NOBODY, **settings)


def _told(world: World) -> list[str]:
    notices = world.notices.list_all(waiting=False)
    return [notice.subject.removeprefix("[Weekly Ferries] ") for notice in notices]


def test_unused_posts_alone_go_to_nobody_and_the_editors_are_asked(tmp_path: Path) -> None:
    """The schedule drafts from raw captures: an hour before and at nine editors hear of it, and readers get nothing."""
    with sendgrid_server(tmp_path / "sendgrid") as provider:
        world = World(tmp_path / "weekly", **through(provider.url, parcel_size=10))
        (world.folder / "issues" / "001.md").unlink()
        world.set_timetable(tell=("editor@example.com",))
        world.beat(SLOT - HOUR)
        assert (world.folder / "issues" / "001.md").exists()
        assert _told(world) == [f"Issue 1 waits for an approval: it is due Thursday 3 Dec {YEAR}, 09:00 Europe/Berlin"]
        world.beat(SLOT)
        world.beat(SLOT + 2 * HOUR)

        assert world.stands() == (SlotStatus.ASKING, Why.UNAPPROVED)
        assert _told(world)[1:] == ["Issue 1 did not go, because nobody has approved it"]
        assert {"editor@example.com"} == {line["email"] for line in provider.accepted()}
        assert world.parts.ledger.accounts.find(1) is None
    world.close()


def test_what_is_approved_within_the_hour_goes_on_time(tmp_path: Path) -> None:
    """Frozen as soon as somebody has said yes, and no earlier."""
    world = _real(tmp_path / "weekly")
    world.set_timetable()
    world.tick(SLOT - HOUR)
    assert world.stands() == (SlotStatus.WAITING, None)
    approve_issue(world.desk, 1, by="mara")
    world.tick(SLOT - HOUR / 2)
    assert world.stands() == (SlotStatus.FROZEN, None)
    world.tick(SLOT)
    assert world.stands() == (SlotStatus.GOING, None)
    world.close()


def test_the_owner_may_let_it_go_unread_but_never_what_was_drafted_by_itself(tmp_path: Path) -> None:
    """The setting is said in plain words; an issue that somebody wrote goes, one that the schedule made asks."""
    folder = tmp_path / "weekly"
    world = _real(folder)
    assert "Only what was approved goes." in " ".join(say_ways(world.desk, Ways()))
    toml = folder / "newsletter.toml"
    toml.write_text(f'unapproved = "goes"\n{toml.read_text()}')
    world.parts = world.opened()
    assert "It goes even if nobody has read it." in " ".join(say_ways(world.desk, Ways()))
    world.set_timetable()
    world.tick(SLOT)
    assert world.stands() == (SlotStatus.GOING, None)
    world.parts.ledger.control.cancel(1)
    world.tick(SLOT + HOUR)
    world.post(2)
    following = SLOT + timedelta(days=7)
    world.tick(following - HOUR)
    world.tick(following)

    assert world.slot(following).issue == 2
    assert world.stands(following) == (SlotStatus.ASKING, Why.UNAPPROVED)
    approve = "subject: A ferry for every day"
    path = folder / "issues" / "002.md"
    path.write_text(path.read_text().replace("subject: Ferry number 2", approve))
    approve_issue(world.desk, 2, by="mara")
    world.tick(following + HOUR)
    assert world.stands(following) == (SlotStatus.GOING, None)
    world.close()


def test_what_was_approved_for_practice_is_not_approved_for_real_readers(tmp_path: Path) -> None:
    """Words with stand-ins for the public address were approved: once it is set, they ask for another look."""
    folder = tmp_path / "weekly"
    world = World(folder)
    toml = folder / "newsletter.toml"
    whole = toml.read_text()
    toml.write_text(whole.replace("public_url", "# public_url"))
    world.parts = world.opened()
    world.set_timetable()
    approve_issue(world.desk, 1, by="mara")
    toml.write_text(whole)
    with (folder / "var" / "secrets.env").open("a") as file:
        file.write(f"NEWSLETTER_PROVIDER=smtp\nNEWSLETTER_SMTP_URL={NOBODY}\n")
    world.parts = world.opened()
    world.tick(SLOT)
    assert world.stands() == (SlotStatus.ASKING, Why.UNAPPROVED)
    approve_issue(world.desk, 1, by="mara")
    world.tick(SLOT + HOUR)
    assert world.stands() == (SlotStatus.GOING, None)
    world.close()


@pytest.mark.parametrize(
    ("file", "old", "new", "mended", "named"),
    [
        ("posts/2026-11-20-ferries-in-winter.md", "source: Coastline\n",
         'source: Coastline\nchecks: ["2 paragraphs may be quotes: check “It was …”, “We saw …”"]\n',
         "source: Coastline\n", "may be quotes"),
        ("posts/2026-11-20-ferries-in-winter.md", "source: Coastline\n",
         'source: Coastline\nchecks: ["The page was not read: it answered 503."]\n',
         "source: Coastline\n", "was not read"),
        ("issues/001.md", """subject: 'Boats for {{ first_name | default("you") }}'\n""", "subject: Ferries in winter\n",
         'subject: Ferries in winter\nwaive: {unwritten-subject: it says it best}\n', "nobody has written one"),
    ],
)  # fmt: skip
def test_what_is_asked_is_answered_before_anybody_can_approve(
    embedded: World, file: str, old: str, new: str, mended: str, named: str
) -> None:
    """Whose words, a page that was not read, a subject that a draft took over: named, also with --despite-findings."""
    path = embedded.folder / file
    path.write_text(path.read_text().replace(old, new))
    for despite in (False, True):
        with pytest.raises(FindingsUnanswered) as refused:
            approve_issue(embedded.desk, 1, by="mara", despite_findings=despite)
        assert "Issue 1 was not approved: 1 question is not answered yet." in refused.value.message
        assert file in refused.value.fix and named in refused.value.fix
    assert embedded.schedule.approvals.find(1) is None

    path.write_text(path.read_text().replace(new, mended))
    assert approve_issue(embedded.desk, 1, by="mara").issue == 1


def test_practice_goes_on_by_itself(embedded: World) -> None:
    """Nothing leaves the machine: unused posts become an issue, and everybody has it in practice."""
    (embedded.folder / "issues" / "001.md").unlink()
    embedded.set_timetable()
    embedded.beat(SLOT)
    assert READERS == embedded.copies(1)
