"""Recognises a driver's errors about values that the database can't hold, and takes the values out of its errors."""

from __future__ import annotations

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, StatementError

# PostgreSQL's manual, appendix A: out of range, too long, not in the database's encoding, not allowed in JSON text.
_STATES = frozenset({"22003", "22001", "22021", "22P05", "22P02"})


def can_not_be_kept(error: Exception) -> bool:
    """Whether it is the value that is wrong: a number out of range, a NUL, half a character, a text that is too long.

    SQLite's driver says it with Python's own errors, which SQLAlchemy passes on, or wraps where a type of ours made
    the value; psycopg refuses a NUL before the server sees it, without a state.
    """
    cause = error.orig if isinstance(error, StatementError) and error.orig else error
    if isinstance(error, DataError):
        state = getattr(cause, "sqlstate", None)
        return state is None or state in _STATES
    said = str(cause)
    if isinstance(cause, OverflowError):
        return "SQLite INTEGER" in said
    return isinstance(cause, TypeError | UnicodeEncodeError) and "surrogates not allowed" in said


def without_values(context: ExceptionContext) -> None:
    """Keep only the first line of what PostgreSQL says: the lines after it repeat the row, addresses and all.

    Its own fields (`diag`) stay, for code that asks for a constraint by its name.
    """
    for one in (context.original_exception, context.sqlalchemy_exception):
        if one is not None and one.args and isinstance(one.args[0], str):
            one.args = (one.args[0].partition("\n")[0], *one.args[1:])
