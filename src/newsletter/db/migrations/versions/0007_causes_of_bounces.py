"""The bounce behind each entry of the do-not-mail list, and what the owner decided about wrong ones."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import AddressKey, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("suppression", sa.Column("event_id", _ID, nullable=True))
    op.add_column("suppression", sa.Column("issue", sa.Integer(), nullable=True))
    op.add_column("suppression", sa.Column("bounced_at", UtcDateTime(), nullable=True))
    op.add_column("suppression", sa.Column("besides", sa.String(length=20), nullable=True))
    op.add_column("suppression", sa.Column("besides_since", UtcDateTime(), nullable=True))
    op.add_column("bounced_off", sa.Column("status_before", sa.String(length=10), nullable=True))
    op.add_column("bounced_off", sa.Column("since_before", UtcDateTime(), nullable=True))
    op.add_column("bounced_off", sa.Column("issue", sa.Integer(), nullable=True))
    op.add_column("bounced_off", sa.Column("bounced_at", UtcDateTime(), nullable=True))
    op.create_table(
        "bounce_undo",
        sa.Column("id", _ID, nullable=False),
        sa.Column("issue", sa.Integer(), nullable=True),
        sa.Column("since_at", UtcDateTime(), nullable=True),
        sa.Column("until_at", UtcDateTime(), nullable=True),
        sa.Column("domain", sa.String(length=255), server_default="", nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=False),
        sa.Column("n_addresses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_subscriptions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("put_back_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("bounce_undo_pk")),
    )
    op.create_table(
        "pardon",
        sa.Column("email_key", AddressKey(), nullable=False),
        sa.Column("pardoned_at", UtcDateTime(), nullable=False),
        sa.Column("undo_id", _ID, nullable=True),
        sa.Column("event_id", _ID, nullable=True),
        sa.Column("issue", sa.Integer(), nullable=True),
        sa.Column("bounced_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["undo_id"], ["bounce_undo.id"], name=op.f("pardon_undo_id_fk")),
        sa.PrimaryKeyConstraint("email_key", name=op.f("pardon_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("pardon_of_undo", "pardon", ["undo_id", "email_key"], unique=False)
    for statement in (_BY_DELIVERY, _BY_ADDRESS, _WHEN, _RUNS):
        op.execute(statement)
    op.create_index(
        "suppression_bounced",
        "suppression",
        ["bounced_at", "email_key"],
        unique=False,
        sqlite_where=sa.text("event_id IS NOT NULL"),
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )


# Entries of before today: the first final bounce (weight 5) that was heard no later than the entry was made.
_BY_DELIVERY = """
WITH told AS (
    SELECT s.email_key, min(e.id) AS id FROM event e
    JOIN delivery d ON d.id = e.delivery_id JOIN subscriber s ON s.id = d.subscriber_id
    JOIN suppression o ON o.email_key = s.email_key AND o.reason = 'hard_bounce' AND e.received_at <= o.since_at
    WHERE e.kind = 'bounced' AND e.weight = 5 GROUP BY s.email_key
)
UPDATE suppression SET event_id = told.id FROM told WHERE told.email_key = suppression.email_key
"""
_BY_ADDRESS = """
WITH told AS (
    SELECT o.email_key, min(e.id) AS id FROM event e
    JOIN suppression o ON o.email_key = lower(e.email) AND o.reason = 'hard_bounce' AND e.received_at <= o.since_at
    WHERE e.kind = 'bounced' AND e.weight = 5 AND e.delivery_id IS NULL AND e.email IS NOT NULL GROUP BY o.email_key
)
UPDATE suppression SET event_id = told.id FROM told
WHERE told.email_key = suppression.email_key AND suppression.event_id IS NULL
"""
_WHEN = """
UPDATE suppression SET issue = e.issue, bounced_at = e.happened_at FROM event e WHERE e.id = suppression.event_id
"""
_RUNS = """
WITH last AS (SELECT subscriber_id, max(issue) AS issue FROM delivery WHERE fate = 'bounced' GROUP BY subscriber_id)
UPDATE bounced_off SET bounced_at = ended_at, issue = last.issue FROM last
WHERE last.subscriber_id = bounced_off.subscriber_id AND bounced_off.ended_at IS NOT NULL
"""
