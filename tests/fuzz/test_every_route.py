"""Every address of the pages and the studio, found in the application's own table: no request makes it fall."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from newsletter.consent.requests_sql import NewRequest
from newsletter.consent.sign_up import FormLimits
from newsletter.web.app import build
from newsletter.web.studio.routes import routes_of
from newsletter.web.studio.studio import Studio
from newsletter.wiring import Parts
from newsletter.wiring.collect import collect_desk
from newsletter.words.consent import Asked as Wanted
from newsletter.words.token import reader_token
from newsletter.words.user import Role
from tests.fakes.signing import Signer
from tests.fuzz.making import Making
from tests.fuzz.people import Visitor, sign_in
from tests.fuzz.wire import Answered, Asked, ask
from tests.studio.filled import fill

# Of a form that ends in the middle of a file, Starlette leaves the file to be closed when nobody holds it any more.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in.*SpooledTemporaryFile")
# Nobody is held off: what is looked for here lies behind that.
_NO_LIMITS = FormLimits(per_ip=10**9, hasty=10**9, per_address=10**9, everyone=10**9, unconfirmed=10**9)


class Scene:
    """A newsletter in the middle of its week, its whole application, and somebody of each role."""

    def __init__(self, parts: Parts, signer: Signer) -> None:
        import threading

        self.parts, self.signer = parts, signer
        self._key = collect_desk(parts).keys.new_key("A script")
        self.studio = Studio(parts, threading.Event())
        self.app: Starlette = build(parts, routes_of(self.studio), limits=_NO_LIMITS)

    def real(self) -> dict[str, list[str]]:
        """Names of what is there."""
        emails = [account.user.email for account in self.parts.users.list_users()]
        readers = [person.email for person in self._people()]
        tokens = [self._token(purpose, 1) for purpose in "upc"] + [self._token("stop", 1), self._token("u", 2**31)]
        files = [f"posts/{post.slug}.md" for post in self.parts.posts.list_posts()] + ["issues/001.md", "issues/002.md"]
        return {
            "": [*readers[:3], *files, "weekly", "1", "2", "digest", *tokens[:2]],
            "key": [self._key],
            "number": ["1", "2"],
            "issue": ["1", "2"],
            "at": ["thu 09:00", "9999-12-31 23:59"],
            "when": ["now", "at", "next"],
            "find": ["1", "2", "3"],
            "user": ["1", "2"],
            "token": tokens,
            "name": ["weekly", "digest", "studio.css", "studio.js", "x.png"],
            "list": ["weekly"],
            "email": [*emails, *readers[:3]],
            "to": [*emails, *readers[:3]],
            "file": files,
            "u": ["http://127.0.0.1:9/x.png"],
            "url": ["http://127.0.0.1:9/page", "http://[::1]/feed"],
        }

    def visitor(self, role: Role | None, *, at_the_machine: bool) -> Visitor:
        """Who is not there yet, or was taken out by an earlier request, is there again."""
        if at_the_machine:
            return sign_in(self.studio, None)
        if role is None:
            return Visitor()
        users = self.parts.users
        account = users.find_by_email(f"{role}@example.com") or users.add(f"{role}@example.com", name=role, role=role)
        return sign_in(self.studio, account)

    def _people(self) -> list[object]:
        from newsletter.readers.among import Among

        return list(self.parts.roster.newest(Among(list_name="weekly"), after="", limit=5).people)

    def _token(self, purpose: str, subscriber: int) -> str:
        key = self.parts.key
        return reader_token(key.secret, key_id=key.id, purpose=purpose, subscriber=subscriber, mailing_list=1, issue=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def scene(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """On each of the two databases."""
    url = sqlite_url if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", url)
    signer = Signer()
    monkeypatch.setenv("NEWSLETTER_SENDGRID_WEBHOOK_KEY", signer.public)
    parts = fill(tmp_path / "weekly", n_readers=12)
    parts.consent.requests.ask(NewRequest(email="new@example.com", asked=Wanted.FORM, lists=[1]))
    yield Scene(parts, signer)
    parts.engine.dispose()


def _fuzz(scene: Scene, *, seed: int, n: int) -> tuple[list[str], Counter[int], set[str]]:
    """What fell, how often each status was answered, and the routes that were asked."""
    making = Making(seed, scene.app.routes, scene.real(), scene.signer)
    who = [*((role, False) for role in (None, *Role)), (None, True), (None, True)]
    visitors, fallen, statuses, seen = {}, [], Counter[int](), set[str]()

    async def run() -> None:
        for number in range(n):
            # Seven roles and some seventy routes: each meets each.
            role, at_the_machine = who[(number + number // len(making.routes())) % len(who)]
            if number % 20 < len(who) or (role, at_the_machine) not in visitors:
                visitors[role, at_the_machine] = scene.visitor(role, at_the_machine=at_the_machine)
            asked = making.request(number, visitors[role, at_the_machine])
            answered = await ask(scene.app, asked)
            statuses[answered.status] += 1
            seen.add(making.routes()[number % len(making.routes())].path)
            if _is_wrong(asked, answered):
                fallen.append(f"seed {seed}, request {number}: {answered.status} {answered.fault!r}\n{asked}")

    asyncio.run(run())
    return fallen, statuses, seen


def _is_wrong(asked: Asked, answered: Answered) -> bool:
    if answered.fault is not None or answered.status >= 500:
        return True
    return not answered.status and not asked.breaks_off


def _fallen(scene: Scene, caplog: pytest.LogCaptureFixture, *, seed: int, n: int) -> list[str]:
    with caplog.at_level(logging.WARNING):
        fallen, statuses, seen = _fuzz(scene, seed=seed, n=n)
    # A fuzz that is turned away at the door shows nothing: many requests have to be done.
    assert statuses[200] + statuses[303] > n / 5, statuses
    assert seen == {route.path for route in scene.app.routes if isinstance(route, Route)}
    return fallen + [f"in the log: {record.getMessage()}" for record in caplog.records if record.exc_info]


def test_no_request_makes_a_page_fall(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """250 on each database: whatever the method, number, name, bytes and role, the answer is no 5xx."""
    fallen = _fallen(scene, caplog, seed=1, n=250)
    assert not fallen, "\n\n".join(fallen[:15])


@pytest.mark.faults
@pytest.mark.parametrize("seed", [11, 12])
def test_thousands_of_requests_make_no_page_fall(scene: Scene, caplog: pytest.LogCaptureFixture, seed: int) -> None:
    """2,500 for each seed on each database: 10,000 in all."""
    fallen = _fallen(scene, caplog, seed=seed, n=2_500)
    assert not fallen, "\n\n".join(fallen[:15])
