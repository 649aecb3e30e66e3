"""Practice mail on disk: whole files, never overwritten, and a true answer to whether a mail is there."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.ports.provider import Trace
from newsletter.providers.outbox.files import AttemptClosed, Staging
from newsletter.providers.outbox.provider import Outbox
from newsletter.words.gap import Part
from newsletter.words.outcome import Accepted, Deferred
from tests.contracts.provider import outcomes
from tests.providers.parcels import SystemClock, a_consignment, an_edition

_ROOT = Path(__file__).parents[2]


def outbox_in(folder: Path, **options: float) -> Outbox:
    return Outbox(folder, clock=SystemClock(), **options)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "42").iterdir())


def test_a_mail_is_named_by_its_issue_and_delivery(tmp_path: Path) -> None:
    """So that one can find the mail of a line in the ledger."""
    list(outbox_in(tmp_path).hand_over(a_consignment()))

    assert names(tmp_path) == ["101.eml", "102.eml", "103.eml"]


def test_nothing_but_mails_is_left_behind(tmp_path: Path) -> None:
    """What was only needed while writing is gone."""
    list(outbox_in(tmp_path).hand_over(a_consignment()))

    assert [path.name for path in tmp_path.iterdir()] == ["42"]


def test_a_delivery_handed_over_twice_is_two_files(tmp_path: Path) -> None:
    """A doubled reader must be seen; an overwritten file would hide it."""
    outbox = outbox_in(tmp_path)
    list(outbox.hand_over(a_consignment(("Ada",), attempt="first")))
    first = (tmp_path / "42" / "101.eml").read_bytes()

    list(outbox.hand_over(a_consignment(("Ben",), attempt="second")))
    list(outbox.hand_over(a_consignment(("Ben",), attempt="second")))

    assert names(tmp_path) == ["101.eml", "101.second.2.eml", "101.second.eml"]
    assert (tmp_path / "42" / "101.eml").read_bytes() == first


def test_every_file_says_which_attempt_wrote_it(tmp_path: Path) -> None:
    """The evidence is in the mail itself."""
    list(outbox_in(tmp_path).hand_over(a_consignment(("Ada",), attempt="a-1")))

    assert (tmp_path / "42" / "101.eml").read_bytes().startswith(b"X-Newsletter-Attempt: a-1\r\n")


def test_a_look_finds_what_is_there_and_only_under_its_own_attempt(tmp_path: Path) -> None:
    """A mail that another attempt wrote proves nothing about this one."""
    outbox = outbox_in(tmp_path)
    list(outbox.hand_over(a_consignment(("Ada",), attempt="first")))
    list(outbox.hand_over(a_consignment(("Ada", "Ben"), attempt="second")))

    assert outbox.find("first", [101, 102]) == {101: Trace.FOUND, 102: Trace.ABSENT}
    assert outbox.find("second", [101, 102]) == {101: Trace.FOUND, 102: Trace.FOUND}
    assert outbox.find("third", [101]) == {101: Trace.ABSENT}


def test_a_look_into_an_outbox_that_was_never_written_finds_nothing(tmp_path: Path) -> None:
    """The sender was killed before its first file."""
    assert outbox_in(tmp_path / "none").find("first", [101]) == {101: Trace.ABSENT}


def test_an_attempt_that_was_looked_up_writes_nothing_any_more(tmp_path: Path) -> None:
    """A sender that was frozen and wakes up must not make what was found absent appear."""
    outbox = outbox_in(tmp_path)
    outbox.find("late", [101])

    found = dict(outcomes(outbox, a_consignment(("Ada",), attempt="late")))

    assert isinstance(found[101], Deferred)
    assert outbox.find("late", [101]) == {101: Trace.ABSENT}


def test_an_attempt_looked_up_half_way_stops_where_it_was(tmp_path: Path) -> None:
    """Between two of its files, without waiting for its deadline."""
    issue = tmp_path / "42"
    issue.mkdir()
    writer = Staging(tmp_path, "frozen")
    writer.open()
    for delivery in (1, 2):
        writer.write(delivery, b"Subject: hello\r\n\r\n")
    writer.publish(1, issue)

    found = outbox_in(tmp_path).find("frozen", [1, 2])

    assert found == {1: Trace.FOUND, 2: Trace.ABSENT}
    with pytest.raises(AttemptClosed):
        writer.publish(2, issue)
    with pytest.raises(AttemptClosed):
        Staging(tmp_path, "frozen").open()


def a_process(code: str, folder: Path) -> subprocess.Popen[str]:
    """Another process that runs a few lines with this module's names, `folder` among them."""
    lines = (
        f"from pathlib import Path; from tests.providers.test_outbox import *; folder = Path({str(folder)!r}); {code}"
    )
    return subprocess.Popen([sys.executable, "-c", lines], cwd=_ROOT, stdout=subprocess.PIPE, text=True)


