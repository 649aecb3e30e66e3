"""Let in by mail: an invitation, a new password, a link to sign in. Each opens once, and tells strangers nothing."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.access.links import CHOOSING, LinkKind
from newsletter.access.sign_in import hashed
from newsletter.access.tables import access_link
from newsletter.cli import main
from newsletter.db.engine import reading
from newsletter.web.app import build
from newsletter.web.studio.entry.link_mail import mail_link
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import Parts, open_newsletter
from newsletter.words.mistake import NewsletterError
from newsletter.words.user import Role
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.studio.conftest import AT_HOME, HERE, World

PASSWORD = "correct horse battery staple"
PUBLIC = "https://ferries.example.com"


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with smtp_server(Path(tmp_path_factory.mktemp("smtp"))) as server:
        yield server


@pytest.fixture
def world(parts: Parts, post: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A newsletter whose mail a server carries, with somebody at the machine."""
    post.plan()
    monkeypatch.setenv("NEWSLETTER_PROVIDER", "smtp")
    monkeypatch.setenv("NEWSLETTER_SMTP_URL", post.url())
    opened = open_newsletter(parts.directory)
    with TestClient(
        build(opened, studio_routes(opened)), base_url=HERE, client=AT_HOME, follow_redirects=False
    ) as client:
        made = World(opened, client)
        made.enter()
        yield made
    opened.engine.dispose()


@pytest.fixture
def stranger(world: World) -> TestClient:
    """Another browser, which comes by the public name."""
    return TestClient(
        build(world.parts, studio_routes(world.parts)),
        base_url=PUBLIC,
        client=("203.0.113.5", 1),
        follow_redirects=False,
    )


def _link(post: SmtpServer, address: str, n_before: int = 0) -> str:
    """The path of the link in the last mail to an address, once there is one more than before."""
    until = time.monotonic() + 20
    while True:
        mails = [message_from_bytes(mail, policy=default) for mail in post.mails()]
        mine = [mail for mail in mails if mail["To"] == address]
        if len(mine) > n_before:
            body = mine[-1].get_body(("plain",))
            assert body is not None
            found = re.search(rf"{PUBLIC}(/studio/\S+)", body.get_content())
            assert found, body.get_content()
            return found[1]
        assert time.monotonic() < until
        time.sleep(0.05)


def _user(world: World, email: str, *, password: str | None = PASSWORD, role: Role = Role.EDITOR) -> int:
    account = world.parts.users.add(email, name=email.partition("@")[0].title(), role=role)
    if password:
        world.parts.users.set_password(account.user.id, hashed(password))
    return account.user.id


def _posted(client: TestClient, path: str, **fields: str):  # type: ignore[no-untyped-def]
    found = re.search('<meta name="csrf" content="([0-9a-f]+)">', client.get("/studio/enter").text)
    assert found
    return client.post(path, data={"csrf": found[1], **fields})


def test_an_invitation_is_mailed_shown_as_open_and_taken_back(
    world: World, post: SmtpServer, stranger: TestClient
) -> None:
    """By the owner's page; what the program mailed first opens nothing once it was mailed again."""
    assert (
        world.post("/settings/users", act="add", name="Ben", email="ben@example.org", role="editor").status_code == 303
    )
    first = _link(post, "ben@example.org")
    ben = world.parts.users.find_by_email("ben@example.org")
    assert ben is not None
    page = world.client.get("/studio/settings/users").text
    assert "invited, the link ends" in page and first not in page
    world.post("/settings/users", act="invite", user=str(ben.user.id))
    second = _link(post, "ben@example.org", 1)
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (404, 200)

    world.post("/settings/users", act="take-back", user=str(ben.user.id))

    assert stranger.get(second).status_code == 404
    assert "invited, the link ends" not in world.client.get("/studio/settings/users").text


def test_looking_at_a_link_uses_nothing_up_and_pressing_uses_it_once(
    world: World, post: SmtpServer, stranger: TestClient
) -> None:
    """Programs that look through mail open every link; of two who press, one gets in."""
    number = _user(world, "cara@example.org", password=None)
    account = world.parts.users.find(number)
    assert account is not None
    mail_link(world.parts, account, LinkKind.INVITATION)
    path = _link(post, "cara@example.org")
    for _ in range(3):
        assert "Welcome, Cara" in stranger.get(path).text
        assert stranger.head(path).status_code in (200, 405)

    assert _posted(stranger, path, act="without").headers["location"] == "/studio"

    assert stranger.get("/studio/issues").status_code == 200, "signed in without a password"
    again = TestClient(stranger.app, base_url=PUBLIC, follow_redirects=False)
    assert _posted(again, path, act="without").status_code == 404
    assert _posted(again, path, password=PASSWORD).status_code == 404


def test_signing_in_by_a_link_needs_the_code_of_who_has_one(
    world: World, post: SmtpServer, stranger: TestClient
) -> None:
    """Asked for by anybody; a wrong code uses nothing up; the link is for this kind of thing only."""
    number, secret = _user(world, "dora@example.org"), pyotp.random_base32()
    world.parts.users.set_totp(number, secret)
    assert _posted(stranger, "/studio/enter/mail", act="sign-in", email="Dora@Example.org").status_code == 200
    path = _link(post, "dora@example.org")
    assert stranger.get(path.replace("/enter/link/", "/welcome/")).status_code == 404
    assert _posted(stranger, path, code="000000").status_code == 400

    assert _posted(stranger, path, code=pyotp.TOTP(secret).now()).status_code == 303

    assert stranger.get("/studio/issues").status_code == 200
    assert stranger.get(path).status_code == 404


