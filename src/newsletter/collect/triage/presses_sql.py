"""Presses on the page of finds, as the database keeps them, so that each can be taken back by the person who made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from newsletter.collect.tables import find, find_press
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.words.find import FindBefore, FindStatus, Press


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePress:
    """A press with how its finds stood before; `issue` is the one that it put posts into."""

    id: int
    act: Press
    issue: int | None
    before: tuple[FindBefore, ...]


class Presses:
    """The presses of everybody who sorts finds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, user: int, act: Press, finds: Sequence[int], *, issue: int | None = None) -> MadePress:
        """Note how these finds stand now, before anything is done to them; those that are not there are left out."""
        with writing(self._engine) as connection:
            rows = connection.execute(select(find).where(find.c.id.in_(finds))).all()
            by_id = {row.id: FindBefore(id=row.id, status=FindStatus(row.status), back_at=row.back_at, press_id=row.press_id) for row in rows}  # fmt: skip
            before = tuple(by_id[one] for one in dict.fromkeys(finds) if one in by_id)
            values = {"user_id": user, "act": act, "issue": issue, "before": [_written(one) for one in before]}
            made = connection.execute(
                insert(find_press).values(**values, pressed_at=database_now()).returning(find_press.c.id)
            ).scalar_one()
        return MadePress(id=made, act=act, issue=issue, before=before)

    def find_last(self, user: int) -> MadePress | None:
        """The newest press of this user that was not taken back."""
        newest = (
            select(find_press)
            .where(find_press.c.user_id == user, find_press.c.undone_at.is_(None))
            .order_by(find_press.c.id.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(newest).one_or_none()
        return None if row is None else _made(row)

    def end(self, press: int) -> None:
        """It was taken back, or did nothing."""
        with writing(self._engine) as connection:
            connection.execute(update(find_press).where(find_press.c.id == press).values(undone_at=database_now()))


def _written(before: FindBefore) -> list[object]:
    return [before.id, before.status, before.back_at.isoformat() if before.back_at else None, before.press_id]


def _made(row: AnyRow) -> MadePress:
    return MadePress(
        id=row.id,
        act=Press(row.act),
        issue=row.issue,
        before=tuple(
            FindBefore(
                id=find_id,
                status=FindStatus(status),
                back_at=datetime.fromisoformat(back_at) if back_at else None,
                press_id=press_id,
            )
            for find_id, status, back_at, press_id in row.before
        ),
    )
