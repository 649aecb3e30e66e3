"""The tables of moves: a mailing and a parcel go from one state to another along them, and no other way."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError

import newsletter
from newsletter.db.engine import reading, writing
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.status_sql import move_mailings, move_parcel
from newsletter.ledger.tables import delivery, holds, mailing, moved_to, parcel
from newsletter.words.ledger import (
    HOLDS,
    MAILING_MOVES,
    MOVES,
    PARCEL_MOVES,
    WRITTEN,
    HandOver,
    MailingStatus,
    ParcelStatus,
    sources,
)
from tests.ledger.test_ledger import planned
from tests.world import add_readers

_TABLES = [
    (mailing, MailingStatus, MAILING_MOVES, {"pause_reason": "so"}),
    (parcel, ParcelStatus, PARCEL_MOVES, {"last_reason": "so"}),
]


@pytest.mark.parametrize("state", WRITTEN)
def test_who_goes_without_the_issue_is_told_by_a_column_that_can_not_differ(engine: Engine, state: HandOver) -> None:
    """The promise that nobody gets an issue twice is an index over it: the database refuses one that is not as the state is."""
    add_readers(engine, "weekly", range(1))
    planned(open_ledger(engine))
    values = moved_to(state, [HandOver.PENDING])
    wrong = [{**values, "unheld": other} for other in (None, "skipped", "refused") if other != values.get("unheld")]

    for one in wrong:
        with pytest.raises(IntegrityError), writing(engine) as connection:
            connection.execute(update(delivery).values(one))
    with writing(engine) as connection:
        connection.execute(update(delivery).values(values))
        assert connection.scalars(select(delivery.c.id).where(holds)).all() == ([1] if state in HOLDS else [])
        connection.execute(update(delivery).values(moved_to(HandOver.PENDING, [state])))
        assert connection.scalars(select(delivery.c.id).where(holds)).all() == [1]


@pytest.mark.parametrize(("table", "states", "moves", "values"), _TABLES, ids=["mailing", "parcel"])
def test_only_what_the_table_allows_moves(engine: Engine, table, states, moves, values) -> None:  # type: ignore[no-untyped-def]
    """Each pair of states is tried on a row: it moves, or it is refused and the row stands where it stood."""
    add_readers(engine, "weekly", range(1))
    planned(open_ledger(engine))

    for old, new in product(states, states):
        with writing(engine) as connection:
            connection.execute(update(table).values(status=old))
        if (old, new) in moves:
            with writing(engine) as connection:
                assert _move(connection, table, old, new, values) == 1
        elif old is not new:
            with writing(engine) as connection, pytest.raises(ValueError, match=f"never goes from {old} to {new}"):
                _move(connection, table, old, new, values)
        with reading(engine) as connection:
            assert connection.scalar(select(table.c.status)) == (new if (old, new) in moves else old)


def _move(connection, table, old, new, values) -> int:  # type: ignore[no-untyped-def]
    """Returns how many rows moved."""
    if table is parcel:
        return move_parcel(connection, 1, out_of=[old], to=new, **values)
    return move_mailings(connection, table.c.id == 1, out_of=[old], to=new, **values)


@pytest.mark.parametrize(
    ("states", "moves"), [(HandOver, MOVES), (MailingStatus, MAILING_MOVES), (ParcelStatus, PARCEL_MOVES)]
)
def test_every_state_has_its_place_in_the_table(states, moves) -> None:  # type: ignore[no-untyped-def]
    """States of different kinds are equal as text; what leads to one is asked of its own table all the same."""
    assert set(states) == {state for pair in moves for state in pair}
    for target in states:
        assert {(source, target) for source in sources(target)} == {pair for pair in moves if pair[1] is target}


def test_no_statement_sets_a_status_by_itself() -> None:
    """`update(mailing)` and `update(parcel)` with a status stand in the one file that knows the moves."""
    found = []
    for path in sorted(Path(newsletter.__file__).parent.rglob("*_sql.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
                of = ast.unparse(node.func)
                if ("update(mailing)" in of or "update(parcel)" in of) and "status" in {
                    one.arg for one in node.keywords
                }:
                    found.append(path.name)

    assert found == ["status_sql.py", "status_sql.py"]
