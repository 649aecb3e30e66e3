"""A farewell, and where old addresses lead while it lasts."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "farewell",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until_on", sa.String(10), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("farewell_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("farewell_pk")),
    )
    op.create_table(
        "redirect",
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("redirect_pk")),
        sqlite_with_rowid=False,
    )
