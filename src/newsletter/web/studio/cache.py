"""Remembers what is slow to count, so that a page of a million readers is as quick as one of ten."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

_FRESH_SECONDS = 20.0
# An answer older than this is not given any more, not even while it is asked again.
_STALE_SECONDS = 120.0
# Counting waits while pages are made, but not longer than this.
_POLITE_SECONDS = 1.0
_MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class _KeptAnswer:
    answer: Any
    at: float


class AnswerCache:
    """Answers by their key: the last one is given at once, and the question is asked again in the background."""

    def __init__(self, is_large: Callable[[], bool]) -> None:
        """`is_large` says whether questions take longer than a page may; else each is asked at once."""
        self._is_large = is_large
        self._kept: dict[Hashable, _KeptAnswer] = {}
        self._asking: dict[Hashable, Future[_KeptAnswer]] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(2, "remembering")
        self._pages = threading.Condition()
        self._n_pages = 0

    def ask(
        self,
        key: Hashable,
        question: Callable[[], Answer],
        *,
        fresh_for: float = _FRESH_SECONDS,
        stale_for: float = _STALE_SECONDS,
    ) -> Answer | None:
        """The answer, or where asking takes long the last one; None while there is none yet.

        An answer counts for `fresh_for` seconds before it is asked again, and for `stale_for` more while it is. Where
        it is asked at once, what the question raises is raised.
        """
        if not self._is_large():
            return question()
        kept = self._kept.get(key)
        age = time.monotonic() - kept.at if kept else 0.0
        if kept is not None and age < fresh_for:
            return kept.answer  # type: ignore[no-any-return]
        if age >= fresh_for + stale_for:
            kept = None
        self._ask_behind(key, question)
        return kept.answer if kept else None

    @contextmanager
    def making_a_page(self) -> Iterator[None]:
        """Questions asked inside the block are counted after it: at the same time as a page, both would be slow."""
        with self._pages:
            self._n_pages += 1
        try:
            yield
        finally:
            with self._pages:
                self._n_pages -= 1
                self._pages.notify_all()

    def _ask(self, key: Hashable, question: Callable[[], Any]) -> _KeptAnswer:
        with self._pages:
            self._pages.wait_for(lambda: not self._n_pages, _POLITE_SECONDS)
        kept = _KeptAnswer(question(), time.monotonic())
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = kept
            while len(self._kept) > _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
        return kept

    def _ask_behind(self, key: Hashable, question: Callable[[], Any]) -> None:
        with self._lock:
            asked = self._asking.get(key)
            if asked is None:
                asked = self._asking[key] = self._pool.submit(self._ask, key, question)
                asked.add_done_callback(lambda done: self._asked(key, done))

    def _asked(self, key: Hashable, done: Future[_KeptAnswer]) -> None:
        # Without the lock: a question that ends at once calls this in the thread that holds it.
        self._asking.pop(key, None)
        if not done.cancelled() and (error := done.exception()) is not None:
            log.warning("a figure could not be counted: %s", type(error).__name__)
