"""The letterbox over real IMAP and TLS: editors only, each mail once, and a kill in between loses and doubles nothing."""

from __future__ import annotations

import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine

from newsletter.collect.finds_sql import Finds
from newsletter.collect.mail.letterbox import empty_letterbox
from newsletter.db.engine import connect
from newsletter.fetch.imap import Mailbox
from newsletter.fetch.imap_address import folder_name, read_imap_address
from newsletter.words.mistake import Mistake, NotNow
from tests.collect.desks import a_desk
from tests.collect.test_message import GMAIL, mail
from tests.fakes.dovecot import AT_HAND, dovecot
from tests.fakes.imap_server import FOLDER, PASSWORD, USER, ImapServer, imap_server
from tests.fetch.web_server import certificate_for
from tests.running import a_folder, run, sqlite_of, start

EDITORS = ("mara@example.com",)
ONE = mail(f"Read this.\n\n{GMAIL}https://a.example.com/1", Date="Mon, 23 Nov 2026 10:00:00 +0100")
TWO = mail("https://a.example.com/1 https://a.example.com/2", subject="Two").replace(b"<1@", b"<2@")
SPAM = mail("https://spam.example.com/", sender="x@example.org").replace(b"<1@", b"<3@")
# The library's own reading of this header takes time that grows with the square of its length.
HOSTILE = ONE.replace(
    b"Subject: Fwd: The boats",
    b"Subject: Fwd: The boats\nContent-Type: text/plain; " + b'a*0*="x"; ' * 15_000,
)
FORGED = mail("https://spam.example.com/", Authentication_Results="mx; dmarc=fail").replace(b"<1@", b"<4@")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_for(["localhost"], tmp_path_factory.mktemp("tls") / "server.pem")


@pytest.fixture
def server(certificate: Path) -> Iterator[ImapServer]:
    with imap_server(certificate) as running:
        yield running


def address(port: int, user: str = USER, password: str = PASSWORD, folder: str = FOLDER) -> str:
    return f"imaps://{quote(user, safe='')}:{quote(password, safe='')}@localhost:{port}/{quote(folder)}"


def mailbox(url: str, certificate: Path, seconds: float = 10.0) -> Mailbox:
    return Mailbox(read_imap_address(url), seconds=seconds, trust=ssl.create_default_context(cafile=certificate))


def test_mails_of_editors_become_finds_and_are_marked(
    engine: Engine, tmp_path: Path, server: ImapServer, certificate: Path
) -> None:
    """One link is the find, several wait to be chosen; others' mail is not touched, and a forged one not taken."""
    for each in (ONE, TWO, SPAM, FORGED):
        server.deliver(each)
    desk = a_desk(engine, tmp_path, mailbox=mailbox(address(server.port), certificate), editors=EDITORS)
    done = empty_letterbox(desk)
    two, one = desk.finds.list_finds()

    assert (2, 2, 1) == (done.read, done.new, done.refused)
    assert ("https://a.example.com/1", "The boats", "Read this.", "mara@example.com") == (
        one.url, one.title, one.note, one.source)  # fmt: skip
    assert (None, ("https://a.example.com/1", "https://a.example.com/2")) == (two.url, two.choices)
    assert [1, 2, 4] == server.seen()
    assert 0 == empty_letterbox(desk).read


def test_a_mail_that_comes_twice_is_taken_once(
    engine: Engine, tmp_path: Path, server: ImapServer, certificate: Path
) -> None:
    """Copied to the folder again, or read by two processes: one find, and its words once."""
    server.deliver(ONE)
    server.deliver(b"Received: by mx\n" + ONE)
    desk = a_desk(engine, tmp_path, mailbox=mailbox(address(server.port), certificate), editors=EDITORS)
    done = empty_letterbox(desk)

    assert (2, 1, ["Read this."]) == (done.read, done.new, [find.note for find in desk.finds.list_finds()])


