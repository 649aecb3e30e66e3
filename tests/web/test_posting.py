"""The mails that answer requests: none is lost to a crash, none goes for ever, and readers' own come first."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import update

from newsletter.consent.letters.post_office import MOST_TRIES, PostOffice
from newsletter.consent.requests_sql import NewRequest
from newsletter.consent.tables import consent_request
from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.ports.provider import Limits, Provider
from newsletter.readers.rows import ReaderRow
from newsletter.words.consent import Asked
from newsletter.words.consignment import Consignment
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain
from newsletter.words.subscriber import SubscriptionStatus
from tests.web.conftest import World

_DIES = """
import os, sys
from dataclasses import replace
from pathlib import Path
from newsletter.wiring import open_newsletter

parts = open_newsletter(Path(sys.argv[1]))

class Dies:
    name, limits, whole_or_nothing = "outbox", parts.provider.limits, False
    def hand_over(self, consignment):
        for answer in parts.provider.hand_over(consignment):
            os.kill(os.getpid(), 9)
            yield answer

replace(parts.post_office, provider=Dies()).post_waiting()
"""


class Answers:
    """A provider that says what it is told to, and remembers what it was handed."""

    name = "answers"
    limits = Limits(readers=100)
    whole_or_nothing = False

    def __init__(self, *answers: Outcome, spoilt: str = "") -> None:
        self.answers = list(answers)
        self.spoilt = spoilt
        self.handed: list[list[str]] = []

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        self.handed.append(list(consignment.addresses))
        outcome = self.answers.pop(0) if self.answers else Accepted()
        if self.spoilt in consignment.addresses:
            outcome = Refused("somebody in here")
        yield consignment.deliveries, outcome

    def explain(self) -> str:
        return ""


def office(world: World, provider: Provider) -> PostOffice:
    return replace(world.parts.post_office, provider=provider)


def ask(world: World, email: str, asked: Asked = Asked.FORM) -> int:
    return world.parts.consent.requests.ask(NewRequest(email=email, asked=asked, lists=[1]))


def let_leases_end(world: World) -> None:
    with writing(world.parts.engine) as connection:
        over = update(consent_request).where(consent_request.c.taken_until.is_not(None))
        connection.execute(over.values(taken_until=database_now(-1)))


def test_a_process_killed_between_handing_over_and_noting_it_loses_no_mail(world: World) -> None:
    """It goes again when the lease is over, under the same Message-ID; not before, and the first mail's link works."""
    ask(world, "ana@example.com")
    done = subprocess.run([sys.executable, "-c", _DIES, str(world.parts.directory)], check=False)
    assert done.returncode == -signal.SIGKILL
    (mail,) = world.mails()
    link = world.link(mail, "/confirm/")

    assert world.parts.post_office.post_waiting() == 0
    let_leases_end(world)
    assert world.parts.post_office.post_waiting() == 1

    assert [again["Message-ID"] for again in world.mails()] == [mail["Message-ID"]] * 2
    assert world.parts.consent.queue.count_unposted() == 0
    assert world.client.post(link).status_code == 200
    assert world.status("ana@example.com") == "active"


def test_a_mail_that_was_handed_over_and_not_noted_confirms_all_the_same(pages: World) -> None:
    """The reader is quicker than our lease."""
    ask(pages, "ana@example.com")
    subprocess.run([sys.executable, "-c", _DIES, str(pages.parts.directory)], check=False)

    assert pages.client.post(pages.link(pages.mails()[0], "/confirm/")).status_code == 200
    assert pages.status("ana@example.com") == "active"


def test_what_nobody_can_know_is_posted_again_and_not_for_ever(world: World) -> None:
    """Three times at most, once a lease."""
    ask(world, "ana@example.com")
    provider = Answers(*[Uncertain("lost")] * 9)
    for _ in range(MOST_TRIES + 3):
        office(world, provider).post_waiting()
        office(world, provider).post_waiting()
        let_leases_end(world)

    assert len(provider.handed) == MOST_TRIES
    assert world.parts.consent.queue.count_unposted() == 0


def test_what_was_surely_not_taken_waits_as_long_as_it_takes(world: World) -> None:
    """A provider that is away for a day costs nobody their mail."""
    ask(world, "ana@example.com")
    provider = Answers(*[Deferred("away")] * 8)
    for _ in range(9):
        office(world, provider).post_waiting()

    assert len(provider.handed) == 9
    assert world.parts.consent.queue.count_unposted() == 0


def test_one_address_that_a_provider_refuses_costs_the_others_nothing(pages: World) -> None:
    """Where it does not say which one it was, the halves tell."""
    for number in range(9):
        ask(pages, f"r{number}@example.com")
    provider = Answers(spoilt="r4@example.com")

    assert office(pages, provider).post_waiting() == 9

    good = [addresses for addresses in provider.handed if "r4@example.com" not in addresses]
    assert sorted(address for addresses in good for address in addresses) == [
        f"r{number}@example.com" for number in range(9) if number != 4
    ]


def test_who_waits_at_the_form_goes_before_the_mails_of_an_import(world: World) -> None:
    """However many those are, and however long they have waited."""
    rows = [ReaderRow(email=f"i{number}@example.com") for number in range(150)]
    world.parts.consent.membership.join("weekly", rows, status=SubscriptionStatus.PENDING, consent=None)
    world.parts.consent.requests.ask_pending("weekly", asked=Asked.IMPORT, wording="an import")
    provider = Answers()
    ask(world, "ana@example.com")

    office(world, provider).post_waiting(most=1)

    assert "ana@example.com" in [address for addresses in provider.handed for address in addresses]


