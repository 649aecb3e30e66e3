"""Attempts: what became of each, as its sender records it or a sweep finds it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Engine, bindparam, or_, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.frozen import end_frozen, patiently
from newsletter.db.types import database_now
from newsletter.ledger.moves_sql import move, open_attempt, recount
from newsletter.ledger.record_sql import Answers, record
from newsletter.ledger.tables import attempt, parcel
from newsletter.words.ledger import HandOver

_by_token = select(attempt.c.id).where(attempt.c.token == bindparam("of_token"))
# Clocks are corrected by seconds all the time, and a lease does not get much longer by that.
_CLOCK_IS_PUT_RIGHT_SECONDS = 60.0


class Attempts:
    """Records what became of attempts, and marks those as uncertain whose end nobody saw."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, attempt_id: int, answers: Answers, *, last: bool = True) -> None:
        """Write outcomes as evidence about this attempt, even where a sweep has called it uncertain meanwhile.

        Once an attempt is closed only acceptances still count: a repeated "not taken" would undo a later attempt.
        """
        with writing(self._engine) as connection:
            record(connection, attempt_id, answers, last=last)

    @patiently
    def record_by_token(self, token: str, answers: Answers, *, last: bool = True) -> bool:
        """`record` by the attempt's name; False where this database knows no such attempt."""
        with writing(self._engine) as connection:
            attempt_id = connection.scalar(_by_token, {"of_token": token})
            if attempt_id is not None:
                record(connection, attempt_id, answers, last=last)
        return attempt_id is not None

    def sweep(self, *, alive: str | None = None) -> int:
        """Put attempts past their deadline in doubt, and those of every sender but `alive` where one is named.

        Only the holder of the lock on an SQLite file may name one: nobody else can be sending there.
        """
        # Rows that frozen processes hold can be neither swept nor finished.
        end_frozen(self._engine)
        overdue: ColumnElement[bool] = attempt.c.deadline_at < database_now()
        if alive is not None:
            overdue = or_(overdue, attempt.c.sender != alive)
        dead = (
            select(attempt.c.id, attempt.c.parcel_id)
            .join(parcel, parcel.c.id == attempt.c.parcel_id)
            .where(open_attempt(), overdue)
        )
        self._put_leases_right()
        with reading(self._engine) as connection:
            # Nearly always there is nothing to do: then nobody has to wait for a writer.
            if connection.execute(dead.limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            locked = connection.scalars(
                dead.with_only_columns(attempt.c.id).with_for_update(of=parcel, skip_locked=True)
            )
            # Asked once more with the parcels locked: one may have been handed back and taken again a moment ago.
            rows = connection.execute(dead.where(attempt.c.id.in_(locked.all()))).all()
            for row in rows:
                move(connection, row.id, HandOver.UNCERTAIN, reason="nobody saw how this try ended")
                recount(connection, row.parcel_id, call_is_over=True)
                # The attempt stays open: its own sender may still come back with an outcome.
        return len(rows)

    def _put_leases_right(self) -> None:
        """Correct leases after the clock was set back: that of a try that began in the future is counted from now."""
        ahead = (
            select(attempt.c.id, attempt.c.started_at, attempt.c.deadline_at)
            .join(parcel, parcel.c.id == attempt.c.parcel_id)
            .where(open_attempt(), attempt.c.started_at > database_now(_CLOCK_IS_PUT_RIGHT_SECONDS))
        )
        with reading(self._engine) as connection:
            found = connection.execute(ahead).all()
        for row in found:
            seconds = (row.deadline_at - row.started_at).total_seconds()
            lease = {"started_at": database_now(), "deadline_at": database_now(seconds)}
            with writing(self._engine) as connection:
                mine = (attempt.c.id == row.id, attempt.c.started_at == row.started_at)
                connection.execute(update(attempt).where(*mine).values(**lease))
