"""Who holds the schedule, and until when: a holder that stands still keeps nobody from it for long."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("lease_pk")),
    )