def test_whoever_is_put_on_two_lists_on_one_day_is_asked_about_both_a_day_apart(world: World) -> None:
    """One mail a day, and nobody stays pending for ever because it was the wrong day."""
    rows = [ReaderRow(email="ana@example.com")]
    for name in ("weekly", "daily"):
        world.parts.consent.membership.join(name, rows, status=SubscriptionStatus.PENDING, consent=None)
        world.parts.consent.requests.ask_pending(name, asked=Asked.IMPORT, wording="x")
        world.parts.post_office.post_waiting()
    assert len(world.mails()) == 1
    assert world.parts.consent.queue.count_unposted() == 1
    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    with writing(world.parts.engine) as connection:
        earlier = {"posted_at": database_now(-90_000)}
        connection.execute(update(consent_request).where(consent_request.c.posted_at.is_not(None)).values(earlier))
    let_leases_end(world)
    assert world.parts.post_office.post_waiting() == 1
    world.client.post(world.link(world.mails()[-1], "/confirm/"))

    assert (world.status("ana@example.com"), world.status("ana@example.com", "daily")) == ("active", "active")


def test_two_processes_at_once_post_each_mail_once(world: World) -> None:
    """The second finds them taken."""
    for number in range(3):
        ask(world, f"r{number}@example.com")

    class Meanwhile(Answers):
        def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
            assert world.parts.post_office.post_waiting() == 0
            yield from super().hand_over(consignment)

    provider = Meanwhile()

    assert office(world, provider).post_waiting() == 3
    assert world.mails() == []


def test_no_two_mails_to_a_reader_share_a_message_id(pages: World) -> None:
    """Receivers take the second of two for a copy and drop it: the welcome would never be seen."""
    welcome = pages.parts.directory / "welcome"
    welcome.mkdir()
    for name in ("weekly", "daily"):
        (welcome / f"{name}.md").write_text(f"Welcome to {name}\n\nGood to have *you*.\n")
    pages.parts.consent.membership.add_list("daily")
    pages.parts.consent.profiles.set_page("daily", is_open=True)
    pages.client.post("/subscribe", data={"email": "ana@example.com", "list": ["weekly", "daily"]})

    pages.client.post(pages.link(pages.mails()[-1], "/confirm/"))

    mails = pages.mails()
    assert sorted(mail["Subject"] for mail in mails)[1:] == ["Welcome to daily", "Welcome to weekly"]
    assert len({mail["Message-ID"] for mail in mails}) == 3


def test_a_welcome_that_cannot_be_read_costs_nobody_another_lists_welcome(
    pages: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It is written to the log; the mark that some editors put at the beginning of a file is no part of a subject."""
    welcome = pages.parts.directory / "welcome"
    welcome.mkdir()
    (welcome / "weekly.md").write_bytes("Schöne Grüße\n\nHallo.\n".encode("latin-1"))
    (welcome / "daily.md").write_bytes(b"\xef\xbb\xbfWelcome to daily\n\nHello.\n")
    pages.parts.consent.membership.add_list("daily")
    pages.parts.consent.profiles.set_page("daily", is_open=True)
    pages.client.post("/subscribe", data={"email": "ana@example.com", "list": ["weekly", "daily"]})

    pages.client.post(pages.link(pages.mails()[-1], "/confirm/"))

    assert [mail["Subject"] for mail in pages.mails()][1:] == ["Welcome to daily"]
    assert "welcome mail of the list weekly can't be read" in caplog.text


def test_a_welcome_that_is_a_link_to_a_secret_mails_it_to_nobody(
    pages: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody may sign up, and a folder from a stranger may hold such a link."""
    (pages.parts.directory / "welcome").mkdir()
    (pages.parts.directory / "secret").write_text("the-key-of-the-studio\n\nthe-key-of-the-studio\n")
    (pages.parts.directory / "welcome" / "weekly.md").symlink_to("../secret")
    pages.client.post("/subscribe", data={"email": "ana@example.com", "list": ["weekly"]})

    pages.client.post(pages.link(pages.mails()[-1], "/confirm/"))

    assert pages.status("ana@example.com") == "active"
    assert len(pages.mails()) == 1 and "the-key" not in pages.mails()[0].as_string()
    assert "leads out of welcome/" in caplog.text


@pytest.mark.parametrize("kind", [Asked.ADD, Asked.IMPORT])
def test_whoever_was_put_on_a_list_by_the_owner_gets_no_welcome(pages: World, kind: Asked) -> None:
    """They did not come by themselves."""
    (pages.parts.directory / "welcome").mkdir()
    (pages.parts.directory / "welcome" / "weekly.md").write_text("Welcome\n\nHello.\n")
    rows = [ReaderRow(email="ana@example.com")]
    pages.parts.consent.membership.join("weekly", rows, status=SubscriptionStatus.PENDING, consent=None)
    pages.parts.consent.requests.ask_pending("weekly", asked=kind, wording="x")
    pages.parts.post_office.post_waiting()

    pages.client.post(pages.link(pages.mails()[-1], "/confirm/"))

    assert pages.status("ana@example.com") == "active"
    assert len(pages.mails()) == 1
