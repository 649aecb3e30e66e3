"""Users of the studio: roles on every page, passwords, codes, limits, and sessions that end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pyotp
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from newsletter.access.hash import Hashing
from newsletter.access.sign_in import SignInTry, hashed, sign_in
from newsletter.access.users_sql import Users
from newsletter.web.app import build
from newsletter.web.studio.page import Page
from newsletter.web.studio.routes import PAGES, studio_routes
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.user import Role
from tests.running import run
from tests.studio.conftest import AT_HOME, HERE, World

PASSWORD = "correct horse battery staple"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _client(parts: Parts, base: str = HERE) -> TestClient:
    return TestClient(build(parts, studio_routes(parts)), base_url=base, client=AT_HOME, follow_redirects=False)


def _csrf(client: TestClient) -> str:
    found = re.search('<meta name="csrf" content="([0-9a-f]+)">', client.get("/studio/enter").text)
    assert found
    return found[1]


def _enter(client: TestClient, email: str, password: str = PASSWORD, code: str = "") -> int:
    data = {"csrf": _csrf(client), "email": email, "password": password, "code": code}
    return client.post("/studio/enter", data=data).status_code


def _user(parts: Parts, role: Role) -> int:
    account = parts.users.add(f"{role}@example.com", name=role.title(), role=role)
    parts.users.set_password(account.user.id, hashed(PASSWORD))
    return account.user.id


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Role, TestClient]]:
    """One newsletter, and one browser for each role that is signed in to it."""
    from newsletter.wiring import open_newsletter
    from tests.running import a_folder

    parts = open_newsletter(a_folder(tmp_path_factory.mktemp("roles") / "weekly"))
    parts.consent.membership.add_list("weekly")
    clients = {}
    for role in Role:
        _user(parts, role)
        clients[role] = _client(parts)
        assert _enter(clients[role], f"{role}@example.com") == 303
    yield clients
    parts.engine.dispose()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", [page for page in PAGES if not page.is_open], ids=lambda page: page.path)
def test_every_page_is_closed_to_those_whose_role_is_too_small(
    everybody: dict[Role, TestClient], page: Page, role: Role
) -> None:
    """For each row of the table and each role: 403 exactly where the role does not include the one that is needed."""
    client = everybody[role]
    path = "/studio" + page.path.replace("{number:int}", "1").replace("{id:int}", "1")
    for method, needed in (("GET", page.see), ("POST", page.do)):
        if method not in page.methods or page.path == "/leave":
            continue
        # Without the form's own field nothing is changed even where the role would do: the refusal is another one.
        answer = client.request(method, path, data={"csrf": "wrong"} if method == "POST" else None)
        is_refused_for_role = answer.status_code == 403 and "needs the role" in answer.text
        assert is_refused_for_role == (not role.may(needed)), (method, answer.status_code)


def test_a_public_name_opens_once_there_are_users(parts: Parts) -> None:
    """Before, it is closed; then a password opens it, and the cookie is for https alone."""
    client = _client(parts, "https://ferries.example.com")
    assert client.get("/studio/enter").status_code == 403
    _user(parts, Role.OWNER)
    assert _enter(client, "owner@example.com") == 303
    cookie = next(iter(client.cookies.jar))
    assert cookie.secure
    assert client.get("/studio").status_code == 200


def test_another_password_ends_every_session(parts: Parts) -> None:
    """The one that changed it too; a removed user is nobody at once."""
    number = _user(parts, Role.OWNER)
    _user(parts, Role.EDITOR)
    client = _client(parts)
    _enter(client, "owner@example.com")
    assert client.get("/studio/issues").status_code == 200
    parts.users.set_password(number, hashed(PASSWORD + "!"))
    assert client.get("/studio/issues").status_code == 303
    assert _enter(client, "owner@example.com", PASSWORD + "!") == 303
    parts.users.set_role(parts.users.find_by_email("editor@example.com").user.id, Role.OWNER)  # type: ignore[union-attr]
    parts.users.remove(number)
    assert client.get("/studio/issues").status_code == 303


def test_an_invitation_sets_a_password_once(parts: Parts) -> None:
    """The link that the command prints works once; forged and used ones don't."""
    done = run(parts.directory, "users", "add", "ben@example.com", "--name", "Ben", "--role", "owner")
    token = done.stdout.strip().rpartition("/")[2]
    client = _client(parts)
    path = f"/studio/welcome/{token}"
    assert "Welcome, Ben" in client.get(path).text
    csrf = _csrf(client)
    assert client.post(path, data={"csrf": csrf, "password": "short"}).status_code == 400
    assert client.post(path, data={"csrf": csrf, "password": PASSWORD}).status_code == 303
    assert client.post(path, data={"csrf": csrf, "password": "another one that is long"}).status_code == 404
    assert client.get(path[:-1]).status_code == 404
    assert _enter(client, "ben@example.com") == 303


