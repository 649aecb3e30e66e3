"""Readers in the studio: found by how they begin, one person with all that is kept, lists, segments, do-not-mail."""

from __future__ import annotations

import re

import pytest

from newsletter.imports.one_reader import add_reader
from newsletter.words.consent import Left
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.fakes.sendgrid_events import Telling
from tests.feedback.sent import Post
from tests.studio.conftest import World

ACTIVE = SubscriptionStatus.ACTIVE


def _add(world: World, email: str, first: str = "", last: str = "", list_name: str = "weekly") -> int:
    add_reader(
        world.parts.consent.membership,
        email,
        list_name=list_name,
        first_name=first or None,
        last_name=last or None,
        status=ACTIVE,
        consent="Form on our site, 2024",
    )
    found = world.parts.readers.find_subscriber(email)
    assert found
    return found.id


def _found(world: World, **asked: str) -> list[str]:
    """The addresses on the page, in its order."""
    page = world.client.get("/studio/readers", params=asked)
    assert page.status_code == 200, page.text
    return re.findall(r'class="who" href="[^"]+">([^<]+)<', page.text)


def test_readers_are_found_by_how_address_or_name_begins(world: World) -> None:
    """Case does not matter, nor whether a capital has an accent; hostile words stay words."""
    _add(world, "zora@example.com", "Éva", "Ånd Berg")
    _add(world, "eva@example.com", "Mara", "Lind")
    _add(world, "mail@example.com", "<b>Bo</b>", "Évans")

    assert _found(world, q="EVA") == ["eva@example.com"]
    assert _found(world, q="éva") == ["zora@example.com", "mail@example.com"]
    assert _found(world, q="mara l") == ["eva@example.com"]
    assert _found(world, q="lin") == ["eva@example.com"]
    assert _found(world, q="ånd") == ["zora@example.com"]
    assert _found(world, q="mail@ex") == ["mail@example.com"]
    assert _found(world, q="%") == _found(world, q="\x00_") == []
    page = world.client.get("/studio/readers", params={"q": "<script>"}).text
    assert "<script>”" not in page and "<b>Bo" not in page


def test_every_reader_is_shown_once_however_the_pages_are_cut(world: World) -> None:
    """The newest first, by address, and by name: pages lead on to each other and end."""
    for number in range(130):
        _add(world, f"ma{number:03}@example.com", "Mara" if number % 2 else "Lina", "Mara" if number % 3 else "Ek")
    for asked in ({}, {"q": "ma", "by": "address"}, {"q": "mara", "by": "name"}, {"standing": "active"}):
        seen: list[str] = []
        path = "/studio/readers"
        params: dict[str, str] | None = dict(asked)
        while path:
            text = world.client.get(path, params=params).text
            seen += re.findall(r'class="who" href="[^"]+">([^<]+)<', text)
            more = re.search(r'<a href="(/studio/readers\?[^"]+)">More', text)
            path, params = (more[1].replace("&amp;", "&") if more else ""), None
        assert len(seen) == len(set(seen)) > 85, asked


def test_readers_are_told_apart_by_list_and_standing(world: World) -> None:
    """Who must not be mailed is not among those who get it."""
    for name in ("ana", "ben", "cem", "dag"):
        _add(world, f"{name}@example.com")
    _add(world, "eli@example.com", list_name="extras")
    world.parts.consent.membership.leave("ben@example.com", list_name=None)
    world.parts.consent.membership.suppress("cem@example.com", SuppressionReason.HARD_BOUNCE)
    add_reader(world.parts.consent.membership, "fay@example.com", list_name="weekly")

    assert _found(world, list="weekly", standing="active") == ["dag@example.com", "ana@example.com"]
    assert _found(world, standing="active", q="d") == ["dag@example.com"]
    assert _found(world, standing="pending") == ["fay@example.com"]
    assert _found(world, standing="ended") == ["ben@example.com"]
    assert _found(world, standing="do-not-mail") == _found(world, standing="do-not-mail", q="c") == ["cem@example.com"]
    assert _found(world, list="extras") == ["eli@example.com"]
    assert _found(world, list="none") == []


