"""Whether a reader goes without an issue, in a column of its own: the indexes ask it, and a sending changes it for nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_HELD = "handover IN ('pending', 'sending', 'uncertain', 'accepted', 'left')"
_RULE = f"(unheld IS NULL) = ({_HELD}) AND coalesce(unheld, handover) = handover"
_COPY = f"INSERT INTO new_delivery SELECT *, CASE WHEN {_HELD} THEN NULL ELSE handover END FROM delivery"
_OLD = ("delivery_once", "delivery_not_held", "delivery_not_held_why")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_again()
    else:
        op.add_column("delivery", sa.Column("unheld", sa.String(length=10)))
        for name in _OLD:
            op.drop_index(name, "delivery")
        op.execute(f"UPDATE delivery SET unheld = handover WHERE NOT ({_HELD})")
        op.create_check_constraint(op.f("delivery_unheld"), "delivery", _RULE)
        # Room for each row to change where it is: then no index is written. For rows that are added from now on.
        op.execute("ALTER TABLE delivery SET (fillfactor = 50)")
    columns = ["issue", "subscriber_id", "is_practice"]
    _index("delivery_once", columns, "unheld IS NULL", unique=True)
    _index("delivery_not_held", ["subscriber_id"], "unheld IS NOT NULL")
    _index("delivery_not_held_why", ["issue", "is_practice", "unheld", "reason"], "unheld IS NOT NULL")


def _make_again() -> None:
    """SQLite adds no condition to a table. By hand: Alembic would write the constraints in any order."""
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
        sa.CheckConstraint(
            "handover IN ('pending', 'sending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')",
            name=op.f("delivery_handover"),
        ),
        sa.CheckConstraint(_RULE, name=op.f("delivery_unheld")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("delivery_parcel_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_pk")),
    )
    op.execute(_COPY)
    op.drop_table("delivery")
    op.rename_table("new_delivery", "delivery")
    _index("delivery_came_back", ["issue", "fate"], "fate IN ('bounced', 'complained')")
    _index("delivery_doubled", ["issue"], "doubled")
    op.create_index("delivery_of_parcel", "delivery", ["parcel_id"])


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, "delivery", columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
