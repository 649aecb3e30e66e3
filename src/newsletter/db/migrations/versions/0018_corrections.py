"""Corrections of issues that went out, and which words each attempt carried."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", _ID, nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("is_practice", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("replaces_id", _ID, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=False),
        sa.Column("corrected_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("correction_edition_id_fk")),
        sa.ForeignKeyConstraint(["replaces_id"], ["edition.id"], name=op.f("correction_replaces_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("correction_pk")),
        sa.UniqueConstraint("issue", "is_practice", "number", name=op.f("correction_once")),
        sqlite_autoincrement=True,
    )
    op.add_column("attempt", sa.Column("edition_id", _ID, server_default=sa.text("0"), nullable=False))
    # Until now every attempt carried the words of its mailing.
    op.execute(
        "UPDATE attempt SET edition_id = coalesce((SELECT mailing.edition_id FROM parcel "
        "JOIN mailing ON mailing.id = parcel.mailing_id WHERE parcel.id = attempt.parcel_id), 0)"
    )
