"""What an attempt carried, as one list in its own row instead of a row for each reader."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.id_lists import IdList
from newsletter.db.types import UtcDateTime, database_now
from newsletter.words.mistake import NotNow

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FILL = """UPDATE attempt SET carried = ARRAY(
    SELECT delivery_id FROM carried WHERE carried.attempt_id = attempt.id ORDER BY delivery_id)"""
_COPY = """INSERT INTO new_attempt SELECT attempt.*,
    (SELECT json_group_array(delivery_id) FROM carried WHERE carried.attempt_id = attempt.id) FROM attempt"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _refuse_during_a_call(op.get_bind())
        _make_again()
    else:
        # Before the question: from here on no other program begins an attempt.
        op.add_column("attempt", sa.Column("carried", IdList))
        _refuse_during_a_call(op.get_bind())
        op.execute(_FILL)
        op.alter_column("attempt", "carried", nullable=False)
    op.drop_table("carried")
    is_part = sa.text("root_id IS NOT NULL")
    op.create_index("parcel_family", "parcel", ["root_id"], sqlite_where=is_part, postgresql_where=is_part)


def _make_again() -> None:
    """SQLite adds no column that must be filled. By hand: Alembic would write the constraints in any order."""
    op.create_table(
        "new_attempt",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("parcel_id", _ID, nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("deadline_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("look_after", UtcDateTime(), nullable=True),
        sa.Column("carried", IdList, nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("attempt_parcel_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pk")),
        sa.UniqueConstraint("token", name=op.f("attempt_token_unique")),
    )
    op.execute(_COPY)
    op.drop_table("attempt")
    op.rename_table("new_attempt", "attempt")
    op.create_index("attempt_open", "attempt", ["deadline_at"], sqlite_where=sa.text("outcome IS NULL"))
    op.create_index("attempt_reference", "attempt", ["reference"], sqlite_where=sa.text("reference IS NOT NULL"))
    op.create_index("attempt_of_parcel", "attempt", ["parcel_id"])


def _refuse_during_a_call(connection: sa.Connection) -> None:
    """Raise NotNow while an earlier program may be in a call: it could not write down what became of it."""
    attempt = sa.table(
        "attempt",
        sa.column("parcel_id", sa.Integer),
        sa.column("outcome", sa.String),
        sa.column("deadline_at", UtcDateTime),
    )
    parcel = sa.table("parcel", sa.column("id", sa.Integer), sa.column("status", sa.String))
    query = (
        sa.select(sa.func.count(), sa.func.max(attempt.c.deadline_at, type_=UtcDateTime), database_now())
        .select_from(attempt.join(parcel, parcel.c.id == attempt.c.parcel_id))
        .where(attempt.c.outcome.is_(None), parcel.c.status == "sending", attempt.c.deadline_at > database_now())
    )
    n_calls, until, now = connection.execute(query).one()
    if n_calls:
        raise NotNow(
            f"A sending is under way: {n_calls} of its calls may go on for {(until - now).total_seconds():.0f} s. "
            "Nothing was changed.",
            fix="Stop whatever sends (send, serve, worker), wait that long, and run this again.",
        )
