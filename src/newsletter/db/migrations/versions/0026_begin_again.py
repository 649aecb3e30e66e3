"""Processes that somebody asked to begin again, with the settings as they are by then."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("driver", sa.Column("begins_again", sa.Boolean(), server_default=sa.text("false"), nullable=False))
