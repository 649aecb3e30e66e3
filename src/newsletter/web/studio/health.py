"""Health: whether what the newsletter runs on is sound. It is checked when somebody asks, and remembered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TakesLonger
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from newsletter.folder.health_file import LastLook, keep_looks, kept_looks
from newsletter.web.studio.page import Page
from newsletter.wiring.clocks import gauges_of
from newsletter.wiring.soundness.here import backups, look_here, newest_backup, obstacles, schedule
from newsletter.words.moment import say_span
from newsletter.words.user import Role
from newsletter.words.verdict import State, Verdict, passed, unknown

if TYPE_CHECKING:
    from newsletter.web.studio.studio import Studio
    from newsletter.web.studio.visit import Visit

log = logging.getLogger(__name__)

# A name server that does not answer takes its time; the page does not wait for the last of them.
_PATIENCE_SECONDS = 20
_PARTS = (("here", "This machine"), ("provider", "Provider"), ("address", "Public address"), ("domain", "Domain"))
# From what is best to what is worst.
_GRAVITY = (State.PASS, State.UNKNOWN, State.WARN, State.FAIL)
_looking = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthLine:
    """A line of health: a dot and a few words."""

    name: str
    state: State
    words: str


def show(studio: Studio, visit: Visit) -> Response:
    """What is seen at once, and what was found when somebody looked last."""
    looks = kept_looks(studio.parts.directory)
    return studio.page(
        visit,
        "health.html",
        now=[*obstacles(studio.parts), schedule(studio.parts), _heard(studio), backups(studio.parts)],
        groups=[(title, looks.verdicts.get(name, ())) for name, title in _PARTS] if looks else [],
        looks=looks,
    )


def look(studio: Studio, visit: Visit) -> Response:
    """Look at everything, and ask the provider, the public address and the names of the domain. Nothing is sent."""
    if not _looking.acquire(blocking=False):
        return visit.go("/settings/health", said="It is being looked into already. Load this page again in a moment.")
    pool = ThreadPoolExecutor(1, "health")
    try:
        asked = pool.submit(_look, studio)
        asked.add_done_callback(lambda _: _looking.release())
    finally:
        pool.shutdown(wait=False)
    try:
        looks = asked.result(_PATIENCE_SECONDS)
    except TakesLonger:
        return visit.go("/settings/health", said="Somebody takes long to answer. Load this page again in a minute.")
    found = [one for verdicts in looks.verdicts.values() for one in verdicts]
    counts = {state: sum(one.state is state for one in found) for state in State}
    return visit.go(
        "/settings/health",
        said=f"Looked just now: {counts[State.FAIL]} to mend, {counts[State.WARN]} to look at, "
        f"{counts[State.UNKNOWN]} not known, {counts[State.PASS]} in order.",
    )


def signs(studio: Studio) -> list[HealthLine]:
    """Health in a few lines, from what is remembered and what is quick to see."""
    looks = kept_looks(studio.parts.directory)
    n_missing = len(obstacles(studio.parts))
    found = []
    if n_missing:
        words = f"{n_missing} thing{' is' if n_missing == 1 else 's are'} missing to send"
        found.append(HealthLine(name="Settings", state=State.FAIL, words=words))
    for name, title in (("provider", "Provider"), ("domain", "Domain")):
        verdicts = looks.verdicts.get(name, ()) if looks else ()
        worst = max(verdicts, key=lambda one: _GRAVITY.index(one.state), default=None)
        if worst is None or looks is None:
            found.append(HealthLine(name=title, state=State.UNKNOWN, words="not looked at yet"))
        elif worst.state in (State.PASS, State.UNKNOWN):
            passes = [one.about for one in verdicts if one.state is State.PASS]
            named = ", ".join(dict.fromkeys(passes)) if name == "domain" else ""
            seen = f"seen {say_span(studio.now() - looks.at)} ago"
            state = State.PASS if passes else State.UNKNOWN
            found.append(HealthLine(name=title, state=state, words=named or (seen if passes else "not known")))
        else:
            found.append(
                HealthLine(name=title, state=worst.state, words=worst.about if worst.about != title else "look")
            )
    return [*found, _backup_sign(studio), *_short(studio)]


def _look(studio: Studio) -> LastLook:
    from newsletter.fetch.dns import DnsResolver
    from newsletter.wiring.soundness.outside import ask_address, ask_domain, ask_provider

    parts, resolver = studio.parts, DnsResolver(None)
    questions: dict[str, Callable[[], list[Verdict]]] = {
        "here": partial(look_here, parts),
        "provider": lambda: list(ask_provider(parts, resolver)),
        "address": lambda: [ask_address(parts)],
        "domain": partial(ask_domain, parts, resolver),
    }
    with ThreadPoolExecutor(len(questions), "health") as pool:
        asked = {name: pool.submit(question) for name, question in questions.items()}
    looks = LastLook(
        at=studio.now(),
        verdicts={name: tuple(_said(name, answer.exception()) or answer.result()) for name, answer in asked.items()},
    )
    keep_looks(parts.directory, looks)
    return looks


def _said(name: str, error: BaseException | None) -> list[Verdict]:
    """A fault of the program itself is a finding too, and hides no other."""
    if error is None:
        return []
    log.error("health: %s could not be looked at", name, exc_info=error)
    about = dict(_PARTS)[name]
    return [unknown(about, f"It could not be looked at ({type(error).__name__}).", "See what the program logged.")]


def _heard(studio: Studio) -> Verdict:
    """When the provider last reported an event."""
    at = gauges_of(studio.parts).last_event_at()
    if at is not None:
        return passed("Last event", f"The provider told us something {say_span(studio.now() - at)} ago.")
    kind = studio.parts.config.kind
    if not kind.tells:
        return unknown("Last event", "What carries your mail now does not tell that a mail arrived.")
    return unknown(
        "Last event", "Nothing was told yet.", f"Name /webhooks/{kind.name} to {kind.title}: see docs/events.md."
    )


def _backup_sign(studio: Studio) -> HealthLine:
    newest = newest_backup(studio.parts.directory)
    words = "none yet" if newest is None else f"{say_span(studio.now() - newest)} ago"
    return HealthLine(name="Backup", state=backups(studio.parts).state, words=words)


def _short(studio: Studio) -> list[HealthLine]:
    at, since = gauges_of(studio.parts).last_event_at(), studio.parts.schedule.ticks.seconds_since()
    shown = []
    if at is not None or studio.parts.config.kind.tells:
        words = f"{say_span(studio.now() - at)} ago" if at else "none yet"
        shown.append(HealthLine(name="Last event", state=State.PASS if at else State.UNKNOWN, words=words))
    seen = schedule(studio.parts)
    if seen.state is State.FAIL:
        words = "holds" if studio.parts.live.find_hold() else "overdue"
    else:
        words = "never looked at" if since is None else f"seen {say_span(timedelta(seconds=since))} ago"
    return [*shown, HealthLine(name="Schedule", state=seen.state, words=words)]


PAGES = (Page(path="/settings/health", show=show, change=look, do=Role.EDITOR),)
