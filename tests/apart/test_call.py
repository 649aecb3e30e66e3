"""What is done apart: within its bounds or a sentence, one at a time, and with nothing of ours at hand."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from newsletter.apart import Bounds, TooMuch, call
from newsletter.apart.wire import BadAnswer, read_as
from newsletter.collect.mail.message import MailLink
from newsletter.words.mistake import Missing, Mistake, Place

TASKS = "tests.apart.tasks:"
ROOT = Path(__file__).parents[2]


def about() -> list[str]:
    return call(f"{TASKS}about", returns=list[str], what="It")


@pytest.mark.parametrize(
    ("task", "bounds", "said"),
    [("spin", Bounds(seconds=0.2), "This mail takes longer than 0.2 seconds"), ("grow", Bounds(), "more memory"),
     ("sleep", Bounds(seconds=0.1, waiting=0.3), "longer than"), ("die", Bounds(), "more memory"),
     ("flood", Bounds(), "more memory")],
)  # fmt: skip
def test_a_breach_is_a_sentence_and_the_next_one_is_read(task: str, bounds: Bounds, said: str) -> None:
    """Time of the processor, time by the clock, memory, a crash, an answer without end."""
    with pytest.raises(TooMuch, match=said) as left:
        call(f"{TASKS}{task}", returns=str, what="This mail", fix="Do so.", bounds=bounds)

    assert "Do so." == left.value.fix
    assert b"\0\xff" == call(f"{TASKS}echo", b"\0\xff", returns=bytes, what="It")


def test_a_refusal_of_ours_arrives_as_it_is() -> None:
    """Its kind, what to do, and where."""
    with pytest.raises(Missing, match="no such thing") as refused:
        call(f"{TASKS}refuse", returns=str, what="It")

    assert ("Look again.", Place("a.md", 3)) == (refused.value.fix, refused.value.place)


def test_a_library_that_stumbles_is_a_sentence_without_what_it_read(caplog: pytest.LogCaptureFixture) -> None:
    """The log names the place; the words of the error quote a stranger's mail."""
    with pytest.raises(Mistake, match="This page can't be read"):
        call(f"{TASKS}stumble", b"canary", returns=str, what="This page")

    assert "AttributeError in tasks.py" in caplog.text and "canary" not in caplog.text


def test_a_child_is_kept_niced_and_knows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One for many questions; no setting of ours, no file that is open here, no module of the folder we are in."""
    monkeypatch.setenv("NEWSLETTER_SENDGRID_KEY", "canary")
    (tmp_path / "markdownify.py").write_text("")
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "open").open("w"):
        number, nice, *rest = about()

    assert number == about()[0] != str(os.getpid())
    assert 10 <= int(nice)
    assert not [one for one in rest if "NEWSLETTER" in one or str(tmp_path) in one]
    assert str(tmp_path) not in call(f"{TASKS}imported", b"markdownify", returns=str, what="It")


def test_a_child_is_ended_by_a_breach_and_not_kept(tmp_path: Path) -> None:
    """What it was doing may have left it in any state."""
    before = about()[0]
    with pytest.raises(TooMuch):
        call(f"{TASKS}grow", returns=int, what="It")

    assert before != about()[0]
    assert not Path(f"/proc/{before}").exists()


def test_a_child_holds_no_lock_of_ours(tmp_path: Path) -> None:
    """Decision 5: whoever gets the lock knows that its holder is dead. A child that inherits it would make that false."""
    with (tmp_path / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(TooMuch):
            call(f"{TASKS}die", returns=str, what="It")
        about()
    with (tmp_path / "lock").open("w") as again:
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_one_at_a_time_whoever_asks(tmp_path: Path) -> None:
    """Eight threads, one child."""
    mark = bytes(tmp_path / "at-work")
    with ThreadPoolExecutor(8) as pool:
        met = list(pool.map(lambda _: call(f"{TASKS}overlap", mark, returns=bool, what="It"), range(16)))
        numbers = set(pool.map(lambda _: about()[0], range(16)))

    assert [False] * 16 == met
    assert 1 == len(numbers)


def test_bounds_count_from_each_question_on() -> None:
    """A child that was busy before has its whole time again."""
    numbers = {call(f"{TASKS}burn", returns=int, what="It", bounds=Bounds(seconds=0.6)) for _ in range(6)}

    assert 1 == len(numbers)


def test_a_child_whose_parent_is_killed_ends() -> None:
    """Standard input ends with whoever asked."""
    code = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom newsletter.apart import call\n"
        f"print(call({TASKS + 'about'!r}, returns=list[str], what='It')[0], flush=True)\n"
        "input()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, signal.SIGINT)
        os.kill(child, signal.SIGTERM)
        time.sleep(0.05)
        assert Path(f"/proc/{child}").exists()
        parent.kill()
    for _ in range(200):
        if not _is_alive(child):
            break
        time.sleep(0.02)

    assert not _is_alive(child)


def _is_alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_an_answer_of_another_kind_is_none() -> None:
    """Whoever reads may be in the hands of what it reads: only what was asked for is believed."""
    with pytest.raises(Mistake, match="It can't be read"):
        call(f"{TASKS}another_kind", returns=str, what="It")
    for hint, value in (
        (str, 1), (int, True), (tuple[str, ...], ["a", 1]), (tuple[str, int], ["a"]), (MailLink, {"url": "a", "more": "b"}),
        (MailLink, ["a", "b"]), (str | None, 3), (bytes, 3), (list[str], "ab"),
    ):  # fmt: skip
        with pytest.raises(BadAnswer):
            read_as(hint, value)
    assert MailLink(url="a", words="b") == read_as(MailLink, {"url": "a", "words": "b"})


def test_what_others_left_in_its_memory_is_not_held_against_the_next() -> None:
    """A child that was kept has grown: before anything is called too much, a new one has tried."""
    bounds = Bounds(megabytes=600)
    assert 1 == call(f"{TASKS}keep_much", returns=int, what="It", bounds=bounds)

    assert 350_000_000 == call(f"{TASKS}need_much", returns=int, what="It", bounds=bounds)


def test_a_child_outlives_the_folder_that_it_was_in(tmp_path: Path) -> None:
    """Pillow and others ask where they are, and say of a good picture that it is damaged where that is gone."""
    room = tmp_path / "room"
    room.mkdir()
    call(f"{TASKS}go_into", str(room).encode(), returns=type(None), what="It")
    room.rmdir()

    assert "/" == call(f"{TASKS}where", returns=str, what="It")