def test_killed_in_the_middle_every_file_is_whole_and_the_look_tells_the_truth(tmp_path: Path) -> None:
    """kill -9 between two files: what is there is complete, what is not there never will be."""
    slowly = "outbox_in(folder, practice_delay=5.0).hand_over(a_consignment(['Ada'] * 50, attempt='killed'))"
    with a_process(f"list({slowly})", tmp_path) as sender:
        _wait_for(lambda: len(list(tmp_path.glob("42/*.eml"))) >= 5)
        sender.kill()

    found = outbox_in(tmp_path).find("killed", range(101, 151))

    there = {int(path.stem) for path in (tmp_path / "42").iterdir()}
    assert 5 <= len(there) < 50
    assert {delivery for delivery, trace in found.items() if trace is Trace.FOUND} == there
    assert all(path.read_bytes().rstrip().endswith(b"--") for path in (tmp_path / "42").iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == [".killed", "42"]


def _wait_for(happened: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return
        time.sleep(0.005)
    raise AssertionError("it did not happen")


def test_a_disk_that_takes_no_more_stops_the_mailing_and_loses_nobody(tmp_path: Path) -> None:
    """A person must make room; half-written mails are not left for the next look."""
    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); "
        "print(*[(d, type(o).__name__, o.pauses) for d, o in outcomes(outbox_in(folder), a_consignment())])"
    )
    with a_process(code, tmp_path) as sender:
        said, _ = sender.communicate(timeout=30)

    assert said.split("\n")[0] == "(101, 'Deferred', True) (102, 'Deferred', True) (103, 'Deferred', True)"
    assert list(tmp_path.rglob("*.eml")) == []


def test_an_outbox_that_may_not_be_written_stops_the_mailing(tmp_path: Path) -> None:
    """Trying again would not help either; here the folder of the issue is a file."""
    (tmp_path / "42").write_text("in the way")

    found = dict(outcomes(outbox_in(tmp_path), a_consignment()))

    assert all(isinstance(outcome, Deferred) and (outcome.pauses or outcome.backs_off) for outcome in found.values())
    assert (tmp_path / "42").read_text() == "in the way"


def test_an_issue_that_can_not_be_a_mail_stops_the_mailing_and_blames_no_reader(tmp_path: Path) -> None:
    """A line break in the subject would refuse every single reader."""
    found = outcomes(outbox_in(tmp_path), a_consignment(edition=an_edition(subject=Part(("two\nlines",)))))

    assert len(found) == 3
    assert all(isinstance(outcome, Deferred) and outcome.pauses for _, outcome in found)


def test_it_stops_at_the_deadline_and_the_rest_is_still_to_be_mailed(tmp_path: Path) -> None:
    """What appeared in time is accepted."""
    outbox = outbox_in(tmp_path, practice_delay=2.0)
    parcel = a_consignment(["Ada"] * 20, seconds=0.5)

    found = dict(outcomes(outbox, parcel))

    accepted = {delivery for delivery, outcome in found.items() if isinstance(outcome, Accepted)}
    assert 0 < len(accepted) < 20
    assert accepted == {int(path.stem) for path in (tmp_path / "42").iterdir()}
    assert {type(outcome) for outcome in found.values()} == {Accepted, Deferred}


def test_the_parcel_size_is_what_was_asked_for(tmp_path: Path) -> None:
    """Small parcels make a practice run that one can watch."""
    assert outbox_in(tmp_path).limits.readers == 50
    assert outbox_in(tmp_path, parcel_size=7).limits.readers == 7
    assert outbox_in(tmp_path).limits.deadline == timedelta(seconds=10)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(attempt=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_an_attempt_of_any_name_stays_inside_the_outbox(tmp_path: Path, attempt: str) -> None:
    """Names come from a database that somebody may have restored, edited or forged."""
    folder = tmp_path / str(abs(hash(attempt))) / "outbox"
    outbox = outbox_in(folder)

    found = dict(outcomes(outbox, a_consignment(("Ada",), attempt=attempt)))

    assert isinstance(found[101], Accepted)
    assert outbox.find(attempt, [101]) == {101: Trace.FOUND}
    assert [path.name for path in folder.parent.iterdir()] == ["outbox"]