def test_a_new_password_ends_sessions_and_every_other_link(
    world: World, post: SmtpServer, stranger: TestClient
) -> None:
    number = _user(world, "eve@example.org")
    _posted(stranger, "/studio/enter/mail", act="reset", email="eve@example.org")
    path = _link(post, "eve@example.org")
    other = world.parts.access_links.make(number, LinkKind.SIGN_IN, now=world.parts.clock.now())
    assert _posted(stranger, path, password="short").status_code == 400

    assert _posted(stranger, path, password="another one that is long").status_code == 303

    assert stranger.get(f"/studio/enter/link/{other}").status_code == 404
    assert _posted(stranger, "/studio/enter", email="eve@example.org", password=PASSWORD).status_code == 401
    assert (
        _posted(stranger, "/studio/enter", email="eve@example.org", password="another one that is long").status_code
        == 303
    )


def test_nobody_learns_who_has_an_account(world: World, post: SmtpServer, stranger: TestClient) -> None:
    """The same page but for the address that was typed, before anybody looked; and no mail to who has none."""
    _user(world, "finn@example.org")
    pages = []
    for email in ("finn@example.org", "nobody@example.org"):
        answer = _posted(stranger, "/studio/enter/mail", act="sign-in", email=email)
        pages.append((answer.status_code, answer.text.replace(email, "X")))
    _link(post, "finn@example.org")
    assert pages[0] == pages[1]
    assert not [mail for mail in post.mails() if b"nobody@example.org" in mail]


def test_a_link_leads_to_the_public_address_whatever_name_was_asked_by(
    world: World, post: SmtpServer, stranger: TestClient
) -> None:
    """A host in a header must not come into a mail."""
    _user(world, "gwen@example.org")
    found = re.search('<meta name="csrf" content="([0-9a-f]+)">', stranger.get("/studio/enter").text)
    assert found
    for host in ("evil.example", "ferries.example.com.evil.example"):
        headers = {"host": host, "x-forwarded-host": host, "origin": PUBLIC}
        answer = stranger.post("/studio/enter/mail", data={"csrf": found[1], "act": "sign-in", "email": "gwen@example.org"}, headers=headers)  # fmt: skip
        assert answer.status_code in (403, 421)
    headers = {"x-forwarded-host": "evil.example"}
    stranger.post("/studio/enter/mail", data={"csrf": found[1], "act": "sign-in", "email": "gwen@example.org"}, headers=headers)  # fmt: skip
    assert _link(post, "gwen@example.org").startswith("/studio/enter/link/")


def test_who_asks_often_is_held_off_and_nobody_else(world: World, post: SmtpServer, stranger: TestClient) -> None:
    """By address and network; the same for an address that nobody has."""
    _user(world, "hana@example.org")
    for email in ("hana@example.org", "nobody@example.org"):
        codes = [_posted(stranger, "/studio/enter/mail", act="sign-in", email=email).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 409]
    elsewhere = TestClient(stranger.app, base_url=PUBLIC, client=("198.51.100.7", 1), follow_redirects=False)
    assert _posted(elsewhere, "/studio/enter/mail", act="sign-in", email="hana@example.org").status_code == 200
    codes = [
        _posted(stranger, "/studio/enter/mail", act="sign-in", email=f"x{n}@example.org").status_code for n in range(16)
    ]
    assert codes[-1] == 409


def test_a_link_ends_and_is_in_the_database_as_a_digest_only(world: World, stranger: TestClient) -> None:
    links, now = world.parts.access_links, world.parts.clock.now()
    number = _user(world, "ida@example.org")
    for kind in LinkKind:
        token = links.make(number, kind, now=now)
        assert links.find(token, [kind], now=now + kind.lasts - timedelta(seconds=1))
        assert links.find(token, [kind], now=now + kind.lasts) is None
        assert links.take(token, [kind], now=now + kind.lasts) is None
        with reading(world.parts.engine) as connection:
            assert token not in repr(connection.execute(select(access_link)).all())
    assert links.find(token[:-1], list(LinkKind), now=now) is None
    world.parts.users.remove(number)
    assert links.find(token, list(LinkKind), now=now) is None
    assert LinkKind.SIGN_IN not in CHOOSING


def test_where_the_mail_is_not_taken_the_link_is_shown(world: World, post: SmtpServer) -> None:
    """It is the new one: what was on its way opens nothing."""
    post.plan({"rcpt": "550 5.1.1 no such user"})
    number = _user(world, "jon@example.org", password=None)
    account = world.parts.users.find(number)
    assert account is not None
    with pytest.raises(NewsletterError, match="not taken"):
        mail_link(world.parts, account, LinkKind.INVITATION)
    assert world.parts.access_links.list_invitations(now=world.parts.clock.now()) == []

    post.plan({"rcpt": "550 5.1.1 no such user"})
    page = world.post("/settings/users", act="invite", user=str(number)).text

    assert "The mail was not taken" in page and f"{PUBLIC}/studio/welcome/" in page


def test_commands_invite_by_mail_list_and_take_back(world: World, post: SmtpServer) -> None:
    """In practice nothing can be mailed, and the command says so."""
    _user(world, "kim@example.org", password=None)

    def call(*words: str, **settings: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["-C", str(world.parts.directory), "users", *words], env=settings)
        gc.collect()
        return done.exit_code, done.output

    assert call("invite", "kim@example.org", "--mail") == (0, "A link is on its way to kim@example.org.\n")
    assert _link(post, "kim@example.org").startswith("/studio/welcome/")
    assert "kim@example.org  until " in call("invitations")[1]
    assert "has no open link any more" in call("take-back", "kim@example.org")[1]
    assert call("invitations")[1] == "There is none.\n"
    code, said = call("invite", "kim@example.org", "--mail", NEWSLETTER_PROVIDER="outbox")
    assert (code, "Mail stays on this machine" in said) == (1, True)