@pytest.mark.parametrize("moment", ["UID FETCH", "UID STORE"])
def test_killed_in_between_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, server: ImapServer, certificate: Path, moment: str
) -> None:
    """kill -9 before the find is stored, and after it but before the mail is marked: the next look makes it right."""
    home = a_folder(tmp_path / "weekly")
    with (home / "newsletter.toml").open("a") as toml:
        toml.write('editors = "mara@example.com"\n')
    server.deliver(ONE)
    reached, go_on = threading.Event(), threading.Event()

    def halt(line: str) -> None:
        if line.startswith(moment) and not reached.is_set():
            reached.set()
            go_on.wait(20)
            raise ConnectionError

    server.before = halt
    settings = {"NEWSLETTER_IMAP_URL": address(server.port), "SSL_CERT_FILE": str(certificate)}
    polling = start(home, "feeds", "poll", log=tmp_path / "log", **settings)
    assert reached.wait(30), (tmp_path / "log").read_text()
    polling.kill()
    polling.wait()
    go_on.set()
    assert [] == server.seen()
    again = run(home, "feeds", "poll", **settings)
    engine = connect(sqlite_of(home))

    assert "1 mails" in again.stdout, again.stderr
    assert ["Read this."] == [find.note for find in Finds(engine).list_finds()]
    assert [1] == server.seen()
    engine.dispose()


@pytest.mark.parametrize(
    "moment", ["UID STORE 1 +FLAGS.SILENT ($", "UID STORE 1 -FLAGS", r"UID STORE 1 +FLAGS.SILENT (\Seen"]
)
def test_a_visit_that_is_cut_off_loses_no_mail(
    engine: Engine, tmp_path: Path, server: ImapServer, certificate: Path, moment: str
) -> None:
    """The connection breaks right after the server noted a mark: what it had sent is a find, once."""
    server.deliver(ONE)
    server.deliver(TWO)
    cut = threading.Event()

    def halt(line: str) -> None:
        if line.startswith(moment) and not cut.is_set():
            cut.set()
            if "$" in line and "+" in line:
                server.mails[1][1].add("$NewsletterBegun")
            raise ConnectionError

    server.before = halt
    desk = a_desk(engine, tmp_path, mailbox=mailbox(address(server.port), certificate), editors=EDITORS)
    with pytest.raises(NotNow):
        empty_letterbox(desk)
    assert cut.is_set()
    empty_letterbox(desk)

    assert ["Two", "The boats"] == [find.title for find in desk.finds.list_finds()]
    assert [1, 2] == server.seen()


def test_a_mail_during_which_the_program_died_is_left_and_said(
    tmp_path: Path, server: ImapServer, certificate: Path
) -> None:
    """kill -9 while a hostile one is taken apart: it is not tried again after the restart, and keeps no other back."""
    home = a_folder(tmp_path / "weekly")
    with (home / "newsletter.toml").open("a") as toml:
        toml.write('editors = "mara@example.com"\n')
    server.deliver(HOSTILE)
    server.deliver(TWO)
    begun = threading.Event()

    def watch(line: str) -> None:
        if line.startswith("UID STORE 1 +FLAGS.SILENT ($"):
            begun.set()

    server.before = watch
    settings = {"NEWSLETTER_IMAP_URL": address(server.port), "SSL_CERT_FILE": str(certificate)}
    polling = start(home, "feeds", "poll", log=tmp_path / "log", **settings)
    assert begun.wait(30), (tmp_path / "log").read_text()
    # Until the child is at it: it takes seconds for this one.
    with pytest.raises(subprocess.TimeoutExpired):
        polling.wait(0.5)
    polling.kill()
    polling.wait()
    assert [] == server.seen()
    again = run(home, "feeds", "poll", **settings)

    assert "1 mails, 1 new finds" in again.stdout and "1 could not be read" in again.stdout, again.stderr
    assert "mail 1 in the letterbox was left" in again.stderr
    assert [1, 2] == server.seen()


