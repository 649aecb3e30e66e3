"""Who has which part of an issue open, and which files each editor has changed since their last commit."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "open_part",
        sa.Column("user_id", _ID, autoincrement=False, nullable=False),
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "issue", name=op.f("open_part_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sitting_file",
        sa.Column("user_id", _ID, autoincrement=False, nullable=False),
        sa.Column("file", sa.String(length=500), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "file", name=op.f("sitting_file_pk")),
        sqlite_with_rowid=False,
    )
