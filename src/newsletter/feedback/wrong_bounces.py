"""Which bounces were wrong: of an issue, of a time, at a domain; a provider's outage makes thousands at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.words.domain import ascii_domain
from newsletter.words.mistake import Mistake

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """All conditions that are given have to hold.

    From `since_at` up to before `until_at`; `domain` without its subdomains.
    """

    issue: int | None = None
    since_at: datetime | None = None
    until_at: datetime | None = None
    domain: str = ""

    def in_words(self, zone: str) -> str:
        """Such as "of issue 12, since 2026-11-29 10:00, at example.org"."""
        parts = [f"of issue {self.issue}"] if self.issue is not None else []
        parts += [
            f"{word} {at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
            for word, at in (("since", self.since_at), ("until", self.until_at))
            if at is not None
        ]
        parts += [f"at {self.domain}"] if self.domain else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What an undo would do. `n_stay` bounced as well, and stay off for another reason.

    `n_subscriptions` ended because mail kept bouncing, and come back as they were. `domains` and `said` are the most
    frequent, with how many addresses: what stands behind the @, and the words of the mail servers.
    """

    n_addresses: int = 0
    n_stay: int = 0
    n_subscriptions: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    domains: Sequence[tuple[str, int]] = ()
    said: Sequence[tuple[str, int]] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.n_addresses or self.n_subscriptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """One undo. `put_back_at` is when its addresses were put on the do-not-mail list again, if they were."""

    number: int
    which: Which
    undone_at: datetime
    n_addresses: int
    n_subscriptions: int
    put_back_at: datetime | None = None


def read_which(*, issue: str = "", since: str = "", until: str = "", domain: str = "", zone: str) -> Which:
    """What a person typed, each "" where they typed nothing. A day without a time means the whole day.

    Raises Mistake for what can't be read, and where nothing is given: not every bounce can have been wrong.
    """
    if not any(one.strip() for one in (issue, since, until, domain)):
        raise Mistake("Say which bounces were wrong.", fix="Name an issue, a time or a domain, or several of these.")
    if issue.strip() and not re.fullmatch(r"[0-9]{1,9}", issue.strip()):
        raise Mistake(f"{issue.strip()!r} is not the number of an issue.", fix="Write it like 12.")
    found = Which(
        issue=int(issue) if issue.strip() else None,
        since_at=_instant(since, zone) if since.strip() else None,
        until_at=_instant(until, zone, to_the_end=True) if until.strip() else None,
        domain=_domain(domain) if domain.strip() else "",
    )
    if found.since_at and found.until_at and found.since_at >= found.until_at:
        raise Mistake("That time ends before it begins.", fix="Name the earlier time as since, the later one as until.")
    return found


def _instant(text: str, zone: str, *, to_the_end: bool = False) -> datetime:
    words = text.strip()
    try:
        at = datetime.fromisoformat(words)
        if to_the_end and _DAY.fullmatch(words):
            at += timedelta(days=1)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Mistake(
            f"{words!r} is not a time.",
            fix='Write it like 2026-11-29, or "2026-11-29 10:00", in the newsletter\'s zone.',
        ) from None


def _domain(text: str) -> str:
    domain = ascii_domain(text.strip().removeprefix("@").removesuffix(".")).lower()
    if not _DOMAIN.fullmatch(domain):
        raise Mistake(f"{text.strip()!r} is not a domain.", fix="Write what stands behind the @, such as example.org.")
    return domain
