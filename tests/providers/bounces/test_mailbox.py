"""The bounce mailbox over real IMAP and TLS: what bounced for good is not mailed again, once, and nobody by a forgery."""

from __future__ import annotations

import secrets
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from newsletter.apart import Bounds
from newsletter.config import read_config
from newsletter.db.engine import connect, reading, writing
from newsletter.db.types import database_now
from newsletter.feedback.feedback import Feedback
from newsletter.feedback.tables import event
from newsletter.fetch.imap import Mailbox
from newsletter.fetch.imap_address import read_imap_address
from newsletter.ledger.plan import plan
from newsletter.ledger.rows import Claim, MailingRow
from newsletter.ports.mailbox import OpenMailbox
from newsletter.providers.smtp.bounces.mailbox import BounceMailbox
from newsletter.providers.smtp.bounces.mark import ReturnPath
from newsletter.readers.tables import former_address
from newsletter.wiring import Parts, SystemClock, Timing
from newsletter.wiring.driver import rounds_of, send_and_listen
from newsletter.words.ledger import Fate
from newsletter.words.mistake import NotNow
from newsletter.words.outcome import Accepted
from tests.collect.test_letterbox import address
from tests.fakes.imap_server import ImapServer, imap_server
from tests.fakes.smtp_running import smtp_server
from tests.feedback.sent import Post, a_feedback
from tests.fetch.web_server import certificate_for
from tests.providers.bounces.shapes import Shape, shapes
from tests.running import a_folder
from tests.world import add_readers, an_edition

