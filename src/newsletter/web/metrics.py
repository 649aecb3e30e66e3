"""`/metrics`: counts and times of the newsletter at work, for Prometheus. Nobody's address, and not for everybody."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.web.loopback import is_here
from newsletter.wiring.clocks import gauges_of

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily

    from newsletter.jobs.pulse import Pulse
    from newsletter.wiring import Parts

# Counting a million readers takes a while: more frequent requests get the last numbers.
_FRESH_SECONDS = 15.0


def metrics_endpoint(parts: Parts, pulse: Pulse) -> Callable[[Request], Awaitable[Response]]:
    """From this machine, or with `Authorization: Bearer TOKEN` where NEWSLETTER_METRICS_TOKEN is set; else 404."""
    kept = _KeptText(parts, pulse)

    async def endpoint(request: Request) -> Response:
        if not may_read(request, parts.config.metrics_token):
            return PlainTextResponse("not found\n", 404)
        text = await run_in_threadpool(kept.text)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    return endpoint


def may_read(request: Request, token: str | None) -> bool:
    """Where a token is set everybody needs it. Without one only this machine may read, and nobody through a proxy."""
    if token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return is_here(request)


class _KeptText:
    """The last text, made again once it is old, by one thread at a time."""

    def __init__(self, parts: Parts, pulse: Pulse) -> None:
        self._parts, self._pulse = parts, pulse
        self._lock = threading.Lock()
        self._text, self._made_at = "", 0.0

    def text(self) -> str:
        with self._lock:
            if not self._text or time.monotonic() - self._made_at >= _FRESH_SECONDS:
                self._text, self._made_at = _text(self._parts, self._pulse), time.monotonic()
            return self._text


def _text(parts: Parts, pulse: Pulse) -> str:
    from prometheus_client import CollectorRegistry, generate_latest

    families = list(_families(parts, pulse))

    class Collected:
        def collect(self) -> Iterator[GaugeMetricFamily]:
            return iter(families)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected())
    return generate_latest(registry).decode()


def _families(parts: Parts, pulse: Pulse) -> Iterator[GaugeMetricFamily]:
    from prometheus_client.core import GaugeMetricFamily

    def family(name: str, about: str, *labels: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"newsletter_{name}", about, labels=list(labels))

    measured = gauges_of(parts).measure()
    readers = family("readers", "Readers of an issue by what we did with each.", "issue", "handover")
    unconfirmed = family("unconfirmed_share", "Of those handed over a day ago, the share never heard of.", "issue")
    for issue in measured.issues:
        account = parts.ledger.accounts.find(issue)
        if account is None:
            continue
        for state, n in account.handover.items():
            readers.add_metric([str(issue), state.value], n)
        health = parts.alarms.get_health(issue, parts.telling, practice=account.is_practice)
        unconfirmed.add_metric([str(issue)], health.unconfirmed / health.due if health.due else 0.0)
    yield from (readers, unconfirmed)
    sendings = family("sendings", "Unfinished sendings by status.", "status")
    for status, n in measured.mailings.items():
        sendings.add_metric([status], n)
    waiting = family("waiting_mails", "Mails to the owner and to readers that were not taken yet.", "to")
    for whom, n in measured.waiting_mails.items():
        waiting.add_metric([whom], n)
    yield from (sendings, waiting)
    due = family("due_batches", "Batches that could be handed over now.")
    due.add_metric([], measured.due_parcels)
    ticked = family("last_tick_timestamp_seconds", "When any process last did all that the schedule had due.")
    ticked.add_metric([], measured.last_tick_at.timestamp() if measured.last_tick_at else 0.0)
    keeps = family("schedule_alive", "1 where this process looks at the schedule, 0 where its schedule is silent.")
    keeps.add_metric([], float(pulse.sign(None).is_well))
    yield from (due, ticked, keeps)
