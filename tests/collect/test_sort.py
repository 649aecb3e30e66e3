"""Sorting finds, on both databases: into the next issue, onto the shortlist, to Monday, out; and every press taken back."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from newsletter.collect.desk import CollectDesk
from newsletter.collect.keep import undo
from newsletter.collect.pages.details import PageDetails
from newsletter.collect.save import collect_find
from newsletter.collect.tables import find as find_table
from newsletter.collect.triage.look import leave_old
from newsletter.collect.triage.looks_sql import FindFacts
from newsletter.collect.triage.place import IssuePlace
from newsletter.collect.triage.sort import drop, merge, next_monday, put_off, shortlist, take_back
from newsletter.words.find import FindDraft, FindFilter, FindStatus, Origin
from newsletter.words.mistake import NotNow
from newsletter.words.user import Role, User
from tests.collect.desks import a_desk
from tests.running import ISSUE, POST

ANA = User(id=1, name="Ana", email="ana@example.com", role=Role.EDITOR)
BEN = User(id=2, name="Ben", email="ben@example.com", role=Role.EDITOR)
SHORT, LONG = IssuePlace(number=1, section="Short"), IssuePlace(number=1, section="The long read")


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> CollectDesk:
    """A folder with one issue, and no web: posts are made of what the finds say."""
    home = tmp_path / "weekly"
    (home / "posts").mkdir(parents=True)
    (home / "issues").mkdir()
    (home / "posts" / "2026-11-20-ferries-in-winter.md").write_text(POST)
    (home / "issues" / "001.md").write_text(ISSUE)
    return a_desk(engine, home)


def a_find(desk: CollectDesk, title: str, **more: str) -> int:
    return collect_find(desk, f"https://nowhere.invalid/{title.replace(' ', '-')}", title=title, **more).find.id


def sections_of(desk: CollectDesk) -> list[tuple[str, int]]:
    return [(section.title, len(section.posts)) for section in desk.issues.get_issue(1).sections]


def waiting(desk: CollectDesk) -> list[int]:
    return sorted(find.id for find in desk.finds.list_finds())


def test_a_press_puts_a_find_into_its_section_and_back_out(desk: CollectDesk) -> None:
    """As a kept post at the section's end; a section that the issue lacks is made. Undone, post and line are gone."""
    one, two = a_find(desk, "One", note="Ours."), a_find(desk, "Two")
    before = sections_of(desk)
    done = shortlist(desk, [one], by=ANA, place=SHORT)
    shortlist(desk, [two], by=ANA, place=LONG)

    assert ([("Short", 2), ("The long read", 1)], []) == (sections_of(desk), waiting(desk))
    assert "Ours." in desk.posts.get_post(done.files[0].split("/")[1][:-3]).body
    take_back(desk, by=ANA)
    take_back(desk, by=ANA)
    assert [one, two] == waiting(desk)
    assert before == [(title, n) for title, n in sections_of(desk) if n]
    assert ["2026-11-20-ferries-in-winter"] == [post.slug for post in desk.posts.list_posts()]


def test_presses_are_taken_back_one_after_the_other(desk: CollectDesk) -> None:
    """Back to how each find stood before, not only to waiting; then nothing is left to take back."""
    find = a_find(desk, "One")
    put_off(desk, [find], by=ANA)
    drop(desk, [find], by=ANA)
    shortlist(desk, [find], by=ANA)
    stood = []
    for _ in range(3):
        take_back(desk, by=ANA)
        now = desk.finds.get(find)
        stood.append((now.status, now.back_at is not None and now.back_at > datetime.now(UTC)))

    assert [(FindStatus.DISMISSED, False), (FindStatus.WAITING, True), (FindStatus.WAITING, False)] == stood
    with pytest.raises(NotNow, match="nothing to take back"):
        take_back(desk, by=ANA)


def test_undo_takes_nothing_from_somebody_else(desk: CollectDesk) -> None:
    """Neither a later decision of theirs, nor the words that they wrote; it is said, and the next undo goes on from there."""
    dropped, kept, third = a_find(desk, "One"), a_find(desk, "Two"), a_find(desk, "Three")
    drop(desk, [third], by=ANA)
    drop(desk, [dropped, kept], by=ANA)
    shortlist(desk, [kept], by=BEN)
    assert ((dropped,), ["“Two” was decided about by somebody else since, and stays so."]) == (
        (back := take_back(desk, by=ANA)).finds,
        list(back.problems),
    )
    path = desk.posts.directory / desk.posts.get_post(desk.finds.get(kept).post or "").file
    path.write_text(path.read_text() + "\nBen's own words.\n")

    assert "Somebody wrote in" in take_back(desk, by=BEN).problems[0]
    assert "Ben's own words." in path.read_text()
    assert (third,) == take_back(desk, by=ANA).finds


