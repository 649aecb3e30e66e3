"""Does what somebody started in the pages without waiting for the next look: sends, imports, asks the web. It stops between two batches at the end."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from newsletter.db.doorbell import ring_now
from newsletter.jobs.calm import Calm
from newsletter.ledger.send import place_of
from newsletter.ports.work import Task
from newsletter.wiring.imports import Importer
from newsletter.wiring.web_looks import look_at_web
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS = 3.0


class Bell:
    """Rung by the pages when something may be due.

    On an SQLite file it is the end of a pipe that the sender, a process of its own, hears: a byte for each time. On
    PostgreSQL it is a job, for whichever process has time.
    """

    def __init__(self, parts: Parts, pipe: int) -> None:
        self._parts, self._pipe = parts, pipe
        os.set_blocking(pipe, False)

    def wake(self) -> None:
        if not self._parts.lock.is_exclusive:
            ring_now(self._parts.engine, Task.LOOK)
            return
        # A pipe that is full has been rung often enough.
        with suppress(BlockingIOError):
            os.write(self._pipe, b"!")

    @property
    def problem(self) -> NewsletterError | None:
        """Why nothing goes, as far as it can be known from here; the log has the rest."""
        return self._parts.find_hold() or self._parts.refusal


class OnCall:
    """Does something in a thread of its own, one at a time, whenever it is called; again where it was called meanwhile."""

    def __init__(self, name: str, do: Callable[[], None], stop: threading.Event) -> None:
        self._name, self._do, self._stop = name, do, stop
        self._thread: threading.Thread | None = None
        self._again = threading.Event()
        self._lock = threading.Lock()

    def call(self) -> None:
        with self._lock:
            self._again.set()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    @property
    def is_at_work(self) -> bool:
        with self._lock:
            return self._thread is not None and self._thread.is_alive()

    def call_again(self) -> None:
        """Called from what it does: do it once more."""
        self._again.set()

    def end(self) -> None:
        """Wait for what it does, once it was told to stop."""
        with self._lock:
            thread = self._thread
        if thread:
            thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                if not self._again.is_set():
                    self._thread = None
                    return
                self._again.clear()
            self._do()


class Runner:
    """Sends, imports and asks the web, beside each other; where another process does it, this one leaves it to it.

    `problem` is what stopped the last sending, for the page that watches it.
    """

    def __init__(self, parts: Parts, stop: threading.Event) -> None:
        self._parts, self._stop = parts, stop
        self._sending = OnCall("sending", self._send, stop)
        self._importer, self._calm = Importer(parts, stop), Calm()
        self._importing = OnCall("importing", self._import, stop)
        self._looking = OnCall("asking the web", self._look, stop)
        self.problem: NewsletterError | None = None

    def hear(self, pipe: int) -> None:
        """Wake whenever the bell is rung, until it is taken away."""
        while os.read(pipe, 1_000):
            self.wake()

    def wake(self) -> None:
        """Something may be due: do it now rather than at the next look of the schedule."""
        self._sending.call()
        self._importing.call()
        self._looking.call()

    def end(self) -> None:
        """Wait for the batch in flight, once it was told to stop."""
        self._sending.end()
        self._importing.end()
        self._looking.end()

    def _import(self) -> None:
        self._calm.run(self._importer.beat)

    def _look(self) -> None:
        self._calm.run(partial(look_at_web, self._parts, self._stop))

    def _send(self) -> None:
        self.problem = None
        try:
            if self._parts.drain(self._stop).once():
                self._parts.after_sending()
                self._come_back()
        except NewsletterError as error:
            self.problem = error
            log.warning("sending stopped: %s", error.message)
        except Exception as error:  # noqa: BLE001 - above all a database that is away; the schedule tries again
            log.error("sending broke off: %s", place_of(error))

    def _come_back(self) -> None:
        """What has to wait (a provider that said later, a small first batch) is looked at again until it is done."""
        if self._parts.ledger.mailings.list_in([MailingStatus.SENDING]):
            self._stop.wait(_LOOK_AGAIN_SECONDS)
            self._sending.call_again()
