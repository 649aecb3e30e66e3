"""Finds in SQL: one row a page, however often it is added, decided once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, func, or_, select, update

from newsletter.collect.tables import find as _table
from newsletter.collect.tables import find_delivery
from newsletter.collect.triage.find_filter_sql import below, fitting, is_of_feed, standing
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.db.upsert import insert_into
from newsletter.words.feed import FEED_DIGITS
from newsletter.words.find import (
    Find,
    FindBefore,
    FindDraft,
    FindFilter,
    FindStatus,
    Origin,
    find_key,
    joined_excerpts,
    joined_words,
    read_title,
)
from newsletter.words.mistake import Missing, NotNow

_FACTS = ("title", "site", "author", "summary")
_NOT_SAID = frozenset({"key", "looked_at", "decided_at", "n_looks", "look_at"})
_ANY = FindFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPost:
    """A post's file that was written for a find: its name, and the digest of its text."""

    slug: str
    digest: str


class Taken(StrEnum):
    """What became of a page of a reading list."""

    NEW = "new"
    MORE = "more"  # a find that waits got notes or quotes that it lacked
    KNOWN = "known"
    DECIDED = "decided"  # kept or put aside before; its words in the list are not taken


class Finds:
    """Finds as they are stored."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, draft: FindDraft) -> tuple[Find, bool]:
        """Store it; the find, and whether it is new. One row a page, whatever its address looks like.

        What a person sends again comes back to waiting, with the new note and quote added to those it has. What a feed
        tells again, and a mail that was taken before (`once`), change nothing.
        """
        with writing(self._engine) as connection:
            if draft.once:
                taken = connection.scalar(select(find_delivery.c.find_id).where(find_delivery.c.once == draft.once))
                if taken is not None:
                    return _one(connection, taken), False
            row, is_new = _added(connection, draft)
            if draft.once:
                _remember(connection, draft.once, row.id)
            if not is_new and draft.origin is not Origin.FEED:
                _told_again(connection, row, draft)
            return _one(connection, row.id), is_new

    def add_all(self, drafts: Sequence[FindDraft]) -> int:
        """Store what a feed tells, in one transaction; how many of them wait now that did not before.

        `once` of each is its `entry_name`. Entries of one feed are finds of their own also where their page is one.
        """
        n_entries = Counter(draft.key for draft in drafts)
        with writing(self._engine) as connection:
            names = [draft.once for draft in drafts]
            taken = set(connection.scalars(select(find_delivery.c.once).where(find_delivery.c.once.in_(names))))
            # In the order of the feed: the numbers are what finds are listed by.
            return sum(
                _take_entry(connection, draft, shares_page=n_entries[draft.key] > 1) and not draft.is_old
                for draft in drafts
                if draft.once not in taken
            )

    def take_list(self, drafts: Sequence[FindDraft], *, dry_run: bool) -> Counter[Taken]:
        """Store pages of a reading list, in one transaction; how many of them were what. `dry_run` only counts.

        A page that an editor decided about stays as it is, and one that waits gets the notes and quotes that it lacks.
        """
        counted: Counter[Taken] = Counter()
        with (reading if dry_run else writing)(self._engine) as connection:
            known = select(_table).where(_table.c.key.in_([draft.key for draft in drafts]))
            rows = {row.key: row for row in connection.execute(known)}
            for draft in drafts:
                row = rows.get(draft.key)
                taken = _compared(row, draft)
                counted[taken] += 1
                if dry_run:
                    continue
                if row is None:
                    _made(connection, draft)
                elif taken in {Taken.NEW, Taken.MORE}:
                    _told_again(connection, row, draft)
        return counted

    def get(self, find: int) -> Find:
        """Raises Missing."""
        with reading(self._engine) as connection:
            return _one(connection, find)

    def list_finds(
        self,
        status: FindStatus = FindStatus.WAITING,
        *,
        before: int | None = None,
        limit: int = 50,
        matching: str = "",
        only: FindFilter = _ANY,
        people_first: bool = False,
        later: bool = False,
    ) -> Sequence[Find]:
        """Newest first, with `people_first` what people saved before what feeds brought.

        `before` is the id of the last one of the page above. `later` asks for those that are put off instead.
        """
        query = select(_table).where(standing(status, later=later), *fitting(matching, only)).limit(limit)
        if before is not None:
            query = query.where(below(before, people_first=people_first))
        order = (is_of_feed(), _table.c.id.desc()) if people_first else (_table.c.id.desc(),)
        return self._list(query.order_by(*order))

    def count(self, status: FindStatus = FindStatus.WAITING, *, later: bool = False) -> int:
        with reading(self._engine) as connection:
            return connection.scalar(select(func.count()).where(standing(status, later=later))) or 0

    def list_sources(self) -> tuple[Sequence[str], Sequence[str]]:
        """The names of those who saved what waits, and of the feeds of the rest."""
        with reading(self._engine) as connection:
            waits = standing(FindStatus.WAITING)
            people = select(_table.c.source).where(waits, ~is_of_feed(), _table.c.source != "").distinct()
            feeds = select(_table.c.site).where(waits, is_of_feed(), _table.c.site != "").distinct()
            return sorted(connection.scalars(people)), sorted(connection.scalars(feeds))

    def plan_post(self, find: int, slug: str) -> str:
        """Note which file it is about to become, if none is noted; the slug that is noted now. Raises Missing."""
        with writing(self._engine) as connection:
            row = _locked(connection, find)
            if row.post is None:
                _write(connection, find, {"post": slug})
            return str(row.post or slug)

    def keep(self, find: int, write: Callable[[Find], WrittenPost], *, press: int | None = None) -> tuple[Find, bool]:
        """Call `write` while nobody else can decide about this find, and mark it kept, by this `press` if it is one.

        Where it was kept before, `write` is not called and the second value is False. Raises Missing.
        """
        with writing(self._engine) as connection:
            row = _locked(connection, find)
            if row.status == FindStatus.KEPT:
                return find_of(row), False
            post = write(find_of(row))
            _decide(connection, find, FindStatus.KEPT, post=post.slug, post_digest=post.digest, press_id=press)
            return _one(connection, find), True

    def keep_as_one(
        self, finds: Sequence[int], write: Callable[[Sequence[Find]], WrittenPost], *, press: int
    ) -> list[Find]:
        """Call `write` for those of these that were not kept before, and mark them kept as that one post; those that were."""
        with writing(self._engine) as connection:
            query = select(_table).where(_table.c.id.in_(finds)).order_by(_table.c.id).with_for_update()
            by_id = {row.id: row for row in connection.execute(query)}
            free = [by_id[one] for one in finds if one in by_id and by_id[one].status != FindStatus.KEPT]
            if not free:
                return []
            post = write([find_of(row) for row in free])
            for row in free:
                _decide(connection, row.id, FindStatus.KEPT, post=post.slug, post_digest=post.digest, press_id=press)
            return [_one(connection, row.id) for row in free]

    def dismiss(self, find: int, *, press: int | None = None) -> Find:
        """Raises Missing, and NotNow for one that was kept."""
        with writing(self._engine) as connection:
            _require_not_kept(_locked(connection, find))
            _decide(connection, find, FindStatus.DISMISSED, post=None, press_id=press)
            return _one(connection, find)

    def put_off(self, find: int, until: datetime, *, press: int | None = None) -> Find:
        """Let it wait until then, whatever was decided before. Raises Missing, and NotNow for one that was kept."""
        with writing(self._engine) as connection:
            _require_not_kept(_locked(connection, find))
            _reopen(connection, find)
            _write(connection, find, {"back_at": until, "press_id": press})
            return _one(connection, find)

    def restore(self, find: int, before: FindBefore, *, press: int, withdraw: Callable[[WrittenPost], None]) -> bool:
        """Let a find stand as it did before this press; False where somebody decided about it since.

        For a kept one `withdraw` takes its file away first, or raises.
        """
        with writing(self._engine) as connection:
            row = _locked(connection, find)
            if row.press_id != press:
                return False
            if row.status == FindStatus.KEPT and row.post:
                withdraw(WrittenPost(slug=row.post, digest=row.post_digest or ""))
            _reopen(connection, find)
            _write(connection, find, {"status": before.status, "press_id": before.press_id})
            if before.status != FindStatus.WAITING:
                _write(connection, find, {"decided_at": row.decided_at, "back_at": None})
            elif before.back_at:
                # Put off before: until then, if that is still to come.
                longer = (_table.c.id == find, _table.c.back_at < before.back_at)
                connection.execute(update(_table).where(*longer).values(back_at=before.back_at))
            return True

    def undo(self, find: int, withdraw: Callable[[WrittenPost], None]) -> Find:
        """Back to waiting, with all that share its post, whose file `withdraw` takes away first, or raises. Raises Missing."""
        with writing(self._engine) as connection:
            row, *others = _locked_with_merged(connection, find)
            if row.status == FindStatus.KEPT and row.post:
                withdraw(WrittenPost(slug=row.post, digest=row.post_digest or ""))
            for one in (row, *others):
                _reopen(connection, one.id)
            return _one(connection, find)

    def choose(self, find: int, url: str) -> Find:
        """Settle which of its links is meant; where that page is a find already, the two become one. Raises Missing."""
        with writing(self._engine) as connection:
            row = _locked(connection, find)
            settled: dict[str, object] = {"url": url, "choices": [], "looked_at": None, "n_looks": 0}
            other = connection.execute(
                select(_table).where(_table.c.key == find_key(url)).with_for_update()
            ).one_or_none()
            if other is None or other.id == find:
                _write(connection, find, {**settled, "key": find_key(url)})
                return _one(connection, find)
            draft = FindDraft(url=url, origin=Origin(row.origin), source=row.source, note=row.note, quote=row.quote)
            _told_again(connection, other, draft)
            _decide(connection, find, FindStatus.DISMISSED, choices=[])
            return _one(connection, other.id)

    def _list(self, query: Select[Any]) -> Sequence[Find]:
        with reading(self._engine) as connection:
            return [find_of(row) for row in connection.execute(query)]


def _compared(row: AnyRow | None, draft: FindDraft) -> Taken:
    if row is None or row.status == FindStatus.OLD:
        return Taken.NEW
    if row.status != FindStatus.WAITING:
        return Taken.DECIDED
    words = joined_words(row.note, draft.note), joined_excerpts(row.quote, draft.quote)
    return Taken.KNOWN if words == (row.note, row.quote) else Taken.MORE


def _added(connection: Connection, draft: FindDraft) -> tuple[AnyRow, bool]:
    made = _made(connection, draft)
    row = connection.execute(select(_table).where(_table.c.key == draft.key).with_for_update()).one()
    return row, made is not None


def _take_entry(connection: Connection, draft: FindDraft, *, shares_page: bool) -> bool:
    """Store an entry that its feed tells for the first time; whether it became a find."""
    row, is_new = _added(connection, draft)
    find_id = row.id
    if not is_new and _stands_for_another(connection, row, draft, shares_page=shares_page):
        # The same entry of another feed is the same find.
        key = f"entry:{draft.once[FEED_DIGITS:]}"
        made = _made(connection, draft, key=key)
        is_new, find_id = made is not None, made or connection.scalar(select(_table.c.id).where(_table.c.key == key))
    _remember(connection, draft.once, find_id)
    return is_new


def _stands_for_another(connection: Connection, row: AnyRow, draft: FindDraft, *, shares_page: bool) -> bool:
    """Whether the find of this page is another entry of the same feed. An id alone proves it only while both are in the feed:
    some feeds make up new ids each time they are asked.
    """
    if not shares_page and row.url.partition("#")[2] == (draft.url or "").partition("#")[2]:
        return False
    feed = draft.once[:FEED_DIGITS]
    of_feed = find_delivery.c.once.between(feed, f"{feed}g")
    return (
        connection.scalar(select(find_delivery.c.once).where(find_delivery.c.find_id == row.id, of_feed).limit(1))
        is not None
    )


def _made(connection: Connection, draft: FindDraft, *, key: str = "") -> int | None:
    """The number of a new row; None where the page has one."""
    values = {name: getattr(draft, name) for name in ("url", "origin", "source", *_FACTS, "published_at")}
    values["title"] = read_title(draft.title)
    statement = insert_into(connection, _table).values(
        **values,
        key=key or draft.key,
        note=draft.note,
        quote=draft.quote,
        choices=list(draft.choices),
        status=FindStatus.OLD if draft.is_old else FindStatus.WAITING,
        found_at=database_now(),
    )
    made = connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]).returning(_table.c.id))
    return made.scalar_one_or_none()


def _remember(connection: Connection, once: str, find_id: int) -> None:
    connection.execute(
        insert_into(connection, find_delivery).values(once=once, find_id=find_id).on_conflict_do_nothing()
    )


def _told_again(connection: Connection, row: AnyRow, draft: FindDraft) -> None:
    """A person sends what is known: their words are added, and a page that was dropped, put off or used waits for a decision again.

    What a feed brought is then that person's.
    """
    if row.status != FindStatus.WAITING or row.back_at:
        _reopen(connection, row.id)
    if row.origin == Origin.FEED:
        _write(connection, row.id, {"origin": draft.origin, "source": draft.source})
    note, quote = joined_words(row.note, draft.note), joined_excerpts(row.quote, draft.quote)
    _write(connection, row.id, {"note": note, "quote": quote, "title": row.title or read_title(draft.title)})


def _reopen(connection: Connection, find_id: int) -> None:
    """It waits from now on: what a feed brought long ago would be let go at once if it counted from the day it came."""
    nothing = {"decided_at": None, "post": None, "post_digest": None, "press_id": None}
    _write(connection, find_id, {"status": FindStatus.WAITING, "back_at": database_now(), **nothing})


def _require_not_kept(row: AnyRow) -> None:
    if row.status == FindStatus.KEPT:
        raise NotNow(
            f"This find was kept already: posts/{row.post}.md.",
            fix=f"Undo it first: newsletter finds undo {row.id}",
        )


def _decide(connection: Connection, find_id: int, status: FindStatus, **more: object) -> None:
    decided = {"status": status, "decided_at": database_now(), "back_at": None, "press_id": None}
    _write(connection, find_id, {**decided, **more})


def _write(connection: Connection, find_id: int, values: dict[str, Any]) -> None:
    connection.execute(update(_table).where(_table.c.id == find_id).values(**values))


def _locked(connection: Connection, find_id: int) -> AnyRow:
    row = connection.execute(select(_table).where(_table.c.id == find_id).with_for_update()).one_or_none()
    if row is None:
        raise _missing(find_id)
    return row


def _locked_with_merged(connection: Connection, find_id: int) -> list[AnyRow]:
    """The find, and after it those that were kept as the same post, locked in the order of their ids. Raises Missing."""
    post = select(_table.c.post).where(_table.c.id == find_id, _table.c.status == FindStatus.KEPT).scalar_subquery()
    shares = and_(_table.c.status == FindStatus.KEPT, _table.c.post == post)
    query = select(_table).where(or_(_table.c.id == find_id, shares)).order_by(_table.c.id).with_for_update()
    rows = connection.execute(query).all()
    if all(row.id != find_id for row in rows):
        raise _missing(find_id)
    return sorted(rows, key=lambda row: row.id != find_id)


def _one(connection: Connection, find_id: int) -> Find:
    row = connection.execute(select(_table).where(_table.c.id == find_id)).one_or_none()
    if row is None:
        raise _missing(find_id)
    return find_of(row)


def find_of(row: AnyRow) -> Find:
    """A find of the row that the database has of it."""
    made = Find(**{name: value for name, value in row._mapping.items() if name not in _NOT_SAID})
    return replace(
        made,
        title=read_title(made.title),
        origin=Origin(made.origin),
        status=FindStatus(made.status),
        choices=tuple(made.choices),
    )


def _missing(find_id: int) -> Missing:
    return Missing(f"There is no find {find_id}.", fix="See what there is: newsletter finds")
