"""RFC 8058 to the letter: what a mail provider's servers do with the link in List-Unsubscribe."""

from __future__ import annotations

import base64
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from newsletter.words.subscriber import SuppressionReason
from newsletter.words.token import reader_token
from tests.web.conftest import World

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ana(world: World) -> str:
    """Ana, confirmed, and the path of her link."""
    return f"/u/{world.token('u', world.confirm('ana@example.com'))}"


@pytest.fixture
def bo(pages: World) -> str:
    """Bo, confirmed, and the path of his link; where the database does not matter."""
    return f"/u/{pages.token('u', pages.confirm('bo@example.com'))}"


def test_the_urlencoded_request_ends_the_subscription(world: World, ana: str) -> None:
    """The body that mail providers send, with nothing else: 200, no redirect, no cookie."""
    answer = world.client.post(ana, data=ONE_CLICK)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    assert world.status("ana@example.com") == "ended"


def test_the_multipart_request_does_the_same(pages: World, bo: str) -> None:
    """RFC 8058 says SHOULD for this form."""
    answer = pages.client.post(bo, files={"List-Unsubscribe": (None, "One-Click")})

    assert answer.status_code == 200
    assert pages.status("bo@example.com") == "ended"


def test_a_body_that_ends_like_a_line_of_text_is_the_same_request(pages: World, bo: str) -> None:
    """Whoever posted it meant it, and believes to have left."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert pages.client.post(bo, content=b"List-Unsubscribe=One-Click\r\n", headers=kind).status_code == 200

    assert pages.status("bo@example.com") == "ended"


def test_a_second_request_is_answered_like_the_first(world: World, ana: str) -> None:
    """Idempotent: providers repeat."""
    first, second = world.client.post(ana, data=ONE_CLICK), world.client.post(ana, data=ONE_CLICK)

    assert (first.status_code, first.text) == (second.status_code, second.text)
    person = world.parts.readers.find_subscriber("ana@example.com")
    assert person is not None
    assert len(world.parts.consent.departures.departures_of(person.id)) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_scanners_may_open_the_link_a_hundred_times(pages: World, bo: str, method: str) -> None:
    """Nothing but a POST changes anything."""
    for _ in range(100):
        answer = pages.client.request(method, bo, headers={"user-agent": "SafeLinks scanner"})
        assert answer.status_code == (405 if method == "OPTIONS" else 200)

    assert pages.status("bo@example.com") == "active"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"List-Unsubscribe": "Two-Click"},
        {"list-unsubscribe": "One-Click"},
        {"List-Unsubscribe": "One-Click", "more": "than that"},
        {"email": "x"},
    ],
)
def test_another_body_shows_the_page_and_changes_nothing(pages: World, bo: str, body: dict[str, str]) -> None:
    """Only the pair of the standard is the one click."""
    answer = pages.client.post(bo, data=body)

    assert answer.status_code == 200
    assert "<form" in answer.text
    assert pages.status("bo@example.com") == "active"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("application/x-www-form-urlencoded", b"\xff\xfe=%zz&" * 9),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click&" + b"a" * 70_000),
        ("application/json", b'{"List-Unsubscribe": "One-Click"}'),
        ("text/plain", b"List-Unsubscribe=One-Click"),
    ],
)
def test_a_body_that_is_no_form_changes_nothing(pages: World, bo: str, kind: str, body: bytes) -> None:
    """Broken, huge or of another kind: the page, and never a fault of ours."""
    answer = pages.client.post(bo, content=body, headers={"content-type": kind})

    assert answer.status_code == 200
    assert pages.status("bo@example.com") == "active"


def test_a_foreign_origin_and_missing_headers_do_not_matter(pages: World, bo: str) -> None:
    """The request has no context at all, and must work."""
    answer = pages.client.post(
        bo,
        data=ONE_CLICK,
        headers={"origin": "https://mail.example.net", "sec-fetch-site": "cross-site", "accept": ""},
    )

    assert answer.status_code == 200
    assert pages.status("bo@example.com") == "ended"


def test_an_unknown_a_forged_and_an_erased_readers_link_get_one_answer(pages: World, bo: str) -> None:
    """4xx, the same page, and nothing changes."""
    token = bo.removeprefix("/u/")
    other_purpose = pages.token("p", 1)
    unknown = pages.token("u", 999_999)
    answers = {
        (answer.status_code, answer.text)
        for forged in ("x", token[:-1], token + "0", other_purpose, unknown, token.replace("1.1.", "1.2.", 1), "%00")
        for answer in [pages.client.post(f"/u/{forged}", data=ONE_CLICK), pages.client.get(f"/u/{forged}")]
    }

    assert {code for code, _ in answers} == {404}
    assert len(answers) == 1
    assert pages.status("bo@example.com") == "active"


def test_no_changed_bit_of_a_token_is_accepted(pages: World, bo: str) -> None:
    """Every bit of every character, for every purpose."""
    token = bo.removeprefix("/u/")
    for place, letter in enumerate(token):
        for bit in range(7):
            forged = token[:place] + chr(ord(letter) ^ (1 << bit)) + token[place + 1 :]
            if forged.isprintable() and not set(forged) & set("/?#%"):
                assert pages.client.post(f"/u/{forged}", data=ONE_CLICK).status_code == 404, forged

    assert pages.status("bo@example.com") == "active"


def test_a_hundred_thousand_guesses_find_nothing() -> None:
    """128 bits are not guessed; the tags of one purpose are no help with another."""
    from newsletter.words.token import read_reader_token

    guess = random.Random(8058)
    keys = {1: b"k" * 40}

    for _ in range(100_000):
        tag = base64.urlsafe_b64encode(guess.randbytes(17))[:22].decode()
        assert read_reader_token(f"1.7.1.1.{tag}", keys, purpose="u") is None


def test_two_readers_links_are_not_interchangeable(pages: World, bo: str) -> None:
    """The tag of one with the number of another is nobody's."""
    cy = pages.confirm("cy@example.com")
    tag = bo.rpartition(".")[2]

    assert pages.client.post(f"/u/1.{cy}.1.1.{tag}", data=ONE_CLICK).status_code == 404
    assert pages.status("cy@example.com") == "active"


