"""Which remembered answers are believed, and for how long: a page that was there longer than one that was not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsletter.fetch.answer_file import AnswerFile
from newsletter.ports.answers import Remembered
from newsletter.ports.fetcher import Fetched, Fetcher, NotFetched, WhyNot
from newsletter.preflight.web.ask import Replies, ask

GOOD_FOR = timedelta(hours=24)
# A door that is closed to programs stays closed; knocking again soon is what closes it.
GUARDED_FOR = timedelta(hours=2)
# An author who mends a dead link looks again at once; a server that was down may be up.
BAD_FOR = timedelta(minutes=10)
GUARDED = frozenset({401, 402, 403, 405, 406, 418, 429, 451, 999})
# About this machine, or about no time, rather than about the page.
_NOT_KEPT = frozenset({WhyNot.OFFLINE, WhyNot.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The web's replies, and the ages of those that were not asked for now."""

    replies: Replies = field(default_factory=dict)
    ages: Mapping[str, timedelta] = field(default_factory=dict)

    def age_of(self, url: str) -> str:
        """Words to put behind a sentence about an answer; empty where it was asked for just now."""
        age = self.ages.get(url)
        return f" (asked {age_in_words(age)} ago)" if age is not None else ""


def answered(
    fetcher: Fetcher,
    urls: Sequence[str],
    *,
    to_read: Collection[str],
    memory: AnswerFile | None,
    now: datetime | None,
    is_fresh: bool,
    between: float,
) -> Answered:
    """Ask for what is not remembered well enough, and remember what comes. With `is_fresh` everything is asked for."""
    if memory is None or now is None:
        return Answered(replies=ask(fetcher, urls, to_read=to_read, between=between))
    known = {} if is_fresh else memory.recall(urls)
    believed = {
        url: one for url, one in known.items() if is_believed(one, now) and (one.has_body or url not in to_read)
    }
    asked = ask(fetcher, [url for url in urls if url not in believed], to_read=to_read, between=between)
    memory.remember(
        {
            url: Remembered(reply=reply, asked_at=now, has_body=url in to_read and isinstance(reply, Fetched))
            for url, reply in asked.items()
            if not (isinstance(reply, NotFetched) and reply.why in _NOT_KEPT)
        }
    )
    return Answered(
        replies={**{url: one.reply for url, one in believed.items()}, **asked},
        ages={url: now - one.asked_at for url, one in believed.items()},
    )


def is_believed(one: Remembered, now: datetime) -> bool:
    """Whether an answer is young enough to stand for the page. One from the future is not: a clock was set."""
    return timedelta(0) <= now - one.asked_at < _good_for(one.reply)


def _good_for(reply: Fetched | NotFetched) -> timedelta:
    if isinstance(reply, NotFetched):
        return BAD_FOR
    if reply.status in GUARDED:
        return GUARDED_FOR
    return GOOD_FOR if 200 <= reply.status < 300 else BAD_FOR


def age_in_words(age: timedelta) -> str:
    """Such as "5 minutes", rounded down; less than two minutes are "a minute"."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 2:
        return "a minute"
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours"
