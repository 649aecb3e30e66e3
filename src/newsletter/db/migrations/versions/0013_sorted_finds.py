"""What the pages of finds said, finds that are put off, and presses that can be taken back."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import FieldsJson, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("find", sa.Column("n_looks", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("find", sa.Column("look_at", UtcDateTime(), nullable=True))
    op.add_column("find", sa.Column("minutes", sa.Integer(), nullable=True))
    op.add_column("find", sa.Column("language", sa.String(length=10), server_default="", nullable=False))
    op.add_column("find", sa.Column("is_paid", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("find", sa.Column("back_at", UtcDateTime(), nullable=True))
    op.add_column("find", sa.Column("press_id", _ID, nullable=True))
    op.create_table(
        "find_page",
        sa.Column("find_id", _ID, autoincrement=False, nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["find_id"], ["find.id"], name=op.f("find_page_find_id_fk")),
        sa.PrimaryKeyConstraint("find_id", name=op.f("find_page_pk")),
    )
    op.create_table(
        "find_press",
        sa.Column("id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=True),
        sa.Column("before", FieldsJson(), nullable=False),
        sa.Column("pressed_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("act IN ('section', 'shortlist', 'merge', 'later', 'drop')", name=op.f("find_press_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("find_press_pk")),
    )
    op.create_index("find_press_user", "find_press", ["user_id", "id"], unique=False)
