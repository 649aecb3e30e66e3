"""Abuse of the sign-up form: bounded for one address, for one network and for everybody, and told to the owner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from newsletter.consent.requests_sql import NewRequest
from newsletter.consent.sign_up import FormLimits
from newsletter.consent.tables import breaker, consent_request
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.readers.rows import ReaderRow
from newsletter.schedule.tell import tell_all
from newsletter.wiring.clocks import desk_of
from newsletter.words.consent import Asked, Visitor
from newsletter.words.subscriber import SubscriptionStatus
from tests.web.conftest import World, a_world

_MANY = 20
_VISITOR = Visitor(ip="192.0.2.1", agent="Browser 1.0")


@pytest.fixture
def crowd(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A newsletter that closes its form when twenty have not confirmed, so that a test needs no thousands."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    yield from a_world(tmp_path / "weekly", FormLimits(unconfirmed=_MANY))


def told(world: World) -> list[str]:
    """What the owner is told when the next tick comes, by address."""
    desk = desk_of(world.parts)
    with desk.lock.try_hold() as is_ours:
        assert is_ours
        tell_all(desk)
    return [mail["To"] for mail in world.mails() if "paused" in mail["Subject"]]


def strangers(world: World, n: int, *, confirmed: bool = False) -> None:
    for number in range(n):
        email = f"{'c' if confirmed else 's'}{number}@example.com"
        request = world.parts.consent.requests.ask(NewRequest(email=email, asked=Asked.FORM, lists=[1]))
        if confirmed:
            with writing(world.parts.engine) as connection:
                done = update(consent_request).where(consent_request.c.id == request)
                connection.execute(done.values(confirmed_at=database_now()))


def test_far_more_sign_ups_than_confirmations_close_the_form_for_an_hour_and_tell_the_owner_once(crowd: World) -> None:
    """From many networks at once, too."""
    assert crowd.subscribe("before@example.com") == 200
    strangers(crowd, _MANY - 2)
    assert crowd.subscribe("last@example.com") == 200
    assert [crowd.subscribe(f"later{number}@example.com") for number in range(3)] == [503] * 3

    assert told(crowd) == ["mara@ferries.example.com"]
    assert told(crowd) == ["mara@ferries.example.com"]
    with writing(crowd.parts.engine) as connection:
        connection.execute(update(breaker).values(closes_at=database_now(-1)))
    assert crowd.subscribe_from("192.0.2.9", "after@example.com") == 200


def test_the_owners_own_import_and_people_on_the_list_already_do_not_close_the_form(crowd: World) -> None:
    """Only strangers who may be nobody's own wish count."""
    people = [ReaderRow(email=f"i{number}@example.com") for number in range(_MANY * 2)]
    crowd.parts.consent.membership.join("weekly", people, status=SubscriptionStatus.PENDING, consent=None)
    crowd.parts.consent.requests.ask_pending("weekly", asked=Asked.IMPORT, wording="an import")
    known = [ReaderRow(email=f"k{number}@example.com") for number in range(_MANY)]
    crowd.parts.consent.membership.join("weekly", known, status=SubscriptionStatus.ACTIVE, consent="form")
    for row in known:
        crowd.parts.consent.requests.ask(NewRequest(email=row.email, asked=Asked.FORM, lists=[1]))
    crowd.parts.post_office.post_waiting()

    assert crowd.subscribe("ana@example.com") == 200
    assert crowd.subscribe("bo@example.com") == 200
    assert told(crowd) == []


def test_a_good_day_with_many_sign_ups_does_not_close_the_form(crowd: World) -> None:
    """People who want it confirm; addresses that somebody else typed in do not."""
    strangers(crowd, _MANY * 2)
    strangers(crowd, _MANY, confirmed=True)

    assert crowd.subscribe("ana@example.com") == 200
    assert crowd.subscribe("bo@example.com") == 200


def test_the_same_address_a_hundred_times_counts_once(crowd: World) -> None:
    """One angry person must not be able to close the form for all."""
    for _ in range(_MANY * 2):
        crowd.parts.consent.requests.ask(NewRequest(email="ana@example.com", asked=Asked.FORM, lists=[1]))

    assert crowd.subscribe("bo@example.com") == 200
    assert crowd.subscribe("cy@example.com") == 200


