"""No delivery is `sending` any more: one that is pending, in a parcel that is in a call, is on its way."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime, database_now
from newsletter.words.mistake import NotNow

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = "handover IN ('pending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')"
_RULE = (
    "(unheld IS NULL) = (handover IN ('pending', 'uncertain', 'accepted', 'left')) "
    "AND coalesce(unheld, handover) = handover"
)
# Calls that nobody can be in any more, as a sweep leaves them: in doubt, and whoever was handed back waits.
_PUT_IN_DOUBT = """UPDATE delivery SET handover = 'uncertain', reason = 'nobody saw how this try ended'
    WHERE handover = 'sending'"""
_SETTLE = """UPDATE parcel SET
    status = CASE WHEN {pending} > 0 THEN 'ready' WHEN {uncertain} > 0 THEN 'uncertain' ELSE 'done' END,
    n_accepted = {accepted}, n_uncertain = {uncertain}, n_left = {left}, n_not_held = {skipped} + {refused}
    WHERE status = 'sending'""".format(
    **{
        state: f"(SELECT count(*) FROM delivery WHERE parcel_id = parcel.id AND handover = '{state}')"
        for state in ("pending", "uncertain", "accepted", "left", "skipped", "refused")
    }
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _refuse_during_a_call(op.get_bind())
        op.execute(_PUT_IN_DOUBT)
        op.execute(_SETTLE)
        _make_again()
    else:
        # Before the question: from here on no other program begins an attempt.
        op.drop_constraint(op.f("delivery_handover"), "delivery", type_="check")
        op.drop_constraint(op.f("delivery_unheld"), "delivery", type_="check")
        _refuse_during_a_call(op.get_bind())
        op.execute(_PUT_IN_DOUBT)
        op.execute(_SETTLE)
        op.create_check_constraint(op.f("delivery_handover"), "delivery", _STATES)
        op.create_check_constraint(op.f("delivery_unheld"), "delivery", _RULE)


def _make_again() -> None:
    """SQLite changes no condition of a table. By hand: Alembic would write the constraints in any order."""
    op.create_table(
        "new_delivery",
        sa.Column("id", _ID, nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("is_practice", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("parcel_id", _ID, nullable=False),
        sa.Column("handover", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("accepted_by", _ID, nullable=True),
        sa.Column("doubled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("fate", sa.String(length=10), server_default="none", nullable=False),
        sa.Column("unheld", sa.String(length=10), nullable=True),
        sa.CheckConstraint(
            "fate IN ('none', 'deferred', 'delivered', 'dropped', 'bounced', 'complained')", name=op.f("delivery_fate")
        ),
        sa.CheckConstraint(_STATES, name=op.f("delivery_handover")),
        sa.CheckConstraint(_RULE, name=op.f("delivery_unheld")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("delivery_parcel_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_pk")),
    )
    op.execute("INSERT INTO new_delivery SELECT * FROM delivery")
    op.drop_table("delivery")
    op.rename_table("new_delivery", "delivery")
    held, not_held = "unheld IS NULL", "unheld IS NOT NULL"
    op.create_index("delivery_of_parcel", "delivery", ["parcel_id"])
    _index("delivery_once", ["issue", "subscriber_id", "is_practice"], held, unique=True)
    _index("delivery_not_held", ["subscriber_id"], not_held)
    _index("delivery_not_held_why", ["issue", "is_practice", "unheld", "reason"], not_held)
    _index("delivery_came_back", ["issue", "fate"], "fate IN ('bounced', 'complained')")
    _index("delivery_doubled", ["issue"], "doubled")


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, "delivery", columns, unique=unique, sqlite_where=sa.text(where))


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