def test_two_who_press_the_same_find_make_one_post(desk: CollectDesk) -> None:
    """Whoever comes second is told; the undo of that person takes nothing away."""
    find = a_find(desk, "One")
    done: list[tuple[User, int]] = []

    def press(user: User, place: IssuePlace) -> None:
        done.append((user, len(shortlist(desk, [find], by=user, place=place).finds)))

    both = [threading.Thread(target=press, args=pair) for pair in ((ANA, SHORT), (BEN, LONG))]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert [0, 1] == sorted(n for _, n in done)
    assert 2 == len(desk.posts.list_posts()) == sum(n for _, n in sections_of(desk))
    second = next(user for user, n in done if not n)
    with pytest.raises(NotNow):
        take_back(desk, by=second)


def test_several_finds_become_one_post_with_each_source(desk: CollectDesk) -> None:
    """Each one's thought on top of its quote; where nothing was selected, how the page begins. Undone, all wait again."""
    one = a_find(desk, "One", note="First.", quote="It floats.")
    two = a_find(desk, "Two", note="And then.")
    desk.looks.describe(two, FindFacts(site="Coast", summary="The ferry goes when the ice allows."))
    done = merge(desk, [two, one], by=ANA, place=SHORT)
    post = desk.posts.get_post(desk.finds.get(one).post or "")

    assert ("Two", (f"posts/{post.slug}.md",)) == (post.title, done.files)
    assert (
        "And then.\n\n> The ferry goes when the ice allows.\n>\n> — [Two, Coast](https://nowhere.invalid/Two)\n\n"
        "First.\n\n> It floats.\n>\n> — [One](https://nowhere.invalid/One)"
    ) == post.body
    assert [("Short", 2)] == sections_of(desk)
    assert {one, two} == set(take_back(desk, by=ANA).finds)
    assert ([one, two], [("Short", 1)]) == (waiting(desk), sections_of(desk))


def test_a_post_that_finds_no_place_stays_on_the_shortlist(desk: CollectDesk) -> None:
    """Where the issue can't be read in this moment: the post is there, and it is said; Undo takes it back."""
    find = a_find(desk, "One")
    (desk.posts.directory / "issues" / "001.md").write_text("---\nnumber: one\n---\n")
    done = shortlist(desk, [find], by=ANA, place=SHORT)

    assert ((find,), True) == (done.finds, done.problems[0].startswith("“One” is on the shortlist only: "))
    (desk.posts.directory / "issues" / "001.md").write_text(ISSUE)
    assert (find,) == take_back(desk, by=ANA).finds


def test_later_is_out_of_sight_until_monday(desk: CollectDesk) -> None:
    """It is listed apart until then, and waits again when its time has come."""
    gone, back = a_find(desk, "One"), a_find(desk, "Two")
    put_off(desk, [gone], by=ANA)
    desk.finds.put_off(back, datetime.now(UTC) - timedelta(minutes=1))

    assert [back] == waiting(desk)
    assert [gone] == [find.id for find in desk.finds.list_finds(later=True)]
    assert (1, 1) == (desk.finds.count(), desk.finds.count(later=True))


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-11-30T12:00:00+00:00", "2026-12-07T00:00:00+01:00"),
        ("2026-12-06T23:30:00+00:00", "2026-12-14T00:00:00+01:00"),
        ("2026-03-28T12:00:00+00:00", "2026-03-30T00:00:00+02:00"),
    ],
)
def test_next_monday_begins_where_the_newsletter_is_at_home(now: str, monday: str) -> None:
    """On a Monday it is the one after; late on a Sunday in London it is Monday already in Berlin; clocks may change before it."""
    assert datetime.fromisoformat(monday) == next_monday(datetime.fromisoformat(now), "Europe/Berlin")


