"""Which issues the schedule wrote by itself, when words were frozen and unlocked, and the issue shown in a notice."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "self_draft",
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drafted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("issue", name=op.f("self_draft_pk")),
    )
    op.add_column("slot", sa.Column("frozen_at", UtcDateTime()))
    op.add_column("slot", sa.Column("unlocked_at", UtcDateTime()))
    op.add_column("notice", sa.Column("shows", sa.String(length=64)))
