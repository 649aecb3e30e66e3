"""Which finds are meant, in SQL: where they stand, the words that they hold, who brought them, how old and how long they are."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from newsletter.collect.tables import find
from newsletter.db.types import database_now
from newsletter.words.find import FindFilter, FindStatus, Origin

_SEARCHED = ("title", "site", "author", "summary", "url", "note", "quote", "source")
_MOST_WORDS = 10
_DAY_SECONDS = 86_400


def is_of_feed() -> ColumnElement[bool]:
    """What a feed brought; false sorts before true, so people's come first."""
    return find.c.origin == Origin.FEED


def standing(status: FindStatus, *, later: bool = False) -> ColumnElement[bool]:
    """Those that stand so; of those that wait either the ones that wait now, or with `later` those that are put off."""
    if status is not FindStatus.WAITING:
        return find.c.status == status
    is_put_off = find.c.back_at.is_not(None) & (find.c.back_at > database_now())
    return (find.c.status == status) & (is_put_off if later else ~is_put_off)


def fitting(words: str, only: FindFilter) -> list[ColumnElement[bool]]:
    """What has to be true of each find that is shown."""
    wanted = [_holds(word) for word in words.split()[:_MOST_WORDS]]
    if only.person:
        wanted += [find.c.origin != Origin.FEED, find.c.source == only.person]
    if only.feed:
        wanted += [find.c.origin == Origin.FEED, find.c.site == only.feed]
    if only.days is not None:
        wanted.append(find.c.found_at >= database_now(-only.days * _DAY_SECONDS))
    if only.least is not None:
        wanted.append(find.c.minutes >= only.least)
    if only.most is not None:
        wanted.append(find.c.minutes <= only.most)
    return wanted


def below(find_id: int, *, people_first: bool) -> ColumnElement[bool]:
    """Those that are listed after this one."""
    if not people_first:
        return find.c.id < find_id
    above = find.alias()
    group = select(above.c.origin == Origin.FEED).where(above.c.id == find_id).scalar_subquery()
    return or_(is_of_feed() > group, and_(is_of_feed() == group, find.c.id < find_id))


def _holds(word: str) -> ColumnElement[bool]:
    return or_(*(find.c[name].icontains(word, autoescape=True) for name in _SEARCHED))
