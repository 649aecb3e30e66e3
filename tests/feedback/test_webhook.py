"""The webhook, served for real: taken, refused, and answered with 200 only after the commit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, select, text
from starlette.routing import Route

from newsletter.db.engine import reading
from newsletter.feedback.tables import event
from newsletter.providers.sendgrid.events import SendGridEvents
from newsletter.web.webhooks import MAX_BYTES, webhook
from newsletter.words.ledger import Fate
from tests.fakes.sendgrid_events import Telling, told
from tests.fakes.signing import Signer
from tests.feedback.sent import Post, a_feedback
from tests.feedback.serving import post as post_to
from tests.feedback.serving import serving
from tests.world import add_readers

SIGNER = Signer()


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None: ...


@pytest.fixture
def post(engine: Engine) -> Post:
    """Thirty readers on a list, on each kind of database."""
    add_readers(engine, "weekly", range(30))
    return Post(engine)


@pytest.fixture
def url(post: Post) -> Iterator[str]:
    """The webhook's address."""
    source = SendGridEvents(SIGNER.public, SystemClock())
    endpoint = webhook(a_feedback(post), source, "SendGrid")
    with serving([Route("/webhooks/sendgrid", endpoint, methods=["POST"])]) as address:
        yield f"{address}/webhooks/sendgrid"


def count_events(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(event)) or 0


def test_a_signed_message_is_taken_and_kept(post: Post, url: str) -> None:
    """200, and everything that follows from it is in the database already."""
    for body in told(post.send(), Telling()):
        assert (200, "taken\n") == post_to(url, body, SIGNER.headers(body))

    assert 60 == count_events(post.engine)
    assert 30 == post.account().fates[Fate.DELIVERED]


def test_the_same_message_again_is_taken_and_changes_nothing(post: Post, url: str) -> None:
    """A repetition, signed anew or not, is answered as the first was."""
    body = next(told(post.send(), Telling()))
    headers = SIGNER.headers(body)
    for again in (headers, headers, SIGNER.headers(body)):
        assert 200 == post_to(url, body, again)[0]

    assert 60 == count_events(post.engine)


def test_forged_messages_are_refused_and_logged_without_addresses(
    post: Post, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A changed byte, another's key, a missing header, an old timestamp: 403, nothing kept, one line each."""
    body = next(told(post.send(), Telling()))
    good = SIGNER.headers(body)
    signature, timestamp = good
    forged = [
        (body.replace(b"delivered", b"spamreport", 1), good),
        (body + b" ", good),
        (body, Signer().headers(body)),
        (body, {signature: good[signature]}),
        (body, {timestamp: good[timestamp]}),
        (body, {}),
        (body, SIGNER.headers(body, at=datetime.now(UTC).timestamp() - 3 * 86_400)),
    ]
    with caplog.at_level(logging.INFO, "newsletter"):
        for content, headers in forged:
            status, words = post_to(url, content, headers)
            assert 403 == status
            assert "@" not in words

    assert 0 == count_events(post.engine)
    assert len(forged) == caplog.text.count("refused")
    assert "example.com" not in caplog.text


def test_what_is_signed_but_no_list_is_refused(url: str) -> None:
    """400: it will not get better by being repeated, but the provider is told."""
    assert 400 == post_to(url, b"hello", SIGNER.headers(b"hello"))[0]


def test_too_large_a_message_is_refused(url: str) -> None:
    """413, without reading it into memory to its end."""
    body = b"x" * (MAX_BYTES + 1)

    assert 413 == post_to(url, body, SIGNER.headers(body))[0]


def test_only_posts_are_answered(url: str) -> None:
    """Nothing is to be seen there."""
    from urllib.error import HTTPError
    from urllib.request import urlopen

    with pytest.raises(HTTPError, match="405"):
        urlopen(url, timeout=10)


def test_while_the_database_is_away_the_provider_is_asked_to_come_again(
    post: Post, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """503, no address in the log, and the repetition is taken when the database is back."""
    body = next(told(post.send(), Telling()))
    with post.engine.begin() as connection:
        connection.execute(text("ALTER TABLE event RENAME TO away"))

    assert 503 == post_to(url, body, SIGNER.headers(body))[0]
    assert "could not be kept" in caplog.text
    assert "example.com" not in caplog.text

    with post.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO event"))
    assert 200 == post_to(url, body, SIGNER.headers(body))[0]
    assert 30 == post.account().fates[Fate.DELIVERED]


def test_a_failure_in_the_middle_keeps_nothing(post: Post, url: str) -> None:
    """All of a message or none: a repetition of a half-kept one would find its events known, and do nothing."""
    body = next(told(post.send(), Telling(courses={"bounce": 1})))
    with post.engine.begin() as connection:
        connection.execute(text("ALTER TABLE suppression RENAME TO away"))
    assert 503 == post_to(url, body, SIGNER.headers(body))[0]
    assert 0 == count_events(post.engine)
    with post.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO suppression"))

    assert 200 == post_to(url, body, SIGNER.headers(body))[0]
    assert post.readers.find_suppression("reader7@example.com")


def test_messages_at_once(post: Post, url: str) -> None:
    """Ten at once, each event three times among them."""
    bodies = list(told(post.send(), Telling(copies=3, shuffled=True, at_once=18)))
    statuses: list[int] = []

    def work(body: bytes) -> None:
        statuses.append(post_to(url, body, SIGNER.headers(body))[0])

    threads = [threading.Thread(target=work, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {200} == set(statuses)
    assert 60 == count_events(post.engine)
