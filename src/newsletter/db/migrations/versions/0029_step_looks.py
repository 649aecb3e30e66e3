"""Looks at the steps by which sending services are connected."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "step_look",
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("seen", sa.Text(), server_default="", nullable=False),
        sa.Column("looking_until", UtcDateTime(), nullable=True),
        sa.Column("waiting_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("service", "step", name=op.f("step_look_pk")),
        sqlite_with_rowid=False,
    )
