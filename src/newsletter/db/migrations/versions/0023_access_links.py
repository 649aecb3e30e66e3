"""Links that let somebody in by mail."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "access_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('invitation', 'reset', 'sign-in')", name=op.f("access_link_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("access_link_user_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("access_link_pk")),
        sa.UniqueConstraint("digest", name=op.f("access_link_digest_unique")),
    )
    op.create_index("access_link_user_id", "access_link", ["user_id"])
