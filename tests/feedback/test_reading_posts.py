"""Messages are read so that unsubscribes beside them get the interpreter: a long one at a time, and none where requests wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from starlette.routing import Route

from newsletter.providers.sendgrid.events import SendGridEvents
from newsletter.web.webhooks import MAX_BYTES, webhook
from newsletter.wiring import SystemClock
from newsletter.words.event import Event
from tests.fakes.sendgrid_events import Telling, told
from tests.fakes.signing import Signer
from tests.feedback.sent import Post, a_feedback
from tests.feedback.serving import post as post_to
from tests.feedback.serving import serving
from tests.feedback.test_webhook import count_events
from tests.world import add_readers

SIGNER = Signer()
READERS = 60


class Watched(SendGridEvents):
    """Notes how many messages are read at the same time, and holds those of so many bytes up until it is told."""

    def __init__(self) -> None:
        super().__init__(SIGNER.public, SystemClock())
        self.holds_from, self.asks_first = 20_000, False
        self.goes_on = threading.Event()
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def verify_and_parse(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        if len(body) >= self.holds_from:
            assert self.goes_on.wait(20)
        try:
            return super().verify_and_parse(headers, body)
        finally:
            with self._lock:
                self.at_once -= 1


@pytest.fixture
def post(engine: Engine) -> Post:
    """Sixty readers on a list, on each kind of database."""
    add_readers(engine, "weekly", range(READERS))
    return Post(engine)


@pytest.fixture
def source() -> Watched:
    return Watched()


@pytest.fixture
def url(post: Post, source: Watched) -> Iterator[str]:
    """The webhook's address."""
    endpoint = webhook(a_feedback(post), source, "SendGrid")
    with serving([Route("/webhooks/sendgrid", endpoint, methods=["POST"])]) as address:
        yield f"{address}/webhooks/sendgrid"


def test_long_messages_are_read_one_after_the_other(post: Post, url: str, source: Watched) -> None:
    """Eight of them at the same time, and a short one that is answered while the first of them is still being read."""
    taken = post.send()
    long = [body for body in told(taken[:-1], Telling(at_once=1_000)) for _ in range(8)]
    (short,) = told(taken[-1:], Telling())
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(post_to, url, body, SIGNER.headers(body)) for body in long]
        time.sleep(0.3)
        assert 200 == post_to(url, short, SIGNER.headers(short))[0]
        assert [False] * 8 == [answer.done() for answer in answers]
        source.goes_on.set()
        assert [200] * 8 == [answer.result()[0] for answer in answers]
    # The long one, and the short one beside it.
    assert 2 == source.most_at_once
    assert 2 * READERS == count_events(post.engine)


def test_a_provider_that_is_asked_first_holds_up_no_request(post: Post, url: str, source: Watched) -> None:
    """SES may have to be asked for its certificate: another request is answered meanwhile."""
    source.holds_from, source.asks_first = 0, True
    (short,) = told(post.send()[:1], Telling())
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post_to, url, short, SIGNER.headers(short))
        time.sleep(0.2)
        assert 413 == post_to(url, b" " * (MAX_BYTES + 1), {})[0]
        assert not answer.done()
        source.goes_on.set()
        assert 200 == answer.result()[0]
