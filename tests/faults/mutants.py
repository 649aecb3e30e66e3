"""Ways to send that are wrong, planted in an SQLite database: triggers that do there what the fault in the code would do.

They know the tables, and no class or file of the program. The judge must find each of them out, or it is worth nothing.
Each time a trigger does its harm it leaves a row in `planted`: a mutant that does nothing any more is noticed.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """`does` runs `after` a change `on` a table, where `when` is so."""

    after: str
    on: str
    when: str
    does: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """`first` is done once, when it is planted."""

    triggers: tuple[Trigger, ...]
    first: tuple[str, ...] = ()


# A batch is accepted when it is fetched: a kill in the call loses everyone in it, and the books say that they have it.
_CURSOR_AT_FETCH = Trigger(
    after="INSERT",
    on="attempt",
    when="json_array_length(NEW.carried) > 0",
    does=(
        """UPDATE delivery SET handover = 'accepted', accepted_by = NEW.id
           WHERE id IN (SELECT value FROM json_each(NEW.carried))""",
    ),
)

# Nothing durable says that a call is under way: who was reached is marked afterwards. The batch is left alone while
# its own call lasts, so that only a kill or a lost answer gives it to somebody else.
_SEND_THEN_MARK = (
    Trigger(
        after="UPDATE OF status",
        on="parcel",
        when="NEW.status = 'sending'",
        does=(
            """UPDATE parcel SET status = 'ready', not_before = strftime('%Y-%m-%d %H:%M:%f', 'now', '+2 seconds')
               WHERE id = NEW.id""",
        ),
    ),
)

# Takes every call that nobody saw the end of for a no, and calls again.
_BLIND_RETRY = Trigger(
    after="UPDATE OF handover",
    on="delivery",
    when="NEW.handover = 'uncertain'",
    does=("UPDATE delivery SET handover = 'pending' WHERE id = NEW.id",),
)

# Plans everyone on the list, whatever they were sent by another mailing of the same issue.
_LEFT_OUT = """
    FROM subscription s WHERE s.list_id = NEW.list_id AND s.status = 'active' AND s.subscriber_id NOT IN (
        SELECT d.subscriber_id FROM delivery d JOIN parcel p ON p.id = d.parcel_id WHERE p.mailing_id = NEW.id)"""
_UNIQUE_PER_MAILING = Trigger(
    after="UPDATE OF status",
    on="mailing",
    when=f"OLD.status = 'planning' AND NEW.status = 'sending' AND EXISTS (SELECT 1 {_LEFT_OUT})",
    does=(
        f"""INSERT INTO parcel (mailing_id, number, status, n_readers) SELECT NEW.id, (
              SELECT coalesce(max(number), 0) + 1 FROM parcel WHERE mailing_id = NEW.id), 'ready', count(*) {_LEFT_OUT}""",
        f"""INSERT INTO delivery (issue, subscriber_id, parcel_id, handover) SELECT NEW.issue, s.subscriber_id, (
              SELECT max(id) FROM parcel WHERE mailing_id = NEW.id), 'pending' {_LEFT_OUT}""",
        "UPDATE mailing SET planned = (SELECT sum(n_readers) FROM parcel WHERE mailing_id = NEW.id) WHERE id = NEW.id",
    ),
)

# Forgets that it was ever told to be the live one, so that a restored backup is taken for a new database.
_NEVER_A_COPY = Trigger(
    after="UPDATE OF outcome",
    on="attempt",
    when="EXISTS (SELECT 1 FROM live_database)",
    does=("DELETE FROM live_database",),
)

MUTANTS: dict[str, Mutant] = {
    "cursor at fetch": Mutant(triggers=(_CURSOR_AT_FETCH,)),
    "send, then mark": Mutant(triggers=_SEND_THEN_MARK),
    "blind retry": Mutant(triggers=(_BLIND_RETRY,)),
    "unique per mailing": Mutant(triggers=(_UNIQUE_PER_MAILING,), first=("DROP INDEX delivery_once",)),
    "never a copy": Mutant(triggers=(_NEVER_A_COPY,), first=("DELETE FROM live_database",)),
}


def plant(mutant: str, url: str) -> None:
    """Make a database one that a wrong program would have written. Raises sqlite3.Error where the tables are not so any more."""
    with closing(sqlite3.connect(_path(url))) as connection, connection:
        connection.execute("CREATE TABLE planted (number INTEGER NOT NULL)")
        for statement in MUTANTS[mutant].first:
            connection.execute(statement)
        for number, trigger in enumerate(MUTANTS[mutant].triggers):
            does = (*trigger.does, f"INSERT INTO planted VALUES ({number})")
            connection.execute(
                f"CREATE TRIGGER planted_{number} AFTER {trigger.after} ON {trigger.on} WHEN {trigger.when} "
                f"BEGIN {'; '.join(does)}; END"
            )
            # SQLite reads the body of a trigger when it is first needed: that is now, not in the middle of a sending.
            connection.execute(f"EXPLAIN {_arousing(trigger)}")


def _arousing(trigger: Trigger) -> str:
    """A statement after which it fires."""
    if trigger.after == "INSERT":
        return f"INSERT INTO {trigger.on} SELECT * FROM {trigger.on}"
    column = trigger.after.removeprefix("UPDATE OF ")
    return f"UPDATE {trigger.on} SET {column} = {column}"


def n_harmed(mutant: str, url: str) -> int:
    """How often each trigger of a planted mutant did its harm: that of the idlest."""
    with closing(sqlite3.connect(_path(url))) as connection:
        rows = dict(connection.execute("SELECT number, count(*) FROM planted GROUP BY number"))
    return min(rows.get(number, 0) for number in range(len(MUTANTS[mutant].triggers)))


def _path(url: str) -> str:
    assert url.startswith("sqlite:///"), "mutants are planted in SQLite files"
    return url.removeprefix("sqlite:///")
