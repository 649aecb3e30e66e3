"""Two `serve` behind a proxy that sends each request to the other one: the studio's walk, and what a reader sees of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from io import BytesIO
from itertools import cycle
from pathlib import Path

import httpx2
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from newsletter.access.sign_in import hashed
from newsletter.words.user import Role
from tests.jobs.serving import Hands, Server, serving
from tests.schedule.world import World

PASSWORD = "correct horse battery staple"
READERS = b"email,first_name\nana@example.com,Ana\nben@example.com,Ben\nnobody,x\n"

pytestmark = pytest.mark.walks


class Browser:
    """A browser before that proxy: its cookies are the same at both."""

    def __init__(self, servers: list[Server]) -> None:
        self._next = cycle(servers)
        self._client = httpx2.Client(timeout=30, follow_redirects=False)

    def get(self, path: str, **options: object) -> httpx2.Response:
        for _ in range(100):
            try:
                return self._client.get(f"{next(self._next).address}{path}", **options)  # type: ignore[arg-type]
            except httpx2.TransportError:
                time.sleep(0.1)
        raise AssertionError("nobody answers")

    def post(self, path: str, *, files: object = None, **fields: str) -> httpx2.Response:
        """A form of the studio, as its page sends it; the page came from the other process."""
        data = {"csrf": self.csrf(), **fields}
        answer = self._client.post(f"{next(self._next).address}{path}", data=data, files=files)  # type: ignore[arg-type]
        assert answer.status_code in {200, 303}, answer.text
        return answer

    def json(self, path: str, said: object) -> httpx2.Response:
        headers = {"X-CSRF-Token": self.csrf()}
        return self._client.post(f"{next(self._next).address}{path}", json=said, headers=headers)

    def csrf(self) -> str:
        for path in ("/studio", "/studio/enter"):
            if found := re.search('<meta name="csrf" content="([0-9a-f]+)">', self.get(path).text):
                return found[1]
        raise AssertionError("there is no form")

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def world(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """A newsletter on PostgreSQL, and an owner with a password."""
    made = World(tmp_path / "weekly", url=postgres_url, now=datetime.now(UTC), n_readers=0)
    made.parts.consent.membership.add_list("weekly")
    account = made.parts.users.add("ana@example.com", name="Ana", role=Role.OWNER)
    made.parts.users.set_password(account.user.id, hashed(PASSWORD))
    yield made
    made.close()


@pytest.fixture
def browser(world: World, tmp_path: Path) -> Iterator[Browser]:
    hands = Hands(tmp_path / "offset")
    hands.turn(datetime.now(UTC))
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(world.folder, hands, tmp_path / f"{name}.log")) for name in "ab"]
        opened = Browser(servers)
        yield opened
        opened.close()


def _until(answer: Callable[[], object], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not answer():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


def test_the_walk_of_an_issue(world: World, browser: Browser) -> None:
    """Sign in, write, a picture, checks, readers, sending, a restart, and out again; at no step is the other process a stranger."""
    browser.post("/studio/enter", email="ana@example.com", password=PASSWORD, code="")
    _write(world, browser)
    name = _picture(world, browser)
    _check(browser)
    _bring_readers(browser)
    _send(browser)
    assert [browser.get(f"/images/{name}").status_code for _ in range(2)] == [200, 200]
    assert all("A pier" in browser.get("/issues/1").text for _ in range(2))
    _settings(world, browser)
    browser.post("/studio/leave")
    assert [browser.get("/studio/issues").status_code for _ in range(2)] == [303, 303]


def _write(world: World, browser: Browser) -> None:
    """What one process saved the other one goes on from, and what one shows the other one saves."""
    file = "issues/001.md"
    for words in ("About snow.", "About snow and ice."):
        base = browser.get("/studio/issues/1/versions").json()[file]
        said = browser.json("/studio/issues/1/save", {"file": file, "base": base, "field": "intro", "value": words})
        assert said.status_code == 200, said.text
        assert all(words in browser.get("/studio/issues/1/read").text for _ in range(2))
    assert {file: {1: "Ana"}} == world.parts.open_sittings.writers()


def _picture(world: World, browser: Browser) -> str:
    """The name under which it is published."""
    data = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(data, "PNG")
    src = browser.post("/studio/pictures", files={"picture": ("pier.png", data.getvalue(), "image/png")}).json()["src"]
    (post,) = (world.folder / "posts").glob("*.md")
    post.write_text(post.read_text() + f"\n![A pier]({src})\n\nSee [the ferry](https://ferry.invalid/).\n")
    shown = [browser.json("/studio/issues/1/preview", {"edits": [], "reader": ""}).text for _ in range(2)]
    (name,) = {found for page in shown for found in re.findall(r"images/([0-9a-f]{32}\.png)", page)}
    assert [browser.get(f"/images/{name}").status_code for _ in range(2)] == [200, 200]
    return name


def _check(browser: Browser) -> None:
    """Asked of one, looked into by whoever has time, seen at both."""
    browser.post("/studio/issues/1/findings")

    def shown() -> str:
        return browser.get("/studio/issues/1/findings", headers={"accept": "text/html"}).text

    _until(lambda: "Looked at" in shown() and "Looked at" in shown())


def _bring_readers(browser: Browser) -> None:
    path = browser.post(
        "/studio/readers/import",
        files=[("file", ("readers.csv", READERS))],
        list="weekly",
        how="agreed",
        consent="Form, 2024",
    ).headers["location"]
    _until(lambda: all(browser.get(f"{path}/progress").json()["is_over"] for _ in range(2)))
    browser.post(path, act="import")
    _until(lambda: all(browser.get(f"{path}/progress").json()["is_over"] for _ in range(2)))
    assert all("2 are new" in browser.get(path).text for _ in range(2))


def _send(browser: Browser) -> None:
    look = BeautifulSoup(browser.get("/studio/issues/1/send?list=weekly&when=now").text, "html.parser")
    form = next(one for one in look.select("form[method=post]") if one.select_one("[name=when]"))
    fields = {
        str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]") if one["name"] != "csrf"
    }
    browser.post("/studio/issues/1/send", **fields)

    def states() -> list[str]:
        return [one["status"] for one in browser.get("/studio/issues/1/progress").json()["mailings"]]

    _until(lambda: all(states() == ["finished"] for _ in range(2)))
    assert all("handed over" in browser.get("/studio/reports/1").text.lower() for _ in range(2))


def _settings(world: World, browser: Browser) -> None:
    """Pressed at one, both begin again with the settings as they are now."""
    toml = world.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("Weekly Ferries", "Ferries, weekly"))
    assert all("Restart now" in browser.get("/studio/settings").text for _ in range(2))
    browser.post("/studio/settings/restart", back="settings")

    def is_new() -> bool:
        page = browser.get("/studio/settings").text
        return "Ferries, weekly" in page and "Restart now" not in page

    _until(lambda: all(is_new() for _ in range(4)), 60)
