"""Test mails: to whom they may go, by the role of whoever sends them."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from newsletter.readers.rows import ReaderRow
from newsletter.web.app import build
from newsletter.web.studio.routes import routes_of
from newsletter.web.studio.studio import Studio
from newsletter.wiring import Parts
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from newsletter.words.user import Role
from tests.fuzz.people import sign_in
from tests.running import run
from tests.studio.conftest import HERE, World


@pytest.fixture
def readers(parts: Parts) -> Parts:
    """One who has confirmed, one who has not, one who left, one on the do-not-mail list; and two with an account."""
    rows = {name: [ReaderRow(email=f"{name}@example.com")] for name in ("active", "pending", "left", "blocked")}
    for name in ("active", "left", "blocked"):
        parts.consent.membership.join("weekly", rows[name], status=SubscriptionStatus.ACTIVE, consent="form")
    parts.consent.membership.join("weekly", rows["pending"], status=SubscriptionStatus.PENDING, consent="form")
    parts.consent.membership.leave("left@example.com", list_name=None)
    parts.consent.membership.suppress("blocked@example.com", SuppressionReason.COMPLAINT)
    parts.consent.membership.suppress("nobody@example.com", SuppressionReason.HARD_BOUNCE)
    parts.users.add("Colleague@example.com", name="Colleague", role=Role.VIEWER)
    return parts


def _as(parts: Parts, role: Role) -> World:
    import threading

    studio = Studio(parts, threading.Event())
    account = parts.users.add(f"{role}@example.net", name=role, role=role)
    client = TestClient(build(parts, routes_of(studio)), base_url=HERE, follow_redirects=False)
    name, _, value = sign_in(studio, account).cookie.partition("=")
    client.cookies.set(name, value)
    return World(parts, client)


def _tested(parts: Parts) -> int:
    return len(list((parts.directory / "var" / "outbox").glob("*/*.eml")))


@pytest.mark.parametrize(
    "to",
    [
        "author@example.net",
        "AUTHOR@example.net",
        "colleague@example.com",
        "mara@ferries.example.com",
        "active@example.com",
    ],
)
def test_an_authors_test_goes_to_people_of_the_newsletter_and_to_confirmed_subscribers(readers: Parts, to: str) -> None:
    """However the address is written."""
    assert _as(readers, Role.AUTHOR).post_json("/issues/1/test", {"to": to}).status_code == 200
    assert _tested(readers) == 1


@pytest.mark.parametrize(
    "to",
    [
        "stranger@example.org",
        "pending@example.com",
        "left@example.com",
        "author@example.net, stranger@example.org",
        "author@example.net\r\nBcc: stranger@example.org",
        "Author <stranger@example.org>",
        "author@example.net@example.org",
        "@",
        "",
    ],
)
def test_an_authors_test_goes_to_nobody_else(readers: Parts, to: str) -> None:
    """An account that writes is no way to mail strangers in the newsletter's name."""
    answer = _as(readers, Role.AUTHOR).post_json("/issues/1/test", {"to": to})
    assert (answer.status_code, _tested(readers)) == (400, 0)
    assert answer.json()["fix"] or "cannot be mailed" in answer.json()["message"] or not to


@pytest.mark.parametrize("to", ["blocked@example.com", "BLOCKED@Example.com", "nobody@example.com"])
@pytest.mark.parametrize("role", [Role.AUTHOR, Role.EDITOR, Role.OWNER])
def test_no_test_goes_to_the_do_not_mail_list(readers: Parts, role: Role, to: str) -> None:
    """Whoever sends it, and however it is written."""
    answer = _as(readers, role).post_json("/issues/1/test", {"to": to})
    assert (answer.status_code, _tested(readers)) == (409, 0)
    assert "do-not-mail" in answer.json()["message"]


def test_the_command_sends_none_there_either(readers: Parts) -> None:
    """It may go to anybody else: who sits at the machine is the owner."""
    done = run(readers.directory, "test", "1", "--to", "Blocked@example.com")
    assert (done.returncode, _tested(readers)) == (1, 0)
    assert "do-not-mail" in done.stderr
    assert run(readers.directory, "test", "1", "--to", "anybody@example.org").returncode == 0
    assert _tested(readers) == 1
