"""Who got it: sentences for one reader, a file for all, numbers for the issue, as the commands print them."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select, update

from newsletter.db.engine import connect, writing
from newsletter.ledger.tables import delivery
from newsletter.report.figures import Copy
from newsletter.report.who import sentence
from newsletter.words.ledger import Fate, HandOver, SkipReason
from newsletter.words.outcome import Accepted, Uncertain
from newsletter.words.subscriber import SuppressionReason
from newsletter.words.token import reader_token
from tests.fakes.sendgrid_events import Telling
from tests.feedback.sent import Post
from tests.running import a_folder, run, sqlite_of
from tests.world import add_readers

COURSES = {
    "reader0@example.com": "read",
    "reader1@example.com": "bounce",
    "reader2@example.com": "spamreport",
    "reader3@example.com": "deferred",
    "reader4@example.com": "dropped",
    "reader5@example.com": "silent",
}
ZONE = "Europe/Berlin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsletter that has sent issue 1 to ten readers: handed over, in doubt, doubled, and skipped ones."""
    directory = a_folder(tmp_path_factory.mktemp("who") / "weekly")
    run(directory, "status")
    engine = connect(sqlite_of(directory))
    add_readers(engine, "weekly", range(10))
    add_readers(engine, "friends", [0])
    post = Post(engine)
    mailing = post.plan(size=2)
    for number in range(4):
        claim = post.claim(mailing)
        assert claim
        if number == 3:
            post.ledger.attempts.record(claim.attempt_id, [(None, Uncertain("reset"))])
            post.ledger.doubts.requeue(claim.attempt_id, claim.deliveries)
            again = post.claim(mailing)
            assert again
            if again.deliveries != claim.deliveries:
                post.ledger.attempts.record(again.attempt_id, [(None, Uncertain("cut"))])
                again = post.claim(mailing)
                assert again
            post.ledger.attempts.record(again.attempt_id, [(None, Accepted("second"))])
            post.hear(post.taken(claim), Telling())
            continue
        post.ledger.attempts.record(claim.attempt_id, [(None, Accepted(f"ref{number}"))])
        post.hear(post.taken(claim), Telling(of=COURSES))
    while claim := post.claim(mailing):
        post.ledger.attempts.record(claim.attempt_id, [(None, Uncertain("reset"))])
    add_readers(engine, "weekly", [20])
    post.membership.suppress("reader30@example.com", SuppressionReason.MANUAL)
    engine.dispose()
    return directory


def who(folder: Path, *words: str) -> str:
    done = run(folder, "who", *words)
    assert 0 == done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("reader0@example.com", ["was handed to SendGrid", "(call ref0)", "took it on", "it was opened"]),
        ("reader1@example.com", ["sent it back on", "550 5.1.1 no such user"]),
        ("reader2@example.com", ["reported it as spam on"]),
        ("reader3@example.com", ["try again later", "goes on trying"]),
        ("reader4@example.com", ["did not deliver it (Bounced Address)"]),
        ("READER5@example.com", ["nothing has been heard of it since"]),
    ],
)
def test_one_sentence_for_each_fate(folder: Path, email: str, words: list[str]) -> None:
    """Which issue, by whom, to what address, when in the newsletter's own zone, and what became of it."""
    first = who(folder, email, "1").splitlines()[0]

    assert re.match(r"Issue 1 \(weekly\) was handed to SendGrid for reader\d@example\.com on \w+ \d", first)
    assert first.endswith(".")
    assert ZONE in first
    assert [] == [part for part in words if part not in first]


def test_a_reader_in_doubt_and_one_with_two(folder: Path) -> None:
    """What can't be known is said so; what was taken twice is said so."""
    assert "may or may not have reached reader8@example.com" in who(folder, "reader8@example.com")
    assert "it was handed over twice" in who(folder, "reader6@example.com")


