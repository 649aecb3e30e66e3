"""Files that are imported in the background, how far they are and what came of them; and imports to be taken back."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import FieldsJson, UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("import_run", sa.Column("undo_at", UtcDateTime(), nullable=True))
    op.create_table(
        "upload",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token", sa.String(length=16), nullable=True),
        sa.Column("names", FieldsJson(), nullable=False),
        sa.Column("n_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("wish", FieldsJson(), nullable=False),
        sa.Column("answers", FieldsJson(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("run_id", _ID, nullable=True),
        sa.Column("n_begun", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reached", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("found", sa.Text(), server_default="", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('arriving', 'looking', 'looked', 'importing', 'stopped', 'imported')", name=op.f("upload_state")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("upload_run_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("upload_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index("upload_token", "upload", ["token"], unique=True)
    op.create_table(
        "upload_slice",
        sa.Column("upload_id", _ID, nullable=False),
        sa.Column("file", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("upload_slice_upload_id_fk")),
        sa.PrimaryKeyConstraint("upload_id", "file", "part", name=op.f("upload_slice_pk")),
    )
    op.create_table(
        "upload_refusal",
        sa.Column("upload_id", _ID, nullable=False),
        sa.Column("reached", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("upload_refusal_upload_id_fk")),
        sa.PrimaryKeyConstraint("upload_id", "reached", name=op.f("upload_refusal_pk")),
    )
