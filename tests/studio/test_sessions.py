"""Sessions end where they are meant to, and what guards an account is taken off by nobody who merely found a browser open."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from newsletter.access.sign_in import hashed
from newsletter.access.users_sql import Users
from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import Parts
from newsletter.words.user import Role
from tests.studio.conftest import AT_HOME, HERE, World

PASSWORD = "correct horse battery staple"


def _world(parts: Parts, base: str = HERE) -> World:
    app = build(parts, studio_routes(parts))
    return World(parts, TestClient(app, base_url=base, client=AT_HOME, follow_redirects=False))


def _enter(world: World, email: str = "owner@example.com", code: str = "") -> int:
    data = {"csrf": _csrf(world), "email": email, "password": PASSWORD, "code": code}
    return world.client.post("/studio/enter", data=data).status_code


def _csrf(world: World) -> str:
    found = re.search('<meta name="csrf" content="([0-9a-f]+)">', world.client.get("/studio/enter").text)
    assert found
    return found[1]


@pytest.fixture
def owner(parts: Parts) -> World:
    """Somebody with an account, in a browser that is signed in."""
    account = parts.users.add("owner@example.com", name="Ana", role=Role.OWNER)
    parts.users.set_password(account.user.id, hashed(PASSWORD))
    world = _world(parts)
    assert 303 == _enter(world)
    return world


@pytest.fixture
def with_app(owner: World) -> tuple[World, pyotp.TOTP]:
    """The same with a code on top of it, set up as the page says."""
    app = pyotp.TOTP(_offered(owner))
    assert 303 == owner.post("/settings/me", act="code", password=PASSWORD, code=app.now()).status_code
    assert 303 == _enter(owner, code=app.at(time.time() - 30))
    return owner, app


def _offered(world: World) -> str:
    found = re.search(r"type in <code>([A-Z2-7]{32})</code>", world.client.get("/studio/settings/me").text)
    assert found
    return found[1]


def _copy(world: World) -> World:
    """Another browser with the same cookies."""
    other = _world(world.parts)
    for name, value in world.client.cookies.items():
        other.client.cookies.set(name, value)
    return other


def test_signing_out_ends_every_copy_of_the_cookie(owner: World) -> None:
    """Of that session; another browser of the same person stays in."""
    copy, other = _copy(owner), _world(owner.parts)
    assert 303 == _enter(other)
    assert 200 == copy.client.get("/studio/issues").status_code
    assert 303 == owner.post("/leave").status_code

    assert (303, 200) == (copy.client.get("/studio/issues").status_code, other.client.get("/studio/issues").status_code)


def test_signing_out_at_the_machine_ends_every_copy_too(world: World) -> None:
    """A session of the token is a session like others."""
    copy = _copy(world)
    assert 200 == copy.client.get("/studio").status_code
    world.post("/leave")

    assert 401 == copy.client.get("/studio").status_code


def test_a_new_account_does_not_inherit_the_sessions_of_a_removed_one(owner: World) -> None:
    """SQLite gives the number of the last one to the next comer."""
    users = owner.parts.users
    ben = users.add("ben@example.com", name="Ben", role=Role.OWNER)
    users.set_password(ben.user.id, hashed(PASSWORD))
    gone = _world(owner.parts)
    assert 303 == _enter(gone, "ben@example.com")
    users.remove(ben.user.id)
    eve = users.add("eve@example.com", name="Eve", role=Role.VIEWER)
    users.set_password(eve.user.id, hashed(PASSWORD))

    assert eve.user.id == ben.user.id
    assert 303 == gone.client.get("/studio/issues").status_code


def test_a_session_of_the_machine_is_one_only_there(world: World) -> None:
    """Its cookie opens nothing to somebody who comes from elsewhere, or through a proxy."""
    world.parts.users.add("owner@example.com", name="Ana", role=Role.OWNER)
    away = TestClient(world.client.app, base_url=HERE, client=("192.0.2.7", 50_000), follow_redirects=False)
    for name, value in world.client.cookies.items():
        away.cookies.set(name, value)

    assert 200 == world.client.get("/studio/issues").status_code
    assert 303 == away.get("/studio/issues").status_code
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host", "CF-Connecting-IP"):
        assert 303 == world.client.get("/studio/issues", headers={header: "127.0.0.1"}).status_code, header


def test_a_secret_for_codes_is_made_here_alone(owner: World) -> None:
    """One that is posted is refused, be it the page's own: an attacker's is never taken over."""
    theirs, offered = pyotp.random_base32(), _offered(owner)
    for secret in (theirs, offered, ""):
        code = pyotp.TOTP(secret or offered).now()
        answer = owner.post("/settings/me", act="code", password=PASSWORD, secret=secret, code=code)
        assert 400 == answer.status_code
    assert 400 == owner.post("/settings/me", act="code", password=PASSWORD, code=pyotp.TOTP(theirs).now()).status_code

    account = owner.parts.users.find_by_email("owner@example.com")
    assert account is not None
    assert account.totp_secret is None


def test_every_session_is_offered_another_secret(owner: World) -> None:
    """The same one while it lasts, so that a page loaded twice still fits the app."""
    other = _world(owner.parts)
    _enter(other)

    assert _offered(owner) == _offered(owner)
    assert _offered(owner) != _offered(other)


def test_taking_the_code_off_asks_for_one(with_app: tuple[World, pyotp.TOTP]) -> None:
    """The password alone does not; a fresh code does, and signs out everywhere."""
    owner, app = with_app
    assert 400 == owner.post("/settings/me", act="no-code", password=PASSWORD).status_code
    assert 400 == owner.post("/settings/me", act="no-code", password=PASSWORD, code="000000").status_code
    assert 400 == owner.post("/settings/me", act="nothing", password=PASSWORD).status_code
    assert 303 == owner.post("/settings/me", act="no-code", password=PASSWORD, code=app.now()).status_code

    account = owner.parts.users.find_by_email("owner@example.com")
    assert account is not None
    assert account.totp_secret is None
    assert 303 == owner.client.get("/studio/issues").status_code


def test_an_owner_can_not_go_round_that_on_the_page_of_users(with_app: tuple[World, pyotp.TOTP]) -> None:
    """Not for themselves at all, and for others with a code of their own; five tries and no more."""
    owner, app = with_app
    users = owner.parts.users
    ben = users.add("ben@example.com", name="Ben", role=Role.EDITOR).user.id
    own = users.find_by_email("owner@example.com")
    assert own is not None
    for number in (ben, own.user.id):
        users.set_totp(ben, pyotp.random_base32())
        assert 400 == owner.post("/settings/users", act="no-code", user=str(number)).status_code
    assert 303 == owner.post("/settings/users", act="no-code", user=str(ben), code=app.now()).status_code
    for _ in range(4):
        assert 400 == owner.post("/settings/users", act="no-code", user=str(ben), code="000000").status_code
    assert 409 == owner.post("/settings/users", act="no-code", user=str(ben), code="000000").status_code

    account = users.find(ben)
    assert account is not None
    assert account.totp_secret is None


def test_whoever_found_a_browser_open_can_not_guess_the_password(owner: World) -> None:
    """Five tries in a quarter of an hour, here as at the door."""
    new = {"act": "password", "new": "another one that is long"}
    statuses = [owner.post("/settings/me", password=f"wrong {n}", **new).status_code for n in range(6)]

    assert [400] * 5 + [409] == statuses
    assert 409 == owner.post("/settings/me", password=PASSWORD, **new).status_code


def test_a_session_is_found_until_it_is_ended_or_too_old(engine: Engine) -> None:
    """On both databases; another epoch ends it, and old ones are forgotten as new ones begin."""
    users, fortnight = Users(engine), timedelta(days=14)
    ana = users.add("ana@example.com", name="Ana", role=Role.OWNER)
    for mark, account in (("ana", ana), ("again", ana), ("machine", None)):
        users.begin_session(mark, account, lasting=fortnight)
    found, machine = users.find_session("again"), users.find_session("machine")
    assert found is not None
    assert found.user == ana.user
    assert machine is not None
    assert machine.user is None
    users.end_session("ana")
    assert users.find_session("ana") is None
    assert users.find_session("again") is not None
    users.end_sessions(ana.user.id)
    assert users.find_session("again") is None
    time.sleep(0.01)
    users.begin_session("later", None, lasting=timedelta(0))

    assert [None, True] == [users.find_session("machine"), users.find_session("later") is not None]