def test_a_person_is_shown_with_consent_copies_and_history(world: World) -> None:
    """The words they agreed to, and that nothing was planned for them yet."""
    number = _add(world, "ana@example.com", "Ana", "Costa")
    world.post("/readers/add", email="ben@example.com", list="weekly", how="ask")
    page = world.client.get(f"/studio/readers/{number}").text
    for words in ("Ana Costa", "Form on our site, 2024", "gets it, since", "No issue was ever planned"):
        assert words in page
    world.parts.consent.departures.leave(number, [1], issue=0, how=Left.PAGE)
    world.parts.consent.departures.undo_leaving(number, 1, within_days=7)
    page = world.client.get(f"/studio/readers/{number}").text
    assert "Left weekly" in page and "Back on weekly: the leaving was undone." in page
    asked = world.parts.readers.find_subscriber("ben@example.com")
    assert asked and asked.subscriptions[0].status is SubscriptionStatus.PENDING
    assert "asked to confirm weekly" in world.client.get(f"/studio/readers/{asked.id}").text
    assert world.client.get("/studio/readers/999").status_code == 404


def test_lists_tags_name_and_do_not_mail_of_a_person(world: World) -> None:
    """Each by one form; who left is not put back by anybody else, and agreeing needs words."""
    number = _add(world, "ana@example.com")
    world.parts.consent.membership.add_list("extras")
    path = f"/readers/{number}"
    assert world.post(path, act="join", list="extras", how="agreed").status_code == 400
    assert world.post(path, act="join", list="extras", how="agreed", consent="Told me so").status_code == 303
    assert world.post(path, act="leave", list="weekly").status_code == 303
    assert world.post(path, act="join", list="weekly", how="ask").status_code == 409
    for act in ("tag", "tag", "untag"):
        world.post(path, act=act, tag="VIP" if act == "tag" else "vip")
    world.post(path, act="tag", tag="press")
    world.post(path, act="name", first_name=" Ana ", last_name="Berg")
    world.post(path, act="block")
    person = world.parts.readers.find(number)

    assert person and (person.first_name, person.tags) == ("Ana", ("press",))
    assert [(one.list_name, one.status) for one in person.subscriptions] == [
        ("extras", ACTIVE),
        ("weekly", SubscriptionStatus.ENDED),
    ]
    assert person.suppressed is SuppressionReason.MANUAL


def test_erasing_asks_for_the_address_and_says_what_stays(world: World) -> None:
    """GET erases nobody; nor does another address."""
    number = _add(world, "ana@example.com")
    path = f"/readers/{number}/erase"
    assert "scrambled mark" in world.client.get(f"/studio{path}").text
    assert world.post(path, email="ben@example.com").status_code == 400
    assert world.parts.readers.find_subscriber("ana@example.com")
    assert world.post(path, email="Ana@example.com").status_code == 303
    assert world.parts.readers.find_subscriber("ana@example.com") is None
    assert "was erased on" in world.client.get("/studio/readers", params={"q": "ana@example.com"}).text


def test_only_what_is_nobodys_own_word_comes_off_the_do_not_mail_list(world: World) -> None:
    """Blocked by hand and bounced may; unsubscribed and complained may not, and it says why."""
    for reason in SuppressionReason:
        world.parts.consent.membership.suppress(f"{reason}@example.com", reason)
    for reason in SuppressionReason:
        answer = world.post("/readers/do-not-mail", act="lift", address=f"{reason}@example.com")
        own_word = reason in {SuppressionReason.COMPLAINT, SuppressionReason.UNSUBSCRIBE}
        assert answer.status_code == (409 if own_word else 303)
        assert (world.parts.readers.find_suppression(f"{reason}@example.com") is not None) == own_word
    assert world.post("/readers/do-not-mail", act="add", email="x@example.com", reason="manual").status_code == 303
    assert world.post("/readers/do-not-mail", act="add", email="y@example.com", reason="invalid").status_code == 400
    page = world.client.get("/studio/readers/do-not-mail", params={"q": "x@"}).text
    assert "x@example.com" in page and "complaint@" not in page