@pytest.mark.parametrize("reason", SkipReason)
def test_every_reason_for_which_one_is_skipped_is_said_in_words(reason: SkipReason) -> None:
    """The ledger's own word is no sentence that one could forward."""
    copy = Copy(
        issue=1,
        email="ana@example.com",
        list_name="weekly",
        handover=HandOver.SKIPPED,
        fate=Fate.NONE,
        reason=reason.value,
        is_doubled=False,
        is_practice=False,
        left_late_at=None,
        tries=[],
        happenings=[],
    )

    assert re.search(r"was not sent to ana@example.com: \w+( \w+)+", sentence(copy, ZONE))


def test_who_was_never_planned(folder: Path) -> None:
    """Someone who joined later, someone who must not be mailed, and nobody at all."""
    assert "reader20@example.com was never planned for any issue; they are on: weekly (active)." in who(
        folder, "reader20@example.com"
    )
    assert "on the do-not-mail list (manual)" in who(folder, "reader30@example.com")
    nobody = run(folder, "who", "stranger@example.com")
    assert 1 == nobody.returncode
    assert "not a subscriber" in nobody.stderr


def test_two_addresses_with_one_mailbox(folder: Path) -> None:
    """The other copy went to the same reader's other address."""
    run(folder, "subscribers", "add", "reader0+news@example.com", "--list", "weekly", "--active", "--consent", "x")
    engine = connect(sqlite_of(folder))
    post = Post(engine)
    post.hear(post.send(2, size=50), Telling())
    engine.dispose()

    told = who(folder, "reader0@example.com", "2")

    assert "Issue 2 (weekly) was handed to SendGrid for reader0@example.com" in told
    assert "The other copy went to reader0+news@example.com:" in told


def test_pasted_headers_say_whose_copy_it_is(folder: Path) -> None:
    """The unsubscribe link knows its reader, though the mail was forwarded to another address, who has a copy as well."""
    engine = connect(sqlite_of(folder))
    person = Post(engine).readers.find_subscriber("reader1@example.com")
    engine.dispose()
    assert person
    token = reader_token(b"k" * 40, key_id=1, purpose="u", subscriber=person.id, mailing_list=1, issue=1)
    headers = (
        "Delivered-To: Reader2@example.com\nReceived: from mx.example.net\n"
        f"To: <reader1@example.com>\nSubject: Boats\nList-Unsubscribe:\n <https://ferries.example.com/u/{token[:20]}\n"
        f"\t{token[20:]}>\n\nbody"
    )
    for text in (headers, "\n".join(f"> {line}" for line in headers.splitlines())):
        done = pasted(folder, text)
        assert "This copy of issue 1 went to reader1@example.com:" in done.stdout
        assert "The other copy went to reader2@example.com:" in done.stdout
        assert "reported it as spam" in done.stdout

    others = {
        "broken by quoted-printable": f"See https://ferries.example.com/u/{token[:30]}=\n{token[30:]} below",
        "wrapped by a filter": "<https://safe.example.net/?url=https%3A%2F%2Fferries.example.com%2Fu%2F"
        f"{token}&data=1>",
        "to the preferences": "https://ferries.example.com/preferences/"
        + reader_token(b"k" * 40, key_id=1, purpose="p", subscriber=person.id, mailing_list=1, issue=1),
    }
    for how, text in others.items():
        assert (
            "This copy of issue 1 went to reader1@example.com:"
            in pasted(folder, f"From: x@example.org\n\n{text}\n").stdout
        ), how

    forged = pasted(folder, headers.replace(token[-4:], "AAAA"))
    assert "This copy" not in forged.stdout
    assert 1 == pasted(folder, "Subject: nothing of ours").returncode


def pasted(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "who", "-", stdin=text.encode())


def test_putting_a_reader_back_is_refused_where_nothing_bounced(folder: Path) -> None:
    """It undoes what a run of bounces did, and nothing else."""
    refused = run(folder, "who", "reader0@example.com", "--restore")

    assert 1 == refused.returncode
    assert "was not taken off any list" in refused.stderr


