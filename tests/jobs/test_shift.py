"""A shift ends by itself or with the process, and what goes wrong in a look ends nothing."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from newsletter.jobs.calm import Calm
from newsletter.jobs.shift import Shift
from newsletter.words.mistake import Mistake


def test_a_shift_ends_with_its_time_or_with_the_process() -> None:
    """Waiting in it is cut short by either."""
    stop = threading.Event()
    short, long = Shift(stop, 0.05), Shift(stop, 600)
    assert [False, False] == [short.is_set(), long.is_set()]
    begun = time.monotonic()
    assert short.wait()
    assert short.wait(600)
    assert not long.wait(0.01)
    threading.Timer(0.05, stop.set).start()
    assert long.wait(600)
    assert time.monotonic() - begun < 5


def test_a_complaint_is_said_once_until_it_is_mended(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the program is logged each time, with its place."""
    calm = Calm()

    def closed() -> int:
        raise Mistake("The key is missing.", fix="Set it.")

    def broken() -> int:
        raise RuntimeError("a fault")

    with caplog.at_level(logging.WARNING):
        assert [None, None, 5, None] == [calm.run(closed), calm.run(closed), calm.run(lambda: 5), calm.run(closed)]
        assert [None, None] == [calm.run(broken), calm.run(broken)]

    assert 2 == caplog.text.count("The key is missing.")
    assert 2 == caplog.text.count("RuntimeError: a fault")
