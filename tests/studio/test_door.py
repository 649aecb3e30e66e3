"""The studio's door: by which name, with which token, from which page."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from newsletter.cli.serve.pages import listener_at
from newsletter.web.studio.page import Page
from newsletter.web.studio.routes import PAGES
from tests.studio.conftest import World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLOSED = [page for page in PAGES if not page.is_open]


def _path(path: str) -> str:
    for value in ("number", "box"):
        path = path.replace(f"{{{value}:int}}", "1")
    return "/studio" + path


def test_the_token_of_the_machine_opens_the_studio(stranger: World) -> None:
    """The address that is printed signs in, and leads on to an address without the token."""
    stranger.enter()

    assert stranger.client.get("/studio").status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 32, "ü", "x" * 10_000])
def test_a_wrong_token_opens_nothing(outside: World, token: str) -> None:
    """Whatever else stands in the address, there is no session."""
    answer = outside.client.get("/studio", params={"token": token})

    assert answer.status_code == 401
    assert not answer.cookies


@pytest.mark.parametrize("page", CLOSED, ids=lambda page: page.path)
def test_nobody_gets_in_without_a_session(outside: World, page: object) -> None:
    """Every page of the table sends a stranger to the way in, and changes nothing for them."""
    assert page in CLOSED
    for method in page.methods:  # type: ignore[attr-defined]
        answer = outside.client.request(method, _path(page.path))  # type: ignore[attr-defined]
        assert answer.status_code == (303 if method == "GET" else 401)
        assert method == "POST" or answer.headers["location"].endswith("/studio/enter")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8025", "127.0.0.1.evil.example", "localhost.evil", ""])
def test_another_name_for_this_machine_is_not_answered(inside: World, host: str) -> None:
    """A page elsewhere that points its own name at this machine gets nothing, session or not."""
    answer = inside.client.get("/studio", headers={"host": host})

    assert answer.status_code == 421


def test_the_public_name_is_closed_while_nobody_has_an_account(world: World) -> None:
    """Only users with passwords make a studio that the world may knock at."""
    answer = world.client.get("/studio", headers={"host": "ferries.example.com"})

    assert answer.status_code == 403
    assert "newsletter users add" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_on_another_page_changes_nothing(world: World, headers: dict[str, str]) -> None:
    """Even with the cookie and the right field, a form that stood elsewhere is refused."""
    answer = world.client.post("/studio/leave", data={"csrf": world.csrf()}, headers=headers)

    assert answer.status_code == 403
    assert world.client.get("/studio").status_code == 200


@pytest.mark.parametrize("page", [page for page in PAGES if page.change], ids=lambda page: page.path)
def test_every_form_of_every_page_needs_its_secret_field_and_its_own_page(inside: World, page: Page) -> None:
    """For each row of the table: without the field, with another one, or sent from elsewhere, nothing is done."""
    csrf = inside.csrf()
    elsewhere = {"origin": "https://evil.example"}
    for data, headers in (({}, {}), ({"csrf": "0" * 32}, {}), ({"csrf": csrf}, elsewhere)):
        answer = inside.client.post(_path(page.path), data=data, headers=headers)
        assert answer.status_code == 403, (data, headers)
    for headers in ({}, {"X-CSRF-Token": "0" * 32}, {"X-CSRF-Token": csrf} | elsewhere):
        assert inside.client.post(_path(page.path), json={}, headers=headers).status_code == 403, headers


@pytest.mark.parametrize("page", CLOSED, ids=lambda page: page.path)
def test_a_forged_session_is_nobody_on_every_page(inside: World, outside: World, page: Page) -> None:
    """A cookie with one letter changed, for each row of the table and each method."""
    name, value = next(iter(inside.client.cookies.items()))
    outside.client.cookies.set(name, ("A" if value[0] != "A" else "B") + value[1:])
    for method in page.methods:
        assert outside.client.request(method, _path(page.path)).status_code == (303 if method == "GET" else 401)


@pytest.mark.parametrize("csrf", [None, "", "0" * 32, "ü"])
def test_a_form_without_its_secret_field_changes_nothing(world: World, csrf: str | None) -> None:
    """The field that only our own page knows must be there."""
    answer = world.client.post("/studio/leave", data={} if csrf is None else {"csrf": csrf})

    assert answer.status_code == 403


def test_a_cookie_with_one_letter_changed_is_nobody(world: World) -> None:
    """A forged or broken session is no session."""
    name, value = next(iter(world.client.cookies.items()))
    world.client.cookies.clear()
    said, _, signature = value.rpartition(".")
    # The first letter: some bits of the last one mean nothing.
    world.client.cookies.set(name, f"{said}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}")

    assert world.client.get("/studio").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: World) -> None:
    """HttpOnly, SameSite, for the studio's addresses alone; Secure wherever it is not this very machine."""
    answer = stranger.client.get("/studio", params={"token": "x"})
    stranger.enter()
    cookie = next(iter(stranger.client.cookies.jar))

    assert answer.status_code == 401
    assert cookie.path == "/studio"
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"


def test_signing_out_ends_it(world: World) -> None:
    """After signing out the browser has no session."""
    assert world.post("/leave").status_code == 303

    assert world.client.get("/studio").status_code == 401


def test_a_body_larger_than_the_page_expects_is_refused(world: World) -> None:
    """By what it says of its length, and by what really comes."""
    csrf = world.csrf()
    headers = {"X-CSRF-Token": csrf}

    said = world.client.post("/studio/leave", content=b"a" * 5_000_000, headers=headers)
    came = world.client.post("/studio/leave", content=(b"a" * 500_000 for _ in range(10)), headers=headers | FORM)

    assert (said.status_code, came.status_code) == (413, 413)


def test_no_page_lets_anything_from_elsewhere_in(world: World) -> None:
    """The policy allows our own scripts, styles and pictures, and nothing inline."""
    policy = world.client.get("/studio").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_scripts_and_styles_are_there_for_everybody_and_cached_by_content(stranger: World) -> None:
    """They say nothing of anybody; a second visit costs nothing; no other file can be had this way."""
    first = stranger.client.get("/studio/assets/studio.js")

    assert first.headers["content-type"].startswith("text/javascript")
    assert (
        stranger.client.get("/studio/assets/studio.js", headers={"if-none-match": first.headers["etag"]}).status_code
        == 304
    )
    for name in ("nothing.js", "..%2f__init__.py", "studio.py", "%2e%2e/page.py"):
        assert stranger.client.get(f"/studio/assets/{name}").status_code in {404, 405, 401}


def test_small_answers_are_sent_at_once() -> None:
    """The socket says that it is TCP: without that asyncio lets each answer wait 40 ms for a receipt."""
    with closing(listener_at("127.0.0.1", 0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP
