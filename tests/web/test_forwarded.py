"""A forwarded mail opens nothing: another address, all data and erasure are asked for at the present address."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import product

import pytest

from newsletter.consent.own_token import own_token
from newsletter.db.engine import writing
from newsletter.readers.tables import subscriber
from newsletter.words.subscriber import SuppressionReason
from tests.web.conftest import World
from tests.web.test_threats import everything

ANA = "ana@example.com"
ACTS = ("address", "data", "erase")
# All that whoever has the mail, and even knows the reader's address, could type into forms of ours.
TYPED = {"own_email": ANA, "email": ANA, "act": "save"}


def links_in_hand(world: World, person: int) -> list[str]:
    """The reader's links of an issue, and all that the pages behind them lead to."""
    links = [f"/u/{world.token('u', person)}", f"/preferences/{world.token('p', person)}"]
    for link in list(links):
        text = world.client.get(link).text
        links += re.findall(r'(?:action|href)="(/(?:u|preferences|own)/[^"]+)"', text)
    return sorted({link.removesuffix("/pause").removesuffix("/own") for link in links})


@pytest.mark.parametrize("typed", [ANA, "somebody@example.net"])
def test_no_link_of_a_forwarded_mail_gets_data_erases_or_takes_the_subscription(pages: World, typed: str) -> None:
    """Also where the stranger knows the address. What they can do is have the reader asked, at the reader's address."""
    person = pages.confirm(ANA)
    links, before, n_mails = links_in_hand(pages, person), everything(pages), len(pages.mails())
    assert len(links) > 1

    own = [re.sub("^/(u|preferences)/", "/own/", link) for link in links]
    for link, act in product([*links, *own], [*ACTS, "own"]):
        for path in (link, f"{link}/{act}", f"{link}/own/{act}"):
            answer = pages.client.post(path, data={"own_email": typed, "email": typed})
            assert "attachment" not in answer.headers.get("content-disposition", "")
            assert ANA not in answer.text and "consents" not in answer.text

    assert everything(pages) == before
    assert {mail["To"] for mail in pages.mails()[n_mails:]} == {ANA}


def test_the_link_is_mailed_to_the_present_address_and_does_it_all(world: World) -> None:
    """One mail, in the reader's language; its page changes nothing by being opened."""
    person = world.confirm(ANA)
    preferences = f"/preferences/{world.token('p', person)}"
    world.client.post(preferences, data={"act": "save", "list": "weekly", "language": "de"})

    link = world.own(person)

    assert world.mails()[-1]["Subject"] == "Ihre Adresse und Ihre Daten bei Weekly Ferries"
    assert ANA in world.client.get(link).text and "Adresse ändern" in world.client.get(link).text
    data = json.loads(world.client.post(f"{link}/data").text)
    assert data["email"] == ANA and data["consents"]
    assert world.status(ANA) == "active"
    assert "gelöscht" in world.client.post(f"{link}/erase").text
    assert world.parts.readers.find(person) is None
    for act in ("", *(f"/{act}" for act in ACTS)):
        assert world.client.post(f"{link}{act}", data=TYPED).status_code in {404, 405}


def test_the_link_is_over_after_a_day(pages: World) -> None:
    """Old mails lie about."""
    person = pages.confirm(ANA)
    key = pages.parts.key

    def link(hours: float) -> str:
        now = pages.parts.clock.now() - timedelta(hours=hours)
        return f"/own/{own_token(key.secret, key_id=key.id, subscriber=person, email=ANA, now=now)}"

    assert pages.client.get(link(23.9)).status_code == 200
    for act in ACTS:
        assert pages.client.post(f"{link(24.1)}/{act}", data=TYPED).status_code == 404
    assert pages.client.get(link(24.1)).status_code == 404
    assert pages.status(ANA) == "active"


