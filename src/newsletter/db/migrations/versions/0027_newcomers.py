"""People whom an import made are noted as ranges of their numbers, and no longer one by one."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Numbers that follow each other have the same distance to their places in the order.
_FILL = """INSERT INTO import_newcomers (run_id, first_id, last_id)
    SELECT run_id, min(person), max(person) FROM (
        SELECT import_change.run_id, subscriber.id AS person,
        subscriber.id - row_number() OVER (PARTITION BY import_change.run_id ORDER BY subscriber.id) AS distance
        FROM import_change JOIN subscriber ON subscriber.email_key = import_change.email_key
        WHERE import_change.subscriber_id IS NULL
    ) AS newcomers
    GROUP BY run_id, distance"""


def upgrade() -> None:
    op.create_table(
        "import_newcomers",
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("first_id", _ID, autoincrement=False, nullable=False),
        sa.Column("last_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("import_newcomers_run_id_fk")),
        sa.PrimaryKeyConstraint("run_id", "first_id", name=op.f("import_newcomers_pk")),
        sqlite_with_rowid=False,
    )
    op.execute(_FILL)
    op.execute("DELETE FROM import_change WHERE subscriber_id IS NULL")