def test_an_owner_who_knows_where_they_come_from_opens_the_form_again(crowd: World) -> None:
    """What was counted then does not close it once more."""
    strangers(crowd, _MANY)
    crowd.subscribe("last@example.com")
    assert crowd.subscribe("later@example.com") == 503

    assert crowd.parts.consent.budgets.close_breaker()
    assert not crowd.parts.consent.budgets.close_breaker()

    assert [crowd.subscribe_from("192.0.2.9", f"r{number}@example.com") for number in range(3)] == [200] * 3


@pytest.mark.parametrize("n_posts", [40, pytest.param(1_000, marks=pytest.mark.faults)])
def test_however_often_one_address_is_posted_it_gets_one_mail(pages: World, n_posts: int) -> None:
    """Bombing somebody with our mail does not work, whatever network the posts come from."""
    codes = {pages.subscribe_from(f"192.0.{n // 200}.{n % 200}", "victim@example.com") for n in range(n_posts)}

    assert codes == {200}
    assert len(pages.mails()) == 1


def test_an_address_is_asked_three_times_in_all_until_it_is_confirmed(world: World) -> None:
    """Day after day, and month after month, when nothing but a keyed hash of it is left."""
    for day in range(6):
        world.subscribe_from(f"192.0.2.{day}", "victim@example.com")
        with writing(world.parts.engine) as connection:
            # A day passes; after the second, a month in which the unanswered requests are forgotten.
            past = database_now(-(31 if day == 2 else 2) * 86_400)
            connection.execute(update(consent_request).values(posted_at=past, requested_at=past))
        if day == 2:
            world.parts.consent.expiry.expire(valid_days=30)
    assert len(world.mails()) == 3


def test_who_never_confirms_is_forgotten_with_their_request_when_the_link_has_expired(world: World) -> None:
    """A sign-up by a stranger leaves nothing behind; who confirmed stays, with the proof."""
    world.subscribe("ana@example.com")
    world.confirm("bo@example.com")
    link = world.link(world.mails()[0], "/confirm/")
    with writing(world.parts.engine) as connection:
        connection.execute(update(consent_request).values(requested_at=database_now(-31 * 86_400)))

    assert world.client.post(link).status_code == 404
    assert world.parts.consent.expiry.expire(valid_days=30) == 1
    assert world.parts.consent.expiry.expire(valid_days=30) == 0

    assert world.parts.readers.find_subscriber("ana@example.com") is None
    with reading(world.parts.engine) as connection:
        assert list(connection.scalars(select(consent_request.c.email))) == ["bo@example.com"]
    assert world.status("bo@example.com") == "active"


@pytest.mark.parametrize(
    ("setting", "at_once", "after_a_year"), [("never", 0, 0), ("30 days", 1, 0), ("always", 1, 1), ("", 1, 1)]
)
def test_ip_and_program_are_kept_as_long_as_the_newsletter_says(
    pages: World, setting: str, at_once: int, after_a_year: int
) -> None:
    """Two years where it says nothing. The rest of the proof stays."""
    from newsletter.wiring import open_newsletter

    if setting:
        toml = pages.parts.directory / "newsletter.toml"
        toml.write_text(f'keep_ip = "{setting}"\n{toml.read_text()}')
    parts = open_newsletter(pages.parts.directory)
    number = parts.consent.requests.ask(
        NewRequest(email="ana@example.com", asked=Asked.FORM, lists=[1], wording="yes", visitor=_VISITOR)
    )
    parts.post_office.post_waiting()
    parts.consent.requests.confirm(number, _VISITOR, valid_days=30)

    def kept() -> int:
        (record,) = parts.consent.requests.records_of("ana@example.com", None)
        assert record.confirmed_at and record.confirmed_by and record.wording == "yes"
        everything = (record.visitor.ip, record.visitor.agent, record.confirmed_by.ip, record.confirmed_by.agent)
        assert len({value is None for value in everything}) == 1
        return int(everything[0] is not None)

    parts.consent.expiry.forget_visitors()
    assert kept() == at_once
    with writing(parts.engine) as connection:
        connection.execute(update(consent_request).values(requested_at=database_now(-366 * 86_400)))
    parts.consent.expiry.forget_visitors()
    assert kept() == after_a_year
    parts.engine.dispose()
