"""Whether this process, its database and its schedule are well: for monitoring."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.jobs.pulse import Pulse
from newsletter.web.metrics import metrics_endpoint
from newsletter.wiring import Parts
from newsletter.wiring.soundness.here import has_our_tables

log = logging.getLogger(__name__)

# Monitoring gives up after a few seconds; a database that takes longer counts as away.
_PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSeen:
    """What a look at the database found. `since_tick` are the seconds since any process last ticked, where one did."""

    answers: bool
    has_our_tables: bool = True
    since_tick: float | None = None

    @property
    def is_well(self) -> bool:
        return self.answers and self.has_our_tables

    @property
    def words(self) -> str:
        if not self.answers:
            return "the database does not answer"
        ours = "" if self.has_our_tables else ", and its tables are not this program's: newsletter doctor says more"
        return f"the database answers{ours}"


def health_routes(parts: Parts, pulse: Pulse) -> list[BaseRoute]:
    """`/healthz` for a person or an alarm, its `/live` and `/ready` for whatever starts and routes, and `/metrics`."""
    database = Database(lambda: _look(parts))

    async def whole(_request: Request) -> Response:
        seen = await database.look()
        sign = pulse.sign(seen.since_tick)
        return _answer(seen.is_well and sign.is_well, seen.words, sign.words)

    async def live(_request: Request) -> Response:
        # Regardless of the database: restarting this process does not bring it back.
        sign = pulse.sign(None)
        return _answer(not sign.is_stuck, sign.words)

    async def ready(_request: Request) -> Response:
        seen = await database.look()
        return _answer(seen.is_well, seen.words)

    return [
        Route("/healthz", whole),
        Route("/healthz/live", live),
        Route("/healthz/ready", ready),
        Route("/metrics", metrics_endpoint(parts, pulse)),
    ]


class Database:
    """One look at a time, however many ask; what takes too long counts as away."""

    def __init__(self, question: Callable[[], DatabaseSeen], *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self._question, self._patience = question, patience_seconds
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._asked: Future[DatabaseSeen] | None = None

    async def look(self) -> DatabaseSeen:
        if self._asked is None or self._asked.done():
            self._asked = self._threads.submit(self._question)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._asked)), self._patience)
        except TimeoutError:
            log.warning("the database has not answered for %.0f s", self._patience)
        except Exception as error:  # noqa: BLE001 - whatever a driver raises, the database is away
            log.warning("the database does not answer: %s", type(error).__name__)
        return DatabaseSeen(answers=False)


def _look(parts: Parts) -> DatabaseSeen:
    if not parts.archive.is_well():
        return DatabaseSeen(answers=False)
    if not has_our_tables(parts):
        return DatabaseSeen(answers=True, has_our_tables=False)
    return DatabaseSeen(answers=True, since_tick=parts.schedule.ticks.seconds_since())


def _answer(is_well: bool, *words: str) -> Response:
    text = "\n".join(["ok" if is_well else "not well", *words, ""])
    return PlainTextResponse(text, 200 if is_well else 503)
