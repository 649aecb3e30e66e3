"""Issues that are held against the web in the background, and what that showed."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_look",
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.String(length=64), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("n_begun", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_until", UtcDateTime(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("found", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("issue", name=op.f("web_look_pk")),
        sqlite_with_rowid=False,
    )
