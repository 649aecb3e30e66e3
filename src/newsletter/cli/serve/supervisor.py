"""Keeps the pages and the sender running, each in a process of its own: one that dies is started again."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from typing import TYPE_CHECKING

import click

from newsletter.words.mistake import Interrupted, NewsletterError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from newsletter.wiring import Timing

log = logging.getLogger(__name__)

Context = SpawnContext | ForkContext
# What a child does until `stop` is set. It calls `ready` once others may begin.
Work = Callable[..., None]

# A child that lived for so long starts over with the shortest wait; else each wait is twice the last.
_LIVED_SECONDS = 60.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 30.0
_ENDING_SECONDS = 5.0
# The child reported something that a person has to mend: starting it again would only repeat that.
_REFUSED = 3
# The database is away. It will be back, and nobody has to mend anything: the child is started again, as one that died.
_INTERRUPTED = 5
# The child asks for itself and all the others to begin again: settings have changed that each read when it started.
START_OVER = 4
# A second signal within this time is the same request.
_SAME_ASK_SECONDS = 1.0


def stop_on_signals() -> threading.Event:
    """Set by the first SIGTERM or Ctrl-C. A second one, a second or more later, waits for nothing."""
    stop = threading.Event()
    asked_at: list[float] = []

    def ask(_signal: int, _frame: object) -> None:
        # Some programs signal a process twice at once: itself, and the group that it is in.
        if asked_at and time.monotonic() - asked_at[0] >= _SAME_ASK_SECONDS:
            raise KeyboardInterrupt
        asked_at.append(time.monotonic())
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, ask)
    return stop


def context_of(timing: Timing | None) -> Context:
    """How children begin: spawned. A forked one would inherit the lock files, and a dead sender would seem to live."""
    # Read by each interpreter that is started from here: a module in a stranger's folder is not ours.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    if timing and timing.children == "fork":
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


class Child:
    """One of the processes. `work` is called in it as `work(stop, ready, *args)`."""

    def __init__(self, context: Context, name: str, work: Work, *args: object) -> None:
        self.name = name
        self._context, self._work, self._args = context, work, args
        self._process: BaseProcess | None = None
        self._started_at = self._start_at = 0.0
        self._wait = _FIRST_WAIT_SECONDS
        self._starts_over = False
        self.has_worked = False

    def start(self) -> Connection:
        """Returns a connection that has data once the child is ready, and is at its end if it ended before."""
        reader, writer = self._context.Pipe(duplex=False)
        self._process = self._context.Process(
            target=_enter, args=(writer, self._work, self._args), name=f"newsletter {self.name}"
        )
        self._started_at = time.monotonic()
        with _ctrl_c_held_back():
            self._process.start()
        writer.close()
        return reader

    @property
    def sentinel(self) -> int | None:
        """Readable once it has ended; None where it does not run."""
        return self._process.sentinel if self._process else None

    def look(self, *, may_be_ending: bool = False) -> bool:
        """Start it again where it has died. Returns False where it gave up, and said why.

        One that never worked gives up where the database is away, too: its address may be wrong.
        """
        if may_be_ending and self._process:
            self._process.join(_ENDING_SECONDS)
        now = time.monotonic()
        if self._process is None:
            if now >= self._start_at:
                self.start().close()
            return True
        code = self._process.exitcode
        if code is None:
            return True
        if code == _REFUSED or (code == _INTERRUPTED and not self.has_worked):
            return False
        self._process.close()
        self._process = None
        if code == START_OVER or self._starts_over:
            self._starts_over = False
            self.start().close()
            return True
        self._wait = _FIRST_WAIT_SECONDS if now - self._started_at >= _LIVED_SECONDS else self._wait
        self._start_at = now + self._wait
        log.error("the process of the %s ended (%s); it is started again in %.0f s", self.name, code, self._wait)
        self._wait = min(2 * self._wait, _LONGEST_WAIT_SECONDS)
        return True

    @property
    def asks_all_to_start_over(self) -> bool:
        return self._process is not None and self._process.exitcode == START_OVER

    def start_over(self) -> None:
        """End it in good order; the look after that starts it again at once."""
        self._starts_over = self._process is not None
        self.ask_to_end()

    def ask_to_end(self) -> None:
        if self._process:
            self._process.terminate()

    def end(self) -> int:
        """Wait for its end, however long what it has under way takes. Returns its exit code."""
        if self._process is None:
            return 0
        self._process.join()
        return self._process.exitcode or 0

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.join()


def keep_running(children: Sequence[Child], stop: threading.Event) -> None:
    """Start each when the one before is ready, and each again when it dies, until `stop` is set; then end them all.

    Ends the command with 1 where a child says that a person has to mend something. A second signal kills them.
    """
    refused = False
    try:
        with _woken_by_signals() as signals:
            refused = any(not _start(child, signals, stop) for child in children if not stop.is_set())
            while not stop.is_set() and not refused:
                if any(child.asks_all_to_start_over for child in children):
                    for child in children:
                        child.start_over()
                refused = any(not child.look() for child in children)
                if not refused:
                    wait([signals, *(one.sentinel for one in children if one.sentinel is not None)], timeout=1.0)
                    _empty(signals)
        for child in children:
            child.ask_to_end()
        codes = [child.end() for child in children]
    except KeyboardInterrupt:
        for child in children:
            child.kill()
        raise
    if refused or {_REFUSED, _INTERRUPTED}.intersection(codes):
        sys.exit(1)


def _start(child: Child, signals: int, stop: threading.Event) -> bool:
    """Start it, and wait until it is ready. Returns False where it gave up instead."""
    with child.start() as ready:
        while not stop.is_set():
            if ready in wait([ready, signals], timeout=1.0):
                child.has_worked = _is_said(ready)
                return child.look(may_be_ending=not child.has_worked)
            _empty(signals)
    return True


def _is_said(ready: Connection) -> bool:
    try:
        return bool(ready.recv_bytes())
    except EOFError:
        return False


def _enter(ready: Connection, work: Work, args: Sequence[object]) -> None:
    """In the child: do its work, and end in good order when asked to, or when the parent is gone."""
    stop = threading.Event()
    # The parent has it from the terminal as well, and passes it on as SIGTERM.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signals, told = _signal_pipe()
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(signals, stop), name="parent", daemon=True).start()
    _do(work, stop, ready, args)


def _watch(signals: int, stop: threading.Event) -> None:
    """Its own thread: a main thread that waits without end is not woken by a signal that another thread took (seen)."""
    parent = multiprocessing.parent_process()
    assert parent
    told = b""
    # A pipe that the parent holds the other end of: it is at its end as soon as the parent is, however that died.
    while signal.SIGTERM not in told and parent.sentinel not in wait([signals, parent.sentinel]):
        told = os.read(signals, 64)
    stop.set()


def _do(work: Work, stop: threading.Event, ready: Connection, args: Sequence[object]) -> None:
    try:
        work(stop, lambda: _say_ready(ready), *args)
    except NewsletterError as error:
        click.secho(f"newsletter: {error}", err=True)
        sys.exit(_INTERRUPTED if isinstance(error, Interrupted) else _REFUSED)
    except Exception:
        log.exception("a fault of the program itself ended this process")
        sys.exit(1)


def _say_ready(ready: Connection) -> None:
    # A parent that was told to end no longer listens; `_watch` notices when it is gone.
    with suppress(OSError):
        ready.send_bytes(b"ready")


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """A child that is not yet listening must not die of a Ctrl-C that the parent gets too: it inherits what is blocked."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def _woken_by_signals() -> Iterator[int]:
    """Gives a descriptor that becomes readable when a signal has come: a wait is otherwise resumed after it."""
    reader, writer = _signal_pipe()
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)


def _signal_pipe() -> tuple[int, int]:
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    return reader, writer


def _empty(pipe: int) -> None:
    try:
        while os.read(pipe, 64):
            pass
    except BlockingIOError:
        pass