def test_links_of_an_old_key_stay_good_when_a_new_one_signs(pages: World, bo: str) -> None:
    """A mail of last year still ends the subscription."""
    old = pages.parts.key.secret.decode()
    pages.parts.__dict__.pop("keys", None)
    pages.parts.__dict__.pop("key", None)
    object.__setattr__(pages.parts.config, "secret_key", f"2:{'n' * 40} 1:{old}")
    assert pages.parts.key.id == 2

    assert pages.client.post(bo, data=ONE_CLICK).status_code == 200
    assert pages.status("bo@example.com") == "ended"


def test_the_link_of_one_list_leaves_the_others_alone(world: World, ana: str) -> None:
    """Who leaves the daily keeps the weekly."""
    from newsletter.readers.rows import ReaderRow
    from newsletter.words.subscriber import SubscriptionStatus

    row = ReaderRow(email="ana@example.com")
    world.parts.consent.membership.join("daily", [row], status=SubscriptionStatus.ACTIVE, consent="x")

    world.client.post(ana, data=ONE_CLICK)

    assert (world.status("ana@example.com"), world.status("ana@example.com", "daily")) == ("ended", "active")


def test_links_of_previews_and_test_mails_end_nothing(pages: World, bo: str) -> None:
    """They look like the real ones and answer 200."""
    person = pages.parts.readers.find_subscriber("bo@example.com")
    assert person is not None
    for path in (f"/u/{pages.token('u', person.id, mailing_list=0)}", f"/u/{pages.token('u', 0)}", "/u/test"):
        assert pages.client.get(path).status_code == 200
        assert pages.client.post(path, data=ONE_CLICK).status_code == 200

    assert pages.status("bo@example.com") == "active"


def test_the_button_of_the_page_leaves_and_undo_brings_back(world: World, ana: str) -> None:
    """With a reason, if the reader cares to say; the same token both times."""
    assert 'value="One-Click"' in world.client.get(ana).text
    answer = world.client.post(ana, data={**ONE_CLICK, "from": "page"})
    assert f"{ana}/undo" in answer.text
    assert world.client.post(f"{ana}/why", data={"reason": "often"}).status_code == 200

    assert world.client.post(f"{ana}/undo").status_code == 200

    assert world.status("ana@example.com") == "active"
    person = world.parts.readers.find_subscriber("ana@example.com")
    assert person is not None
    (departure,) = world.parts.consent.departures.departures_of(person.id)
    assert (departure["how"], departure["reason"], departure["issue"]) == ("page", "often", 1)


def test_undo_brings_nobody_back_whom_somebody_else_stopped(world: World, ana: str) -> None:
    """Not after a complaint, not after the owner took them off, and not without having left."""
    world.parts.consent.membership.leave("ana@example.com", list_name=None)
    assert "can&#39;t be undone" in world.client.post(f"{ana}/undo").text
    assert world.status("ana@example.com") == "ended"

    bo = f"/u/{world.token('u', world.confirm('bo@example.com'))}"
    world.client.post(bo, data=ONE_CLICK)
    world.parts.consent.membership.suppress("bo@example.com", SuppressionReason.COMPLAINT)
    world.client.post(f"{bo}/undo")
    assert world.status("bo@example.com") == "ended"


def test_headers_keep_the_token_to_this_page(pages: World, bo: str) -> None:
    """No referrer, no cache, nothing framed, nothing run."""
    headers = pages.client.get(bo).headers

    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "script-src" not in headers["content-security-policy"]


_SERVER = """
import sys
from pathlib import Path
import uvicorn
from newsletter.web.app import build
from newsletter.wiring import open_newsletter
uvicorn.run(build(open_newsletter(Path(sys.argv[1]))), host="127.0.0.1", port=int(sys.argv[2]), access_log=False)
"""


def test_who_was_answered_has_left_even_if_the_server_is_killed_at_once(world: World) -> None:
    """HTTP/1.0, no Accept, kill -9 on the first byte of the answer: the commit came before."""
    person = world.confirm("ana@example.com")
    port = _free_port()
    server = subprocess.Popen([sys.executable, "-c", _SERVER, str(world.parts.directory), str(port)])
    try:
        _wait_for(port)
        body = b"List-Unsubscribe=One-Click"
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(
                f"POST /u/{world.token('u', person)} HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            answer = wire.recv(12)
            os.kill(server.pid, signal.SIGKILL)
    finally:
        server.kill()
        server.wait()

    assert answer.split()[1] == b"200"
    assert world.status("ana@example.com") == "ended"


def _free_port() -> int:
    with socket.socket() as wire:
        wire.bind(("127.0.0.1", 0))
        port: int = wire.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


def test_tokens_are_the_same_each_time_and_differ_by_purpose() -> None:
    """A repeated mail carries the same link; a link for one thing is none for another."""
    of = {"key_id": 1, "subscriber": 7, "mailing_list": 1, "issue": 42}

    assert reader_token(b"k", purpose="u", **of) == reader_token(b"k", purpose="u", **of)
    assert len({reader_token(b"k", purpose=purpose, **of).rpartition(".")[2] for purpose in "upc"}) == 3