def test_the_link_in_the_mail_to_an_address_that_was_given_up_is_over(pages: World) -> None:
    """Whoever reads the old address now must not have what is kept about the reader who left it."""
    person = pages.confirm(ANA)
    link = pages.own(person)
    pages.client.post(f"{link}/address", data={"email": "new@example.org"})
    assert pages.client.get(link).status_code == 200
    pages.client.post(pages.link(pages.mails()[-1], "/confirm/"))

    assert pages.status("new@example.org") == "active"
    for act in ACTS:
        assert pages.client.post(f"{link}/{act}", data={"email": "third@example.net"}).status_code == 404
    assert pages.client.get(link).status_code == 404


def test_no_changed_link_is_good(pages: World) -> None:
    """Neither for another reader nor for longer, with a signature of another purpose or a cut one."""
    person, other = pages.confirm(ANA), pages.confirm("bo@example.com")
    token = pages.own(person).removeprefix("/own/")
    key, subscriber_, until, mark, tag = token.split(".")
    changed = [
        f"{key}.{other}.{until}.{mark}.{tag}",
        f"{key}.{subscriber_}.{until}z.{mark}.{tag}",
        f"{key}.{subscriber_}.{until}.{mark[:-1]}.{tag}",
        token[:-1],
        token.swapcase(),
        pages.token("own", person),
        pages.token("p", person),
    ]

    for one in changed:
        assert pages.client.get(f"/own/{one}").status_code == 404, one
        assert pages.client.post(f"/own/{one}/erase").status_code == 404, one


def test_the_page_says_the_same_whether_the_address_may_be_mailed(pages: World) -> None:
    """And to an address that bounced or complained, no mail goes. Who once unsubscribed is still asked."""
    seen, to = set(), []
    for name, why in (("ana", None), ("bo", SuppressionReason.COMPLAINT), ("cy", SuppressionReason.HARD_BOUNCE)):
        person = pages.confirm(f"{name}@example.com")
        if why:
            pages.parts.consent.membership.suppress(f"{name}@example.com", why)
        n_mails = len(pages.mails())
        seen.add(pages.client.post(f"/preferences/{pages.token('p', person)}/own").text)
        to += [mail["To"] for mail in pages.mails()[n_mails:]]
    left = pages.confirm("dee@example.com")
    pages.parts.consent.membership.suppress("dee@example.com", SuppressionReason.UNSUBSCRIBE)

    assert len(seen) == 1
    assert to == [ANA]
    assert pages.own(left)


def test_a_stranger_can_not_fill_the_readers_mailbox(pages: World) -> None:
    """Three mails a day, each told apart by its number, and none is lost that was sent."""
    person = pages.confirm(ANA)
    n_mails = len(pages.mails())
    path = f"/preferences/{pages.token('p', person)}"

    codes = [pages.client.post(f"{path}/{act}").status_code for act in ("own", *ACTS, "own")]

    assert codes == [200, 200, 200, 429, 429]
    mails = pages.mails()[n_mails:]
    assert [mail["To"] for mail in mails] == [ANA] * 3
    assert len({mail["Message-ID"] for mail in pages.mails()}) == len(pages.mails())
    for mail in mails:
        assert pages.client.get(pages.link(mail, "/own/")).status_code == 200


def test_leaving_and_choosing_lists_need_no_mail(pages: World) -> None:
    """What the links of an issue are for stays one click (RFC 8058)."""
    person = pages.confirm(ANA)
    n_mails = len(pages.mails())

    pages.client.post(f"/u/{pages.token('u', person)}", data={"List-Unsubscribe": "One-Click"})
    assert pages.status(ANA) == "ended"
    pages.client.post(f"/preferences/{pages.token('p', person)}", data={"act": "save", "list": "weekly"})
    assert pages.status(ANA) == "active"
    assert len(pages.mails()) == n_mails


def test_a_change_of_the_signing_key_keeps_todays_links_good(pages: World) -> None:
    """The mark of the address is made with the key that signed."""
    person = pages.confirm(ANA)
    link = pages.own(person)
    old = pages.parts.keys[1]
    pages.parts.keys.clear()
    pages.parts.keys.update({2: b"n" * 40, 1: old})

    assert pages.client.get(link).status_code == 200
    with writing(pages.parts.engine) as connection:
        connection.execute(subscriber.update().values(email="x@example.com", email_key="x@example.com"))
    assert pages.client.get(link).status_code == 404
