"""Posts and issues that are begun, moved and held over; what a new issue takes from the last one, and what it does not."""

from __future__ import annotations

from datetime import date

import pytest

from newsletter.compose.draft import begun
from newsletter.preflight.content import why_unwritten
from newsletter.words.arrangement import moved_to
from newsletter.words.issue import Issue, Section
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post
from tests.studio.conftest import World

SLUG = "2026-11-20-ferries-in-winter"


def _sections(world: World, number: int = 1) -> list[tuple[str, ...]]:
    return [section.posts for section in world.parts.issues.get_issue(number).sections]


def test_a_new_post_opens_in_the_section_that_it_was_asked_for_in(world: World) -> None:
    """And a second one of the same title is said to be another."""
    answer = world.post("/posts", title="The pier", issue="1", section="1")
    slug = world.parts.issues.get_issue(1).sections[0].posts[-1]

    assert slug.endswith("-the-pier")
    assert answer.headers["location"].endswith(f"/studio/issues/1?part=post:{slug}")
    world.post("/posts", title="the pier", issue="1", section="1")
    assert "There is a post “The pier” already" in world.client.get("/studio/issues/1").text


def test_a_post_that_is_in_no_issue_can_be_opened_written_and_put_in(world: World) -> None:
    """Beside the outline of the next issue."""
    world.post("/posts", title="The pier")
    slug = next(post.slug for post in world.parts.posts.list_posts() if post.title == "The pier")
    answer = world.client.get(f"/studio/posts/{slug}", follow_redirects=True)
    assert "On the shortlist: this issue does not have it." in answer.text
    assert f'data-file="posts/{slug}.md"' in answer.text

    base = world.parts.sheets.note("issues/001.md", at=world.parts.clock.now()).version
    world.post("/issues/1/order", part=f"post:{slug}", step="add", **{"issue-base": base})
    assert slug in world.parts.issues.get_issue(1).slugs()


def test_a_new_issue_takes_what_stays_and_nothing_that_belongs_to_one(world: World) -> None:
    """Template, lists, sections and closing; never subject, preheader, date or opening."""
    last = Issue(
        number=7,
        subject="Boats",
        preheader="More boats.",
        template="letter",
        lists=("weekly",),
        dated_on=date(2026, 11, 26),
        sections=(Section(title="Short", posts=("a",)), Section(title="", posts=("b",))),
        intro="Dear you,",
        outro="Until Thursday.",
    )
    new = begun([last], ["Short", ""])

    assert (8, "Issue 8", "", None, "") == (new.number, new.subject, new.preheader, new.dated_on, new.intro)
    assert ("letter", ("weekly",), "Until Thursday.") == (new.template, new.lists, new.outro)
    assert (Section(title="Short", posts=()),) == new.sections
    world.post("/issues/begin")
    assert world.parts.issues.get_issue(2).subject == "Issue 2"
    assert "nobody has written one" in world.client.get("/studio/issues/2?part=inbox").text


@pytest.mark.parametrize(
    ("subject", "says"), [("Issue 3", "only “Issue 3”"), ("The pier", "title of “The pier”"), ("Two boats", "")]
)
def test_a_subject_that_nobody_wrote_is_said_to_be_one(subject: str, says: str) -> None:
    """The number that a new issue begins with, and the title that a draft takes."""
    assert says in why_unwritten(Issue(number=3, subject=subject), ["The pier"])
    assert bool(says) == bool(why_unwritten(Issue(number=3, subject=subject), ["The pier"]))


def test_the_date_is_a_field(world: World) -> None:
    """A day, or nothing; what is no day is refused with how to write it."""
    version = world.parts.sheets.note("issues/001.md", at=world.parts.clock.now()).version
    fields = {"file": "issues/001.md", "base": version, "field": "date"}
    world.post_json("/issues/1/save", {**fields, "value": "2026-12-03"})
    assert world.parts.issues.get_issue(1).dated_on == date(2026, 12, 3)

    assert "2026-11-26" in world.post_json("/issues/1/save", {**fields, "value": "soon"}).json()["fix"]


def test_hold_over_is_one_press_into_the_same_section_of_the_next_issue(world: World) -> None:
    """Which is begun where it is not there; the words typed before go along."""
    base = world.parts.sheets.note(f"posts/{SLUG}.md", at=world.parts.clock.now()).version
    typed = {"file": f"posts/{SLUG}.md", "base": base, "field": "body", "value-body": "Typed."}
    section = world.parts.issues.get_issue(1).section_of(SLUG)
    world.post("/issues/1/move", part=f"post:{SLUG}", hold="next", **typed)

    assert SLUG not in world.parts.issues.get_issue(1).slugs()
    assert section == world.parts.issues.get_issue(2).section_of(SLUG)
    assert SLUG in world.parts.issues.get_issue(2).slugs()
    assert world.parts.posts.get_post(SLUG).body == "Typed."


def test_move_to_reaches_each_section_and_the_shortlist(world: World) -> None:
    """A script hears the version to go on from, and whether the post is gone."""
    world.parts.posts.add_post(Post(slug="2026-11-21-piano", title="Piano", body="x"))
    base = world.parts.sheets.note("issues/001.md", at=world.parts.clock.now()).version
    text = (world.parts.directory / "issues/001.md").read_text()
    (world.parts.directory / "issues/001.md").write_text(
        text.replace("sections:", "sections:\n  - title: Short\n    posts: [2026-11-21-piano]", 1)
    )
    base = world.parts.sheets.note("issues/001.md", at=world.parts.clock.now()).version
    moved = world.post_json("/issues/1/move", {"slug": SLUG, "to": "section-1", "base": base}).json()
    assert ("Moved to “Short”.", False) == (moved["said"], moved["gone"])
    assert _sections(world)[0] == ("2026-11-21-piano", SLUG)

    moved = world.post_json("/issues/1/move", {"slug": SLUG, "to": "shortlist", "base": moved["version"]}).json()
    assert ("Back on the shortlist.", True) == (moved["said"], moved["gone"])
    assert SLUG not in world.parts.issues.get_issue(1).slugs()


def test_a_section_that_is_gone_is_said_to_be() -> None:
    """Rather than the post."""
    with pytest.raises(Mistake, match="not there any more"):
        moved_to((Section(title="", posts=("a",)),), "a", 4)
