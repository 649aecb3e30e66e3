"""Refusals that may be the provider's no to everybody, and why a provider is left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fresh_refusal",
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newest_attempt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("fresh_refusal_pk")),
        sqlite_with_rowid=False,
    )
    op.add_column("provider_state", sa.Column("wait_reason", sa.Text()))
    op.add_column("provider_state", sa.Column("waits_in_a_row", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("alarm", table_kwargs={"sqlite_with_rowid": False}) as alarm:
        alarm.drop_constraint(op.f("alarm_kind"), type_="check")
        kinds = "kind IN ('complaints', 'bounces', 'refusals', 'unconfirmed', 'doubled')"
        alarm.create_check_constraint(op.f("alarm_kind"), kinds)