def test_a_code_is_asked_for_and_taken_once(parts: Parts) -> None:
    """RFC 6238 by an app that we did not write; the same code again is refused."""
    number = _user(parts, Role.OWNER)
    secret = pyotp.random_base32()
    parts.users.set_totp(number, secret)
    client = _client(parts)
    code = pyotp.TOTP(secret).now()

    assert _enter(client, "owner@example.com") == 401
    assert _enter(client, "owner@example.com", code=f"{code[:3]} {code[3:]}") == 303
    assert _enter(_client(parts), "owner@example.com", code=code) == 401


def _try(users: Users, email: str, password: str, *, place: str = "192.0.2.1", now: datetime = NOW) -> None:
    sign_in(users, SignInTry(email=email, password=password, code="", place=place), now=now, hashing=Hashing())


def test_who_is_not_there_gets_the_same_answer(engine: Engine) -> None:
    """In the same words, after the same work: nobody learns who has an account."""
    users = Users(engine)
    users.add("new@example.com", name="New", role=Role.EDITOR)
    words = set()
    for email in ("new@example.com", "nobody@example.com"):
        with pytest.raises(Mistake) as refused:
            _try(users, email, "wrong")
        words.add(str(refused.value))

    assert len(words) == 1


def test_the_last_owner_stays(engine: Engine) -> None:
    """Nobody can lock everybody out."""
    users = Users(engine)
    owner = users.add("owner@example.com", name="Ana", role=Role.OWNER).user.id
    for act in (lambda: users.remove(owner), lambda: users.set_role(owner, Role.EDITOR)):
        with pytest.raises(NotNow):
            act()
    with pytest.raises(Mistake):
        users.add("OWNER@example.com", name="Again", role=Role.EDITOR)


def test_an_owner_manages_users_in_the_studio(world: World) -> None:
    """Add, change, sign out, remove; the invitation is shown once."""
    page = world.post("/settings/users", act="add", name="Ben", email="ben@example.com", role="owner").text
    assert "/studio/welcome/" in page
    assert "/studio/welcome/" not in world.client.get("/studio/settings/users").text
    ben = world.parts.users.find_by_email("ben@example.com")
    assert ben is not None
    number = str(ben.user.id)
    assert world.post("/settings/users", act="role", user=number, role="editor").status_code == 409
    assert world.post("/settings/users", act="end", user=number).status_code == 303
    assert world.post("/settings/users", act="explode", user=number).status_code == 400
    assert world.post("/settings/users", act="role", user="99", role="editor").status_code == 404


def test_no_password_or_secret_is_on_a_page_or_in_a_repr(parts: Parts) -> None:
    """Not even as a hash."""
    number = _user(parts, Role.OWNER)
    parts.users.set_totp(number, "JBSWY3DPEHPK3PXP")
    account = parts.users.find(number)
    world = World(parts, _client(parts))
    world.enter()

    assert "argon2" not in repr(account)
    assert "JBSWY3DPEHPK3PXP" not in repr(account)
    page = world.client.get("/studio/settings/users").text
    assert "argon2" not in page
    assert "JBSWY3DPEHPK3PXP" not in page
