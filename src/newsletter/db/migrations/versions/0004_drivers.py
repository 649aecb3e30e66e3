"""Who does by themselves what is due: a row for each process, with its last sign of life."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "driver",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("every_seconds", sa.Float(), nullable=True),
        sa.CheckConstraint("kind IN ('serve', 'studio', 'worker', 'tick')", name=op.f("driver_kind")),
        sa.PrimaryKeyConstraint("name", name=op.f("driver_pk")),
    )
