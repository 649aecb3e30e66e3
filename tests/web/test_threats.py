"""What people with bad intentions try at the public pages, and what comes of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text, update
from starlette.routing import Route

from newsletter.consent.requests_sql import NewRequest
from newsletter.db.engine import reading, writing
from newsletter.readers.rows import ReaderRow
from newsletter.readers.tables import mailing_list
from newsletter.web.app import build
from newsletter.wiring.schema import metadata
from newsletter.words.consent import Asked
from newsletter.words.erasure import RequestOf
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.web.conftest import World

ACTIVE = SubscriptionStatus.ACTIVE
_ALL = {"List-Unsubscribe": "One-Click", "act": "save", "weeks": "4", "reason": "often", "lang": "de"}


def everything(world: World) -> dict[str, list[str]]:
    """What stands in the database, but for how often somebody asked."""
    with reading(world.parts.engine) as connection:
        return {
            table.name: sorted(str(row) for row in connection.execute(text(f"SELECT * FROM {table.name}")))
            for table in metadata.sorted_tables
            if table.name != "allowance"
        }


def routes(world: World) -> list[Route]:
    return [route for route in build(world.parts).routes if isinstance(route, Route)]


def paths_of(world: World, **tokens: str) -> list[tuple[Route, str]]:
    """Every address of the application, with a token of its own purpose where it takes one."""
    found = []
    for route in routes(world):
        purpose = {"confirm": "c", "u": "u", "preferences": "p", "own": "own"}.get(route.path.split("/")[1], "")
        path = route.path.replace("{token}", tokens.get(purpose, "x")).replace("{number:int}", "1")
        found.append((route, path.replace("{name}", "x.png")))
    return found


def test_nothing_but_a_post_changes_anything_on_any_address(pages: World) -> None:
    """Threat 4: scanners open every link of a mail, with every harmless method."""
    person = pages.confirm("ana@example.com")
    request = pages.parts.consent.requests.ask(NewRequest(email="new@example.com", asked=Asked.FORM, lists=[1]))
    pages.parts.post_office.post_waiting()
    tokens = {"u": pages.token("u", person), "p": pages.token("p", person), "c": pages.token("c", request, 0, 0)}
    tokens["own"] = pages.own_link(person).removeprefix("/own/")
    before = everything(pages)

    for _, path in paths_of(pages, **tokens):
        for method in ("GET", "HEAD", "OPTIONS"):
            code = pages.client.request(method, path, params=_ALL).status_code
            assert code in {200, 404, 405}, (method, path)

    assert everything(pages) == before


def test_without_a_genuine_link_no_address_changes_anything_or_tells_of_anybody(pages: World) -> None:
    """Threats 1 and 18: every route, from the router itself; a closed list is no more joined than shown."""
    pages.parts.consent.membership.join("donors", [ReaderRow(email="ana@example.com")], status=ACTIVE, consent="x")
    forged = dict.fromkeys(("u", "c", "p", "own"), f"1.1.1.1.{'A' * 22}")
    before = everything(pages)
    body = {**_ALL, "email": "ana@example.com", "list": "donors", "website": ""}

    for route, path in paths_of(pages, **forged):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            answer = pages.client.request(method, path, data=body if method == "POST" else None)
            assert "donors" not in answer.text and "ana@example.com" not in answer.text, path
            assert ("{token}" not in route.path) or answer.status_code == 404, path

    after = everything(pages)
    added = {name for name in before if before[name] != after[name]}
    # Only the sign-up form may be used by anybody, and it keeps a request for an open list alone.
    assert added <= {"consent_request", "consent_request_list", "subscriber", "subscription"}
    assert pages.status("ana@example.com", "donors") == "active"
    assert not [
        row for row in after["consent_request_list"] if row not in before["consent_request_list"] and "2)" in row
    ]


@contextmanager
def work(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was done until the answer was on its way: the statements of the database, the HMACs, and what they are made of."""
    done: list[str] = []
    answered = [False]

    def statement(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if not answered[0]:
            done.append(sql)

    digest, sha256 = hmac.digest, hashlib.sha256

    def counted(*arguments: Any) -> bytes:
        if not answered[0]:
            done.append("hmac")
        return digest(*arguments)

    def hashed(*arguments: Any, **options: Any) -> Any:
        if not answered[0]:
            done.append("sha256")
        return sha256(*arguments, **options)

    app = world.client.app

    async def watching(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered[0] = True

        await app(scope, receive, sending)

    sqlalchemy_event.listen(world.parts.engine, "before_cursor_execute", statement)
    monkeypatch.setattr(hmac, "digest", counted)
    monkeypatch.setattr(hashlib, "sha256", hashed)
    world.client._transport.app = watching  # type: ignore[attr-defined]
    try:
        yield done
    finally:
        world.client._transport.app = app  # type: ignore[attr-defined]
        monkeypatch.setattr(hmac, "digest", digest)
        monkeypatch.setattr(hashlib, "sha256", sha256)
        sqlalchemy_event.remove(world.parts.engine, "before_cursor_execute", statement)


def test_the_form_does_the_same_work_for_a_new_a_known_a_blocked_and_an_erased_address(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threat 2: neither the page nor the time that it takes tells who is known here. Work is counted, not seconds."""
    rows = [ReaderRow(email=f"{name}@example.com") for name in ("known", "left", "blocked", "erased")]
    world.parts.consent.membership.join("weekly", rows, status=ACTIVE, consent="x")
    world.parts.consent.membership.leave("left@example.com", list_name=None)
    world.parts.consent.membership.suppress("blocked@example.com", SuppressionReason.COMPLAINT)
    world.parts.consent.profiles.erase("erased@example.com", RequestOf.OWNER)
    seen = set()
    for name in ("new", "known", "left", "blocked", "erased"):
        with work(world, monkeypatch) as done:
            answer = world.client.post("/subscribe", data={"email": f"{name}@example.com", "list": "weekly"})
        # The first request in a span of time also clears the one before.
        seen.add((answer.status_code, answer.text, tuple(one for one in done if not one.startswith("DELETE"))))

    assert len(seen) == 1
    (_, _, done_) = seen.pop()
    assert sum(one.startswith("INSERT INTO consent_request ") for one in done_) == 1


def test_a_forged_link_costs_the_same_work_whomever_it_names(pages: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat 1: known readers, unknown ones, unknown keys and links of another purpose: one HMAC, and no question to the database."""
    person = pages.confirm("ana@example.com")
    tag = "A" * 22
    links = [f"1.{person}.1.1.{tag}", f"1.zz.1.1.{tag}", f"9.{person}.1.1.{tag}", pages.token("p", person)]
    seen = set()
    for link in links:
        with work(pages, monkeypatch) as done:
            assert pages.client.post(f"/u/{link}", data=_ALL).status_code == 404
        seen.add(tuple(done))

    # One HMAC is three of them: a long key, and the two passes.
    assert seen == {("sha256",) * 3}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=60), title=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_no_text_makes_a_second_header_or_a_second_recipient(pages: World, typed: str, title: str) -> None:
    """Threat 6: whatever stands in the form or in a list's title, the mail has one To, no Bcc and our subject."""
    with writing(pages.parts.engine) as connection:
        hostile = f"W{title}\r\nBcc: evil@example.net\r\n\r\nhello"
        connection.execute(update(mailing_list).values(title=hostile))
    before = len(pages.mails())
    number = pages.parts.consent.requests.ask(
        NewRequest(email=f"r{before}@example.com", asked=Asked.FORM, lists=[1], first_name=typed.replace("\0", ""))
    )
    assert pages.parts.post_office.post_waiting() == 1, number

    mail = pages.mails()[-1]
    assert (mail.get_all("To"), mail["Bcc"], mail.get_all("From")) == (
        [f"r{before}@example.com"],
        None,
        ["Weekly Ferries <mara@ferries.example.com>"],
    )
    assert mail["Subject"] == "Confirm that you want Weekly Ferries"
    assert not mail.defects


@pytest.mark.parametrize(
    "email",
    [
        "ana@example.com\r\nBcc: evil@example.net",
        "ana@example.com, evil@example.net",
        "ana@example.com>\r\nRCPT TO:<evil@example.net",
        "ana@example.com\u2028Bcc: evil@example.net",
        '"a\nb"@example.com',
        "ana@example.com%0aBcc:evil@example.net",
    ],
)
def test_an_address_that_holds_a_second_one_is_no_address(pages: World, email: str) -> None:
    """Threat 6, at the door."""
    assert pages.subscribe(email) == 422
    assert pages.mails() == []