def test_wrong_bounces_are_looked_at_let_through_and_put_back(world: World) -> None:
    """A look changes nothing and says what would be; one button does it, another takes that back."""
    for name in ("ana", "ben", "cem"):
        _add(world, f"{name}@example.com")
    post = Post(world.parts.engine)
    post.hear(post.send(7), Telling(of={f"{name}@example.com": "bounce" for name in ("ana", "ben", "cem")}))
    world.parts.consent.membership.suppress("ben@example.com", SuppressionReason.COMPLAINT)
    path = "/studio/readers/do-not-mail"

    page = world.client.get(path, params={"issue": "7", "domain": "example.com"}).text
    assert "Bounces of issue 7, at example.com" in page
    assert "2 addresses would come off this list" in page and "1 stay off for another reason" in page
    assert world.parts.roster.count_blocked() == 3
    assert world.post("/readers/do-not-mail", act="undo", issue="7", domain="example.com").status_code == 303
    assert world.parts.readers.find_suppression("ana@example.com") is None
    assert world.parts.readers.find_suppression("ben@example.com") is SuppressionReason.COMPLAINT

    assert "2 addresses let through" in world.client.get(path).text
    assert world.post("/readers/do-not-mail", act="put-back", number="1").status_code == 303
    assert world.parts.roster.count_blocked() == 3
    assert world.post("/readers/do-not-mail", act="put-back", number="1").status_code == 400
    assert world.post("/readers/do-not-mail", act="put-back", number="x").status_code == 400
    assert world.post("/readers/do-not-mail", act="undo").status_code == 400
    page = world.client.get(path, params={"since": "<soon>"}).text
    assert "is not a time" in page and "<soon>" not in page


def test_lists_are_made_named_and_opened(world: World) -> None:
    """With how many stand where."""
    _add(world, "ana@example.com")
    world.post("/readers/lists", act="add", name="extras")
    world.post("/readers/lists", act="page", name="extras", title="More boats", is_open="yes")
    page = world.client.get("/studio/readers/lists").text

    assert "More boats" in page and "1 get it" in page
    assert [one.is_open for one in world.parts.readers.list_pages()] == [True, True]


def test_a_segment_is_counted_saved_and_forgotten(world: World) -> None:
    """By a script as it is typed, and by a button without one; a question that can't be read says where."""
    _add(world, "ana@example.com")
    question = 'email contains "ana"'
    count = world.post_json("/readers/segments/count", {"question": question, "list": "weekly"})
    assert count.json()["said"] == "1 reader of weekly fits now."
    assert world.post_json("/readers/segments/count", {"question": "x x", "list": "weekly"}).status_code == 400
    form = {"question": question, "list": "weekly", "name": "anas"}
    assert "1 reader of weekly fits" in world.post("/readers/segments", act="count", **form).text
    assert world.parts.segments.list_all() == []
    world.post("/readers/segments", act="save", **form)
    assert world.parts.segments.get("anas") == question
    world.post("/readers/segments", act="remove", name="anas")
    assert world.parts.segments.list_all() == []


@pytest.mark.parametrize("target", ["", "spreadsheet", "mailchimp", "ghost", "listmonk"])
def test_a_list_is_taken_out_as_a_file(world: World, target: str) -> None:
    """Whole, under its name, and kept by nobody on the way."""
    _add(world, "ana@example.com", "Ana")
    answer = world.client.get("/studio/readers/export", params={"list": "weekly", "for": target})

    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert (b"ana@example.com" in answer.content) or answer.content.startswith(b"PK")
    assert world.client.get("/studio/readers/export", params={"list": "none"}).status_code == 404
