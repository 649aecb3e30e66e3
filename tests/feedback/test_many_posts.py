"""Many posts at a time, served for real: kept together in few transactions, and each is answered for itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlalchemy import event as engine_event
from starlette.routing import Route

from newsletter.db.engine import is_sqlite, writing
from newsletter.feedback.feedback import Feedback
from newsletter.providers.sendgrid.events import SendGridEvents
from newsletter.web.waiting_posts import WaitingPosts
from newsletter.web.webhooks import webhook
from newsletter.wiring import SystemClock
from newsletter.words.ledger import Fate
from tests.fakes.sendgrid_events import Telling, told
from tests.fakes.signing import Signer
from tests.feedback.sent import Post, a_feedback
from tests.feedback.serving import post as post_to
from tests.feedback.serving import serving
from tests.feedback.test_webhook import count_events
from tests.world import add_readers

SIGNER = Signer()
READERS = 60


@pytest.fixture
def post(engine: Engine) -> Post:
    """Sixty readers on a list, on each kind of database."""
    add_readers(engine, "weekly", range(READERS))
    return Post(engine)


@pytest.fixture
def url(post: Post) -> Iterator[str]:
    """The webhook's address."""
    endpoint = webhook(a_feedback(post), SendGridEvents(SIGNER.public, SystemClock()), "SendGrid")
    with serving([Route("/webhooks/sendgrid", endpoint, methods=["POST"])]) as address:
        yield f"{address}/webhooks/sendgrid"


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it is so."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """Nobody can keep an event meanwhile."""
    with writing(engine) as connection:
        if not is_sqlite(connection):
            connection.execute(text("LOCK TABLE event"))
        yield


@contextmanager
def commits_of(engine: Engine) -> Iterator[list[None]]:
    """One entry for each transaction that is committed."""
    counted: list[None] = []

    def count(_connection: object) -> None:
        counted.append(None)

    engine_event.listen(engine, "commit", count)
    try:
        yield counted
    finally:
        engine_event.remove(engine, "commit", count)


def post_all(engine: Engine, url: str, posts: list[tuple[bytes, dict[str, str]]]) -> list[int]:
    """All at the same time, while the database is busy for a moment; the status of each."""
    with ThreadPoolExecutor(len(posts)) as pool:
        with held(engine):
            answers = [pool.submit(post_to, url, body, headers) for body, headers in posts]
            time.sleep(0.5)
        return [answer.result()[0] for answer in answers]


def test_small_posts_are_kept_together_and_each_is_answered(post: Post, url: str) -> None:
    """Forty posts of three events while the database is busy, one of them forged, one no list: each has its own answer."""
    bodies = list(told(post.send(), Telling(at_once=3)))
    assert 40 == len(bodies)
    posts = [(body, SIGNER.headers(body)) for body in bodies]
    posts[7] = (bodies[7], Signer().headers(bodies[7]))
    posts.append((b"hello", SIGNER.headers(b"hello")))

    with commits_of(post.engine) as commits:
        statuses = post_all(post.engine, url, posts)

    assert [200] * 7 + [403] + [200] * 32 + [400] == statuses
    assert 2 * READERS - 3 == count_events(post.engine)
    assert post.account().fates[Fate.DELIVERED] >= READERS - 2
    # One is that of the test itself; then the post that came first, those that waited behind it, and few that were late.
    assert len(commits) <= 10


def test_a_post_that_can_not_be_kept_fails_alone(post: Post, url: str) -> None:
    """The database refuses one event: the posts that were kept in the same transaction are kept all the same."""
    bodies = list(told(post.send(), Telling(at_once=6)))
    poisoned = bodies[11].replace(b'"sg_event_id": "', b'"sg_event_id": "poison', 1)
    with post.engine.begin() as connection:
        connection.execute(text(_REFUSES[connection.dialect.name]))
    posts = [(body, SIGNER.headers(body)) for body in (*bodies[:11], poisoned, *bodies[12:])]

    statuses = post_all(post.engine, url, posts)

    assert [200] * 11 + [503] + [200] * 8 == statuses
    assert 2 * READERS - 6 == count_events(post.engine)


_REFUSES = {
    "sqlite": "CREATE TRIGGER refuses BEFORE INSERT ON event WHEN NEW.event_id LIKE 'poison%' "
    "BEGIN SELECT RAISE(ABORT, 'no'); END",
    "postgresql": "ALTER TABLE event ADD CONSTRAINT refuses CHECK (event_id NOT LIKE 'poison%')",
}


def test_nothing_is_answered_before_it_is_committed(post: Post, url: str) -> None:
    """While the commit waits nobody hears anything, so that a process which dies here has promised nothing."""
    bodies = list(told(post.send(), Telling(at_once=6)))
    answered: list[int] = []

    def work(body: bytes) -> None:
        answered.append(post_to(url, body, SIGNER.headers(body))[0])

    threads = [threading.Thread(target=work, args=(body,)) for body in bodies]
    with held(post.engine):
        for thread in threads:
            thread.start()
        time.sleep(0.7)
        assert [] == answered
    for thread in threads:
        thread.join()

    assert [200] * len(bodies) == answered


def test_more_than_memory_holds_is_asked_to_come_again(post: Post) -> None:
    """503 for a post behind too many waiting events; a repetition is taken when those are kept."""
    feedback: Feedback = a_feedback(post)
    source = SendGridEvents(SIGNER.public, SystemClock())
    bodies = list(told(post.send(), Telling(at_once=60)))
    waiting = WaitingPosts(lambda events: feedback.keep(source, events), at_once=60, most_waiting=60)
    endpoint = webhook(feedback, source, "SendGrid", waiting)
    with (
        serving([Route("/webhooks/sendgrid", endpoint, methods=["POST"])]) as address,
        ThreadPoolExecutor(1) as pool,
    ):
        url = f"{address}/webhooks/sendgrid"
        with held(post.engine):
            first = pool.submit(post_to, url, bodies[0], SIGNER.headers(bodies[0]))
            wait_for(lambda: waiting.n_events == 60)
            assert 503 == post_to(url, bodies[1], SIGNER.headers(bodies[1]))[0]
        assert 200 == first.result()[0]
        assert 200 == post_to(url, bodies[1], SIGNER.headers(bodies[1]))[0]
    assert 2 * READERS == count_events(post.engine)
