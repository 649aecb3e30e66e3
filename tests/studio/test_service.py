"""The sending service on its page: typed hidden, shown step by step, and nothing asked of anybody before a press."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sendgrid_account import KEY, SendGridAccount, sendgrid_account
from tests.studio.conftest import World

PAGE = "/settings/service"


@pytest.fixture(autouse=True)
def nothing_set_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's own settings are not this newsletter's."""
    for name in ("NEWSLETTER_PROVIDER", "SENDGRID_API_KEY", "NEWSLETTER_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def account() -> Iterator[SendGridAccount]:
    with sendgrid_account() as running:
        yield running
        assert running.problems == []


@pytest.fixture
def secrets(world: World, account: SendGridAccount) -> Path:
    """The address of the stand-in is set at the machine, as for an account in another region."""
    path = world.parts.directory / "var" / "secrets.env"
    path.write_text(f"{path.read_text()}NEWSLETTER_SENDGRID_URL={account.url}\n")
    return path


def shown(world: World) -> str:
    """The page once nothing is being looked at any more."""
    until = time.monotonic() + 20
    while "Being looked at" in (page := world.client.get(f"/studio{PAGE}?with=sendgrid").text):
        assert time.monotonic() < until, page
        time.sleep(0.05)
    return page


def test_a_key_is_typed_tried_and_never_shown(world: World, account: SendGridAccount, secrets: Path) -> None:
    """A wrong one changes nothing; mail goes as before until somebody says otherwise."""
    refused = world.post(PAGE, act="connect", key="SG.wrong-and-secret", **{"with": "sendgrid"})
    assert refused.status_code == 400
    assert "does not take this key" in refused.text
    assert "wrong-and-secret" not in refused.text
    assert "SENDGRID_API_KEY" not in secrets.read_text()

    assert world.post(PAGE, act="connect", key=KEY, **{"with": "sendgrid"}).status_code == 303
    page = shown(world)
    assert KEY not in page
    assert "This plan allows 40,000 a month" in page
    assert "SendGrid does not know ferries.example.com yet." in page
    assert "NEWSLETTER_PROVIDER" not in secrets.read_text()


def test_steps_are_done_on_the_page(world: World, account: SendGridAccount, secrets: Path) -> None:
    """Said before, done, looked at, and the restart asked for; a refusal stands at its step with what was typed."""
    world.post(PAGE, act="connect", key=KEY, **{"with": "sendgrid"})
    shown(world)
    for step in ("domain", "webhook", "use"):
        assert world.post(PAGE, act="do", step=step, **{"with": "sendgrid"}).status_code == 303
    page = shown(world)
    assert "s1._domainkey.ferries.example.com" in page
    assert "Wait until they are live" in page
    assert "<b>Sending service</b>: saved, and counts once" in page
    account.refusals = {"/v3/mail/send": (403, "The from address does not match a verified Sender Identity.")}
    refused = world.post(PAGE, act="do", step="test", answer="mara@example.net", **{"with": "sendgrid"})
    at = refused.text.partition('id="test"')[2].partition("</li>")[0]
    assert refused.status_code == 400
    assert "The mail was not taken" in at
    assert 'value="mara@example.net"' in at

    world.post(PAGE, act="undo", step="use", **{"with": "sendgrid"})
    assert "NEWSLETTER_PROVIDER=outbox" in secrets.read_text()


def test_looking_at_the_page_asks_nobody(world: World, account: SendGridAccount, secrets: Path) -> None:
    """Only a press does."""
    with secrets.open("a") as file:
        file.write(f"SENDGRID_API_KEY={KEY}\n")
    page = world.client.get(f"/studio{PAGE}").text
    assert "Not looked at yet." in page
    assert account.asked == []

    world.post(PAGE, act="look", **{"with": "sendgrid"})
    assert "Not looked at yet." not in shown(world)
    assert account.asked != []


def test_every_service_can_be_chosen(inside: World) -> None:
    """Each with its own questions; what is not there is refused."""
    page = inside.client.get(f"/studio{PAGE}").text
    names = re.findall(r"with=([a-z]+)", page)
    assert set(names) == {"sendgrid", "ses", "smtp"}
    for name in set(names):
        assert 'type="password"' in inside.client.get(f"/studio{PAGE}?with={name}").text
    assert inside.client.get(f"/studio{PAGE}?with=pigeon").status_code == 404
    assert inside.post(PAGE, act="nothing", **{"with": "smtp"}).status_code == 400


def test_a_restart_is_refused_where_the_program_could_not_start(world: World) -> None:
    """Else a wrong line would leave nobody in."""
    begun: list[str] = []
    assert "can&#39;t be started again from here" in world.post("/settings/restart").text
    studio = next(
        route.endpoint.__closure__
        for route in world.client.app.routes
        if getattr(route, "path", "") == "/studio/settings"
    )
    [one] = [cell.cell_contents for cell in studio if hasattr(cell.cell_contents, "start_over")]
    one.start_over = lambda: begun.append("again")
    path = world.parts.directory / "newsletter.toml"
    before = path.read_text()
    path.write_text(f'{before}zone = "Nowhere"\n')
    assert world.post("/settings/restart").status_code == 400
    path.write_text(before)
    assert world.post("/settings/restart").status_code == 303
    assert begun == ["again"]