@pytest.mark.faults
def test_a_mail_that_takes_minutes_is_left_after_seconds(
    engine: Engine, tmp_path: Path, server: ImapServer, certificate: Path
) -> None:
    """It costs a child some seconds of the processor's time, and the next mail is read."""
    server.deliver(HOSTILE)
    server.deliver(TWO)
    desk = a_desk(engine, tmp_path, mailbox=mailbox(address(server.port), certificate, 30.0), editors=EDITORS)
    used = time.process_time()
    done = empty_letterbox(desk)

    assert (1, 1, 0, 1) == (done.read, done.new, done.refused, done.left)
    assert [1, 2] == server.seen()
    assert {"\\Seen"} == server.mails[1][1]
    assert time.process_time() - used < 1


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [({"password": "wrong"}, Mistake, "refuses the name or the password"), ({"folder": "Nothing"}, Mistake, "no folder Nothing"),
     ({"port": 1}, NotNow, "can't be read")],
)  # fmt: skip
def test_a_mailbox_that_lets_nobody_in_is_a_sentence(
    engine: Engine, tmp_path: Path, server: ImapServer, certificate: Path, change: dict[str, str], kind: type, said: str
) -> None:
    """Without the password in it."""
    url = address(**{"port": server.port, **change})  # type: ignore[arg-type]
    desk = a_desk(engine, tmp_path, mailbox=mailbox(url, certificate), editors=EDITORS)
    with pytest.raises(kind, match=said) as refused:
        empty_letterbox(desk)

    assert PASSWORD not in str(refused.value) and "wrong" not in str(refused.value)


def test_a_server_that_nobody_vouches_for_gets_no_password(
    engine: Engine, tmp_path: Path, server: ImapServer, certificate: Path
) -> None:
    """And one that falls silent is left in time."""
    desk = a_desk(engine, tmp_path, editors=EDITORS)
    unknown = Mailbox(read_imap_address(address(server.port)))
    with pytest.raises(NotNow, match="self-signed"):
        empty_letterbox(replace(desk, mailbox=unknown))
    assert not any(line.startswith("LOGIN") for line in server.commands)

    silent = threading.Event()
    server.before = lambda line: line.startswith("SELECT") and silent.wait(5)  # type: ignore[assignment]
    with pytest.raises(NotNow, match="did not answer in time"):
        empty_letterbox(replace(desk, mailbox=mailbox(address(server.port), certificate, seconds=0.7)))
    silent.set()


@pytest.mark.parametrize("kind", ["dovecot"] if AT_HAND else [])
def test_a_dovecot_is_spoken_to_as_well(kind: str, engine: Engine, tmp_path: Path, certificate: Path) -> None:
    """A server that we did not write agrees with us on what is unseen, what is marked, and what is a sender."""
    # It works as a user of its own, who may not look into pytest's folders, and keeps its sockets by short names.
    with (
        tempfile.TemporaryDirectory(prefix=f"newsletter-{kind}-") as home,
        dovecot(Path(home), certificate, [ONE, TWO, SPAM]) as port,
    ):
        url = address(port, "mara", "secret", "Finds")
        desk = a_desk(engine, tmp_path, mailbox=mailbox(url, certificate), editors=EDITORS)
        first, again = empty_letterbox(desk), empty_letterbox(desk)

    assert ((2, 2), (0, 0)) == ((first.read, first.new), (again.read, again.new))
    assert {"The boats", "Two"} == {find.title for find in desk.finds.list_finds()}


@pytest.mark.parametrize(
    "url",
    ["imap://a:b@localhost/x", "imaps://localhost/x", "imaps://a@localhost/x", "imaps://a:b@/x", "https://a:b@localhost",
     "imaps://a:b%0d%0aLOGOUT@localhost/x", "imaps://a:b@localhost:x/", "imaps://a:topsecret@localhost/x?y"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_showing_it(url: str) -> None:
    """TLS always; a user and a password; no line breaks."""
    with pytest.raises(Mistake) as refused:
        read_imap_address(url)

    assert "topsecret" not in str(refused.value) and "imaps://user" in refused.value.fix


def test_names_of_folders_are_spelled_as_imap_wants_them() -> None:
    """RFC 3501, 5.1.3 and its examples."""
    assert ('"INBOX"', '"F&APw-nde"', '"A&-B"', '"a\\"b"') == tuple(
        folder_name(name) for name in ("INBOX", "Fünde", "A&B", 'a"b')
    )
    assert '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"' == folder_name("~peter/mail/台北/日本語")
    assert ("a@b", "p/w", "INBOX", 993) == (
        (one := read_imap_address("imaps://a%40b:p%2Fw@localhost")).user, one.password, one.folder, one.port)  # fmt: skip
