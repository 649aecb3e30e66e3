"""Writes in a thread: what is written next is made ready meanwhile, and nothing is written before what came before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Behind:
    """One write at a time is under way. `then` hears what came of it, in the thread that handed it over."""

    def __init__(self, thread: ThreadPoolExecutor | None) -> None:
        self._thread = thread
        self._under_way: tuple[Future[Any], Callable[[Any], None]] | None = None

    def write(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Begin with this, once the one before is settled."""
        assert self._under_way is None
        if self._thread is None:
            then(work())
        else:
            self._under_way = self._thread.submit(work), then

    def settle(self) -> None:
        """Wait for the one under way. Raises what it raised."""
        if self._under_way:
            (future, then), self._under_way = self._under_way, None
            then(future.result())


@contextmanager
def writing_behind(*, is_apart: bool) -> Iterator[Behind]:
    """Nothing is under way any more at the end of the block.

    `is_apart` says that writing is the work of other processes. Otherwise each write is done at once: two threads that
    compute only take the interpreter from each other.
    """
    if not is_apart:
        yield Behind(None)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as thread:
        behind = Behind(thread)
        yield behind
        behind.settle()