def test_entries_of_feeds_leave_and_what_people_saved_stays(desk: CollectDesk, engine: Engine) -> None:
    """After the days that are set; one that a person saved as well is theirs, and one that was put off counts from its Monday."""
    drafts = [
        FindDraft(
            url=f"https://a.example.com/{n}", origin=Origin.FEED, source="F", site="F", title=str(n), once=f"{n:064}"
        )
        for n in range(3)
    ]
    desk.finds.add_all(drafts)
    collect_find(desk, "https://a.example.com/1", source="saved by Ana")
    own = a_find(desk, "Own")
    later = desk.finds.list_finds(matching="a.example.com/2")[0].id
    with engine.begin() as connection:
        connection.execute(update(find_table).values(found_at=datetime.now(UTC) - timedelta(days=15)))
    desk.finds.put_off(later, datetime.now(UTC) - timedelta(days=1))

    assert (1, 0) == (leave_old(desk), leave_old(desk))
    assert ["Own", "1", "2"] == [find.title for find in desk.finds.list_finds(people_first=True)]
    assert own in waiting(desk)


def _old_entry(desk: CollectDesk, engine: Engine) -> int:
    """What a feed brought 20 days ago."""
    desk.finds.add(FindDraft(url="https://a.example.com/1", origin=Origin.FEED, source="F", site="F", title="One"))
    with engine.begin() as connection:
        connection.execute(update(find_table).values(found_at=datetime.now(UTC) - timedelta(days=20)))
    return desk.finds.list_finds()[0].id


def test_what_is_taken_back_waits_from_then_on(desk: CollectDesk, engine: Engine) -> None:
    """An old entry of a feed that came back to waiting is there at the next beat, by whichever way it came back."""
    find = _old_entry(desk, engine)
    drop(desk, [find], by=ANA)
    take_back(desk, by=ANA)
    assert (0, [find]) == (leave_old(desk), waiting(desk))
    with engine.begin() as connection:
        connection.execute(update(find_table).values(back_at=None))
    desk.finds.dismiss(find)
    undo(desk, find)
    assert (0, [find]) == (leave_old(desk), waiting(desk))


def test_the_page_of_an_entry_that_left_is_let_go(desk: CollectDesk, engine: Engine) -> None:
    """As that of a find that somebody decided about: some time after."""
    find = _old_entry(desk, engine)
    desk.pages.keep(find, PageDetails(post=desk.posts.list_posts()[0], n_checks_of_facts=0))
    leave_old(desk)
    desk.pages.clear()
    assert desk.pages.find(find)
    with engine.begin() as connection:
        decided = update(find_table).where(find_table.c.decided_at.is_not(None))
        connection.execute(decided.values(decided_at=datetime.now(UTC) - timedelta(days=15)))
    desk.pages.clear()
    assert desk.pages.find(find) is None


def test_finds_of_one_post_come_back_together(desk: CollectDesk) -> None:
    """None is left as kept without its post, and a find of another post stays."""
    one, two, other = a_find(desk, "One"), a_find(desk, "Two"), a_find(desk, "Other")
    merge(desk, [one, two], by=ANA)
    shortlist(desk, [other], by=ANA)
    undo(desk, two)

    assert [one, two] == waiting(desk)
    assert ["Ferries in winter", "Other"] == sorted(post.title for post in desk.posts.list_posts())


def test_people_stand_before_feeds_and_pages_go_on_from_there(desk: CollectDesk) -> None:
    """Page by page in one order, and narrowed by person, feed, age and length."""
    for n in range(3):
        desk.finds.add(
            FindDraft(url=f"https://f.example.com/{n}", origin=Origin.FEED, source="Coast (audio)", site="Coast")
        )
        collect_find(desk, f"https://p.example.com/{n}", source="saved by Ana" if n else "saved by Ben")
    everything = [find.id for find in desk.finds.list_finds(people_first=True)]
    paged: list[int] = []
    while page := desk.finds.list_finds(people_first=True, limit=2, before=paged[-1] if paged else None):
        paged += [find.id for find in page]
    desk.looks.describe(everything[0], FindFacts(minutes=4))
    desk.looks.describe(everything[1], FindFacts(minutes=12))

    assert (everything, [6, 4, 2, 5, 3, 1]) == (paged, everything)
    assert (["saved by Ana", "saved by Ben"], ["Coast"]) == desk.finds.list_sources()
    for only, fit in (
        (FindFilter(person="saved by Ana"), [6, 4]),
        (FindFilter(feed="Coast"), [5, 3, 1]),
        (FindFilter(most=4), [6]),
        (FindFilter(least=5, most=20), [4]),
        (FindFilter(days=1), [6, 5, 4, 3, 2, 1]),
    ):
        assert fit == [find.id for find in desk.finds.list_finds(only=only)]
