"""The account, practice or real, in which a reader had an issue before they were erased."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import FieldsJson

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    connection = op.get_bind()
    old = sa.table("had_before", sa.column("subscriber_id", sa.Integer), sa.column("issue", sa.Integer))
    rows = [{**row, "is_practice": False} for row in connection.execute(sa.select(old)).mappings()]
    op.drop_table("had_before")
    new = op.create_table(
        "had_before",
        sa.Column("subscriber_id", _ID, autoincrement=False, nullable=False),
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_practice", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "issue", "is_practice", name=op.f("had_before_pk")),
        sqlite_with_rowid=False,
    )
    if rows:
        connection.execute(sa.insert(new), rows)
    erasure = sa.table("erasure", sa.column("hash", sa.String), sa.column("issues", FieldsJson))
    for mark, issues in connection.execute(sa.select(erasure).where(erasure.c.issues.is_not(None))).all():
        if isinstance(issues, list):
            kept = {"real": issues, "practice": []}
            connection.execute(sa.update(erasure).where(erasure.c.hash == mark).values(issues=kept))
