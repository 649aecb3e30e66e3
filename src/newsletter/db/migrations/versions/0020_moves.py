"""Newsletters that moved in from another system: what came, and when to look there again."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import FieldsJson, UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "move",
        sa.Column("id", _ID, nullable=False),
        sa.Column("system", sa.String(length=20), nullable=False),
        sa.Column("upload", _ID, nullable=True),
        sa.Column("asked", FieldsJson(), nullable=False),
        sa.Column("found", sa.Text(), server_default="", nullable=False),
        sa.Column("issues", FieldsJson(), nullable=False),
        sa.Column("run_id", _ID, nullable=True),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=True),
        sa.Column("remind_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("undo_at", UtcDateTime(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("move_run_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("move_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index("move_upload", "move", ["upload"], unique=False)