def test_the_proof_has_every_reader_once(folder: Path, tmp_path: Path) -> None:
    """As many lines as were planned, with the try whose acceptance counted and the last that was heard."""
    out = tmp_path / "proof.csv"
    assert 0 == run(folder, "proof", "1", "--out", out).returncode

    with out.open(newline="") as file:
        lines = {line["email"]: line for line in csv.DictReader(file)}
    assert 10 == len(lines)
    assert ("accepted", "delivered", "ref0") == tuple(
        lines["reader0@example.com"][name] for name in ("handover", "fate", "reference")
    )
    assert ("yes", "second") == (lines["reader6@example.com"]["doubled"], lines["reader6@example.com"]["reference"])
    assert "uncertain" == lines["reader8@example.com"]["handover"]
    assert "clicked" == lines["reader0@example.com"]["last_heard"]
    assert all(line["attempt"] for line in lines.values())
    assert 1 == run(folder, "proof", "99", "--out", out).returncode


def test_a_proof_for_a_spreadsheet_holds_no_formula(folder: Path, tmp_path: Path) -> None:
    """A reason is in the words of somebody's mail server; without the option it stands as it was said."""
    engine = connect(sqlite_of(folder))
    says = '=HYPERLINK("https://example.net")'
    with writing(engine) as connection:
        one = select(func.min(delivery.c.id)).where(delivery.c.issue == 1).scalar_subquery()
        connection.execute(update(delivery).where(delivery.c.id == one).values(reason=says))
    engine.dispose()
    plain, safe = tmp_path / "plain.csv", tmp_path / "safe.csv"
    assert 0 == run(folder, "proof", "1", "--out", plain).returncode
    assert 0 == run(folder, "proof", "1", "--out", safe, "--spreadsheet").returncode

    def reasons(path: Path) -> set[str]:
        with path.open(newline="") as file:
            return {line["reason"] for line in csv.DictReader(file)}

    assert says in reasons(plain)
    assert says not in reasons(safe) and f"'{says}" in reasons(safe)


def test_the_report_adds_up(folder: Path) -> None:
    """What we did adds up to what was planned, what was heard to the same; machines are told from people."""
    told = json.loads(run(folder, "report", "1", "--format", "json").stdout)

    states = ("pending", "sending", "accepted", "refused", "skipped", "uncertain", "left")
    assert 10 == told["planned"] == sum(told[state] for state in states) == sum(told["fates"].values())
    assert (8, 2, 2) == (told["accepted"], told["uncertain"], told["doubled"])
    assert (1, 0, 1) == (told["opened"], told["opened_by_machine"], told["clicked"])
    assert [{"url": "https://example.org/ferries", "readers": 1}] == told["links"]
    assert ["example.com"] == [one["domain"] for one in told["domains"]]
    assert "doubled" in {alarm["kind"] for alarm in told["alarms"]}


def test_the_report_in_words(folder: Path) -> None:
    """The same for people; an issue that was never sent is refused."""
    told = run(folder, "report", "1").stdout

    assert re.search(r"^ +8 +handed over$", told, re.MULTILINE)
    assert re.search(r"^ +1 +reported as spam$", told, re.MULTILINE)
    assert "taken by the provider twice" in told
    assert 1 == run(folder, "report", "99").returncode


def test_the_report_as_a_page_is_sound_and_needs_nothing(folder: Path) -> None:
    """Well-formed, with a chart of our own, and without a script or an address elsewhere that is loaded."""
    page = run(folder, "report", "1", "--format", "html").stdout

    body = page.partition("<body>")[2].partition("</body>")[0]
    tree = ElementTree.fromstring(f"<body>{body}</body>")
    assert tree.findall(".//svg/rect")
    assert not re.search(r"<script|src=|<link|@import|url\(", page)


def test_status_tells_what_was_heard(folder: Path) -> None:
    """The counts of fates, and what is wrong, beside what we did."""
    told = run(folder, "status", "1").stdout

    assert "Heard since:" in told
    assert "1 complained" in told
    assert 0 == json.loads(run(folder, "status", "1", "--format", "json").stdout)["unconfirmed"]
