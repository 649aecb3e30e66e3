"""Posts of a webhook that wait for the database: kept together, and each is answered for itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from newsletter.feedback.events_sql import PAUSE_SECONDS
from newsletter.words.event import Event
from newsletter.words.mistake import NotNow

# Some 50 MB in memory. The provider comes again with what is refused.
_MOST_WAITING = 50_000


class TooManyWaitingError(Exception):
    """So many events are waiting already that no more may."""


@dataclass(frozen=True, slots=True)
class _WaitingPost:
    events: Sequence[Event]
    answer: asyncio.Future[None]


class WaitingPosts:
    """Keeps posts in the order in which they came, as many at a time as have `at_once` events together.

    A transaction costs as much as a hundred events: with one for each small post, unsubscribes would wait for the lock.
    It belongs to one event loop. `n_events` are on their way or wait, and are never more than `most_waiting`, except
    for a single post.
    """

    def __init__(
        self, keep: Callable[[Sequence[Event]], object], *, at_once: int, most_waiting: int = _MOST_WAITING
    ) -> None:
        """`keep` is called in a thread, never twice at the same time, and returns when the events are committed."""
        self._keep, self._at_once, self._most_waiting = keep, at_once, most_waiting
        self._waiting: deque[_WaitingPost] = deque()
        self._work: asyncio.Task[None] | None = None
        self.n_events = 0

    async def keep(self, events: Sequence[Event]) -> None:
        """Return when these events are committed. Raises what the `keep` of `__init__` raised, and TooManyWaitingError."""
        if self.n_events and self.n_events + len(events) > self._most_waiting:
            raise TooManyWaitingError
        post = _WaitingPost(events, asyncio.get_running_loop().create_future())
        self._waiting.append(post)
        self.n_events += len(events)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._keep_all())
        await post.answer

    async def _keep_all(self) -> None:
        while self._waiting:
            posts = self._take()
            await self._keep_together(posts)
            self.n_events -= sum(len(post.events) for post in posts)
            await asyncio.sleep(PAUSE_SECONDS if self._waiting else 0)

    def _take(self) -> list[_WaitingPost]:
        """The next posts: as many as fit, and one in any case."""
        taken = [self._waiting.popleft()]
        n_events = len(taken[0].events)
        while self._waiting and n_events + len(self._waiting[0].events) <= self._at_once:
            n_events += len(self._waiting[0].events)
            taken.append(self._waiting.popleft())
        return taken

    async def _keep_together(self, posts: Sequence[_WaitingPost]) -> None:
        try:
            await run_in_threadpool(self._keep, [event for post in posts for event in post.events])
        except Exception as error:  # noqa: BLE001 - whatever it is, each of those who wait must hear of it
            if len(posts) == 1 or isinstance(error, NotNow):
                _answer(posts, error)
                return
            # One of them may hold what the database can't keep; the others must not suffer for it.
            for post in posts:
                await self._keep_together([post])
        else:
            _answer(posts, None)


def _answer(posts: Sequence[_WaitingPost], error: Exception | None) -> None:
    for post in posts:
        if post.answer.done():  # its request was given up
            continue
        if error is None:
            post.answer.set_result(None)
        else:
            post.answer.set_exception(error)
