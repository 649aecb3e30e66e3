"""Addresses that readers gave up, issues that erased readers had, and asks that the owner forgave."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import AddressKey, FieldsJson, UtcDateTime, database_now

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "had_before",
        sa.Column("subscriber_id", _ID, autoincrement=False, nullable=False),
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "issue", name=op.f("had_before_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "former_address",
        sa.Column("email_key", AddressKey(), nullable=False),
        sa.Column("subscriber_id", _ID, nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("email_key", name=op.f("former_address_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("former_address_of_subscriber", "former_address", ["subscriber_id"], unique=False)
    op.add_column("erasure", sa.Column("issues", FieldsJson, nullable=True))
    op.add_column("asked_in_vain", sa.Column("last_at", UtcDateTime(), nullable=True))
    op.execute(sa.update(sa.table("asked_in_vain", sa.column("last_at"))).values(last_at=database_now()))
    op.add_column(
        "consent_request", sa.Column("is_forgiven", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute(_ADDRESSES_OF_REQUESTS)
    op.execute(_ADDRESSES_OF_IMPORTS)


# Moves of before today left their marks: a request that was confirmed at an address which its person has no more ...
_ADDRESSES_OF_REQUESTS = """
INSERT INTO former_address (email_key, subscriber_id, moved_at)
SELECT consent_request.email_key, max(consent_request.subscriber_id), max(consent_request.confirmed_at)
FROM consent_request
JOIN subscriber ON subscriber.id = consent_request.subscriber_id
WHERE consent_request.confirmed_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM subscriber AS holder WHERE holder.email_key = consent_request.email_key)
GROUP BY consent_request.email_key
"""
# ... and a line of an import about an address that is nobody's now. Who was erased has no such line any more.
_ADDRESSES_OF_IMPORTS = """
INSERT INTO former_address (email_key, subscriber_id, moved_at)
SELECT import_change.email_key, max(import_change.subscriber_id), max(import_run.started_at)
FROM import_change
JOIN import_run ON import_run.id = import_change.run_id
WHERE NOT EXISTS (SELECT 1 FROM subscriber WHERE subscriber.email_key = import_change.email_key)
  AND NOT EXISTS (SELECT 1 FROM former_address WHERE former_address.email_key = import_change.email_key)
  AND NOT EXISTS (SELECT 1 FROM suppression WHERE suppression.email_key = import_change.email_key)
GROUP BY import_change.email_key
"""
