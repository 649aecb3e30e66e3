"""Numbers and characters that a database can't hold are refused with a sentence, and errors never carry what was in the row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from newsletter.access.users_sql import Users
from newsletter.archive.archive_sql import Archive
from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import writing
from newsletter.readers.rows import ReaderRow
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SubscriptionStatus
from newsletter.words.user import Role
from tests.world import add_readers

_SECRET = "somebody@example.com"


@pytest.mark.parametrize("number", [2**31, 2**63, -(2**63) - 1, 2**200])
def test_a_number_out_of_range_is_no_traceback(engine: Engine, number: int) -> None:
    """Nobody has it, or a sentence says that it can't be kept: each database has limits of its own."""
    for ask in (Users(engine).find, Archive(engine).find_issue):
        try:
            assert ask(number) is None
        except Mistake as mistake:
            assert "the database can't keep" in mistake.message


@pytest.mark.parametrize("word", ["a\x00b", "\ud800", "x\udfff@example.com"])
def test_what_is_no_text_is_no_traceback(engine: Engine, word: str) -> None:
    """Looked for, or written, into a column or into JSON: kept as it is where the database can, else refused."""
    membership = Membership(engine)
    membership.add_list("weekly")
    row = ReaderRow(email=_SECRET, first_name="Ana", fields={"plan": word})
    acts: list[Callable[[], object]] = [
        lambda: Users(engine).find_by_email(word),
        lambda: Users(engine).add(word, name=word, role=Role.VIEWER),
        lambda: membership.join("weekly", [row], status=SubscriptionStatus.ACTIVE, consent="form"),
    ]
    n_refused = 0
    for act in acts:
        try:
            act()
        except Mistake:
            n_refused += 1
    # SQLite keeps a NUL; half a character is kept by none.
    assert n_refused == len(acts) or (engine.dialect.name == "sqlite" and "\x00" in word)


def test_an_error_carries_nothing_of_the_row(engine: Engine) -> None:
    """Neither SQLAlchemy's list of parameters nor PostgreSQL's own line with the row."""
    (number,) = add_readers(engine, "weekly", [1])
    with pytest.raises(IntegrityError) as refused, writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO subscriber (id, email, email_key, fields, created_at, updated_at) "
                "VALUES (:id, :email, :key, '{}', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
            ),
            {"id": number, "email": _SECRET, "key": "reader1@example.com"},
        )
    said = f"{refused.value} {refused.value!r} {refused.value.orig} {refused.value.orig!r}"
    assert "@example.com" not in said
    assert "subscriber" in said
