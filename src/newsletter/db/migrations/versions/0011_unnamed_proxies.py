"""Through which proxies requests came that nobody has named."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unnamed_proxy",
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("unnamed_proxy_pk")),
    )