PATH = ReturnPath("bounces@ferries.example.com", {1: b"k" * 40})
READERS = [f"reader{number}@example.com" for number in range(4)]
GONE, FULL, COMPLAINT, LATER = "postfix 0", "postfix 17", "abuse with its envelope", "action delayed"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_for(["localhost"], tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def server(certificate: Path) -> Iterator[ImapServer]:
    with imap_server(certificate) as running:
        yield running


class MailPost(Post):
    """A ledger whose mails went through a mail server, and the addresses they come back to."""

    def claim(self, mailing: MailingRow, *, seconds: float = 60.0) -> Claim | None:
        return self.ledger.parcels.claim(
            mailing.id,
            edition=mailing.edition_digest,
            token=secrets.token_hex(16),
            sender="me",
            provider="smtp",
            deadline_seconds=seconds,
            with_fields=False,
        )

    def sent(self, issue: int = 1) -> dict[str, str]:
        """An issue to everybody; by reader, where their copy comes back to."""
        claim = self.claim(self.plan(issue))
        assert claim is not None
        self.ledger.attempts.record(claim.attempt_id, [(None, Accepted("250 ok"))])
        back = [PATH.address(claim.token, one) for one in claim.deliveries]
        return dict(zip(claim.addresses, back, strict=True))


@pytest.fixture
def post(engine: Engine) -> MailPost:
    add_readers(engine, "weekly", range(4))
    return MailPost(engine)


@pytest.fixture
def feedback(post: MailPost) -> Feedback:
    return a_feedback(post)


@pytest.fixture
def source(server: ImapServer, certificate: Path) -> BounceMailbox:
    return a_source(server, certificate)


def a_source(server: ImapServer, certificate: Path, **limits: Any) -> BounceMailbox:
    trust = ssl.create_default_context(cafile=certificate)

    def visit() -> AbstractContextManager[OpenMailbox]:
        return Mailbox(read_imap_address(address(server.port)), seconds=20, trust=trust).open()

    return BounceMailbox(visit, PATH, SystemClock(), **limits)


def shape(name: str, back: str, reader: str = READERS[0]) -> bytes:
    """The mail of this name about a reader, with a Message-ID of its own."""
    made = {one.name: one for one in shapes(back, back.partition("+")[2].partition("@")[0])}
    found: Shape = next(made[full] for full in made if full.startswith(name))
    mail = found.mail.replace(b"ana@example.org", reader.encode())
    return mail.replace(b"<NUMBER@", f"<{secrets.token_hex(8)}@".encode())


def pull(feedback: Feedback, source: BounceMailbox) -> int:
    """How many events were new."""
    with writing(feedback.log._engine) as connection:
        connection.exec_driver_sql("DELETE FROM event_pull")
    heard = feedback.pull(source)
    assert heard is not None
    return heard.new


def test_each_bounce_does_what_it_says_and_no_more(
    post: MailPost, feedback: Feedback, source: BounceMailbox, server: ImapServer
) -> None:
    """For good, full, a complaint, and one that is still tried: two are not mailed again, and each mail is read once."""
    sent = post.sent()
    for reader, name in zip(READERS, (GONE, FULL, COMPLAINT, LATER), strict=True):
        server.deliver(shape(name, sent[reader], reader))
    server.deliver(b"Subject: Hello\n\nI am away.")

    assert 4 == pull(feedback, source)
    assert ["hard_bounce", None, "complaint", None] == [post.readers.find_suppression(one) for one in READERS]
    assert [Fate.BOUNCED, Fate.BOUNCED, Fate.COMPLAINED, Fate.DEFERRED] == [post.fate(one) for one in READERS]
    assert [1, 2, 3, 4, 5] == server.seen()
    assert 0 == pull(feedback, source)
    assert 2 == post.plan(2).planned


def test_a_report_names_whom_it_likes_and_its_mark_alone_counts(
    post: MailPost, feedback: Feedback, source: BounceMailbox, server: ImapServer
) -> None:
    """A reader who knows their own return address can take nobody off but themselves; without a mark nothing happens."""
    sent = post.sent()
    about_another = shape(GONE, sent[READERS[0]], READERS[1])
    by_another_key = ReturnPath("bounces@ferries.example.com", {1: b"x" * 40}).address("ab" * 16, 1)
    for mail in (about_another, shape(GONE, by_another_key), shape(COMPLAINT, "bounces@ferries.example.com+")):
        server.deliver(mail)

    assert 1 == pull(feedback, source)
    assert 4 * [None] == [post.readers.find_suppression(one) for one in READERS]
    assert [Fate.BOUNCED, *3 * [Fate.NONE]] == [post.fate(one) for one in READERS]
    server.deliver(shape(GONE, sent[READERS[0]]))
    pull(feedback, source)
    assert ["hard_bounce", None, None, None] == [post.readers.find_suppression(one) for one in READERS]


def test_where_only_the_place_is_gone_that_a_reader_forwards_to_they_stay(
    post: MailPost, feedback: Feedback, source: BounceMailbox, server: ImapServer
) -> None:
    """It is soft, and says so. A report that names them beside it, in other letters, or that names nobody, is about them."""
    sent = post.sent()
    named = "Final-Recipient: rfc822; "
    for reader, fields in zip(
        READERS,
        (
            "Original-Recipient: rfc822;ana@example.net\n" + named + "elsewhere@example.net",
            f"Original-Recipient: RFC822;{READERS[1]}\n" + named + "elsewhere@example.net",
            named + f"<{READERS[2].upper()}>",
            "Final-Recipient: x400; /s=ana",
        ),
        strict=True,
    ):
        mail, whole = shape(GONE, sent[reader], reader), (named + reader).encode()
        assert whole in mail
        server.deliver(mail.replace(whole, fields.encode()))

    assert 4 == pull(feedback, source)
    assert [None, *3 * ["hard_bounce"]] == [post.readers.find_suppression(one) for one in READERS]
    with reading(post.engine) as connection:
        reasons = sorted(connection.scalars(select(event.c.reason)))
    assert [True, False, False, False] == [one.startswith("forwarded, no such mailbox: 550 5.1.1") for one in reasons]


def test_what_was_not_kept_is_read_again_and_counts_once(
    post: MailPost, feedback: Feedback, source: BounceMailbox, server: ImapServer
) -> None:
    """Killed before the commit, and killed between the commit and the mark in the mailbox."""
    server.deliver(shape(GONE, post.sent()[READERS[0]]))
    first, again = source.pull(SystemClock().now()), source.pull(SystemClock().now())
    assert [] == server.seen()
    post.events.hear("smtp", first, whole_or_nothing=False)

    assert 1 == len(again) == len(first)
    assert (0, 1) == ((heard := post.events.hear("smtp", again, whole_or_nothing=False)).new, heard.repeated)
    assert 0 == pull(feedback, source)
    assert [1] == server.seen()


def test_five_soft_ones_in_a_row_end_it_as_they_do_by_any_provider(
    post: MailPost, feedback: Feedback, source: BounceMailbox, server: ImapServer
) -> None:
    """Four do not."""
    for issue in range(1, 6):
        assert ["active"] == post.statuses(READERS[0])
        server.deliver(shape(FULL, post.sent(issue)[READERS[0]]))
        pull(feedback, source)

    assert ["ended"] == post.statuses(READERS[0])
    assert post.readers.find_suppression(READERS[0]) is None


def test_an_old_address_that_bounces_is_not_the_new_one(
    post: MailPost, feedback: Feedback, source: BounceMailbox, server: ImapServer
) -> None:
    """The reader has moved since that mail; a complaint is theirs wherever they are."""
    sent = post.sent()
    ids = {reader: post.readers.find_subscriber(reader) for reader in READERS[:2]}
    with writing(post.engine) as connection:
        for reader, person in ids.items():
            assert person is not None
            moved = {"email_key": f"old.{reader}", "subscriber_id": person.id, "moved_at": database_now(60)}
            connection.execute(insert(former_address).values(moved))
    server.deliver(shape(GONE, sent[READERS[0]]))
    server.deliver(shape(COMPLAINT, sent[READERS[1]], READERS[1]))
    pull(feedback, source)

    assert [None, "complaint"] == [post.readers.find_suppression(one) for one in READERS[:2]]


def test_a_visit_ends_in_time_and_the_next_goes_on(
    post: MailPost, feedback: Feedback, server: ImapServer, certificate: Path
) -> None:
    """A mailbox with more than one visit can read loses nothing, and does not begin again from the start."""
    sent, source = post.sent(), a_source(server, certificate, seconds=0)
    for reader in READERS[:3]:
        server.deliver(shape(GONE, sent[reader], reader))

    assert [1, 1, 1, 0] == [pull(feedback, source) for _ in range(4)]
    assert [1, 2, 3] == server.seen()


def test_a_visit_that_is_cut_off_loses_nothing(
    post: MailPost, feedback: Feedback, source: BounceMailbox, server: ImapServer
) -> None:
    """The server hangs up between two mails, while one is in hand, and as soon as one is marked as begun."""
    sent = post.sent()
    for reader in READERS[:3]:
        server.deliver(shape(GONE, sent[reader], reader))

    server.before = hanging_up_at("UID FETCH 2")
    assert [1, 1] == [pull(feedback, source), len(server.seen())]
    server.before = hanging_up_at("UID STORE 2 -FLAGS.SILENT ($NewsletterBegun)")
    assert [1, 2] == [pull(feedback, source), len(server.seen())]
    server.before = hanging_up_at("UID STORE 3 +FLAGS.SILENT ($NewsletterBegun)")
    with writing(feedback.log._engine) as connection:
        connection.exec_driver_sql("DELETE FROM event_pull")
    assert feedback.pull(source) is None
    # It had got that far, and the answer was lost.
    server.mails[3][1].add("$NewsletterBegun")
    assert [1, 3] == [pull(feedback, source), len(server.seen())]
    assert 3 * ["hard_bounce"] == [post.readers.find_suppression(one) for one in READERS[:3]]


def hanging_up_at(command: str) -> Callable[[str], None]:
    """The server is gone when this command comes, once."""
    told: list[str] = []

    def before(said: str) -> None:
        if said.startswith(command) and not told:
            told.append(said)
            raise ConnectionAbortedError

    return before


def test_where_a_visit_stopped_early_the_next_beat_goes_on(
    post: MailPost, feedback: Feedback, server: ImapServer, certificate: Path
) -> None:
    """Half an hour between two visits counts from the first that left nothing, whichever bound stopped the others."""
    sent, late, short = post.sent(), a_source(server, certificate, seconds=0), a_source(server, certificate, most=1)
    for reader in READERS[:3]:
        server.deliver(shape(GONE, sent[reader], reader))

    for source in (late, short, late):
        heard = feedback.pull(source)
        assert heard and 1 == heard.new
        assert feedback.log.pulled_until("smtp") is None
    assert feedback.pull(late)
    assert feedback.pull(late) is None


def test_a_hostile_mail_is_left_and_the_others_are_read(sqlite_url: str, server: ImapServer, certificate: Path) -> None:
    """Its header takes the library longer than any mail may; so does one during which the program once ended."""
    engine = connect(sqlite_url)
    add_readers(engine, "weekly", range(4))
    post, source = MailPost(engine), a_source(server, certificate, bounds=Bounds(seconds=1))
    sent = post.sent()
    head = b"Content-Type: multipart/report; " + b'a*0*="x"; ' * 40_000 + b"\n\n"
    server.deliver(head + shape(GONE, sent[READERS[0]]))
    begun = server.deliver(shape(GONE, sent[READERS[1]], READERS[1]))
    server.mails[begun][1].add("$NewsletterBegun")
    server.deliver(shape(GONE, sent[READERS[2]], READERS[2]))

    assert 1 == pull(a_feedback(post), source)
    assert [None, None, "hard_bounce"] == [post.readers.find_suppression(one) for one in READERS[:3]]
    assert [1, 2, 3] == server.seen()
    engine.dispose()


def test_all_the_way_from_the_settings(
    tmp_path: Path, server: ImapServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent through a mail server, back to the address that its envelope had, and heard at a beat of the sender, in a farewell too."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with smtp_server(tmp_path / "smtp") as smtp:
        settings = {
            "NEWSLETTER_PROVIDER": "smtp",
            "NEWSLETTER_SMTP_URL": smtp.url(),
            "NEWSLETTER_SMTP_BOUNCE_ADDRESS": "bounces@ferries.example.com",
            "NEWSLETTER_SMTP_BOUNCE_MAILBOX": address(server.port),
        }
        folder = a_folder(tmp_path / "weekly")
        parts = Parts(directory=folder, config=read_config(folder, settings), timing=Timing())
        add_readers(parts.engine, "weekly", range(4))
        mailing, _ = plan(parts.ledger, parts.clock, an_edition(), list_name="weekly", parcel_size=10)
        parts.drain(threading.Event()).until_done(mailing, lambda *_: None)
        back = {one["email"]: one["sender"] for one in smtp.accepted()}
    server.deliver(shape(GONE, back[READERS[2]], READERS[2]))
    parts.farewell_desk.begin(parts.farewell_desk.in_a_year(), None)
    with pytest.raises(NotNow, match="said farewell"):
        send_and_listen(parts, rounds_of(parts, threading.Event()))

    assert [None, None, "hard_bounce", None] == [parts.readers.find_suppression(one) for one in READERS]
    assert [1] == server.seen()
    parts.engine.dispose()


def test_a_mailbox_that_is_away_costs_nothing(feedback: Feedback, certificate: Path) -> None:
    """It is asked again at the next beat; nothing was heard."""
    with imap_server(certificate) as server:
        port = server.port
    away = BounceMailbox(lambda: Mailbox(read_imap_address(address(port)), seconds=5).open(), PATH, SystemClock())

    assert feedback.pull(away) is None
    assert feedback.log.pulled_until("smtp") is None
