"""The first tables: people, lists, editions and the ledger."""

import sqlalchemy as sa
from alembic import op

from newsletter.store.types import FieldsJson, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carried",
        sa.Column(
            "attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.PrimaryKeyConstraint("attempt_id", "delivery_id", name=op.f("carried_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("carried_delivery", "carried", ["delivery_id"], unique=False)
    op.create_table(
        "edition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("edition_pk")),
        sa.UniqueConstraint("digest", name=op.f("edition_digest_unique")),
    )
    op.create_table(
        "mailing_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("mailing_list_pk")),
        sa.UniqueConstraint("name", name=op.f("mailing_list_name_unique")),
    )
    op.create_table(
        "provider_state",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("provider", name=op.f("provider_state_pk")),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("fields", FieldsJson, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("subscriber_pk")),
        sa.UniqueConstraint("email_key", name=op.f("subscriber_email_key_unique")),
    )
    op.create_table(
        "suppression",
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('hard_bounce', 'complaint', 'unsubscribe', 'invalid', 'manual')",
            name=op.f("suppression_reason"),
        ),
        sa.PrimaryKeyConstraint("email_key", name=op.f("suppression_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mailing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("failures_in_a_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("start_at", UtcDateTime(), nullable=False),
        sa.Column("planned", sa.Integer(), server_default="0", nullable=False),
        sa.Column("already_had_it", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parcel_size", sa.Integer(), nullable=False),
        sa.Column(
            "planned_to_subscriber",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("audience_ends_at_subscriber", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('planning', 'scheduled', 'sending', 'paused', 'cancelled', 'finished')",
            name=op.f("mailing_status"),
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("mailing_edition_id_fk")),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_list.id"], name=op.f("mailing_list_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("mailing_pk")),
    )
    op.create_index(
        "mailing_unfinished",
        "mailing",
        ["issue", "list_id"],
        unique=True,
        sqlite_where=sa.text("status NOT IN ('finished', 'cancelled')"),
        postgresql_where=sa.text("status NOT IN ('finished', 'cancelled')"),
    )
    op.create_table(
        "subscription",
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'active', 'ended')", name=op.f("subscription_status")),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_list.id"], name=op.f("subscription_list_id_fk")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=op.f("subscription_subscriber_id_fk")),
        sa.PrimaryKeyConstraint("list_id", "subscriber_id", name=op.f("subscription_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("subscription_subscriber", "subscription", ["subscriber_id"], unique=False)
    op.create_table(
        "parcel",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mailing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("n_readers", sa.Integer(), nullable=False),
        sa.Column("refused_calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('ready', 'sending', 'uncertain', 'done', 'split')", name=op.f("parcel_status")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("parcel_mailing_id_fk")),
        sa.ForeignKeyConstraint(["parent_id"], ["parcel.id"], name=op.f("parcel_parent_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("parcel_pk")),
        sa.UniqueConstraint("mailing_id", "number", name="parcel_number_unique"),
    )
    op.create_index("parcel_queue", "parcel", ["mailing_id", "status", "id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("parcel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("deadline_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("attempt_parcel_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pk")),
        sa.UniqueConstraint("token", name=op.f("attempt_token_unique")),
    )
    op.create_index("attempt_of_parcel", "attempt", ["parcel_id"], unique=False)
    op.create_index(
        "attempt_open",
        "attempt",
        ["deadline_at"],
        unique=False,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parcel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handover", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("fate", sa.String(length=10), server_default="none", nullable=False),
        sa.CheckConstraint(
            "fate IN ('none', 'deferred', 'delivered', 'dropped', 'bounced', 'complained')", name=op.f("delivery_fate")
        ),
        sa.CheckConstraint(
            "handover IN ('pending', 'sending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')",
            name=op.f("delivery_handover"),
        ),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("delivery_parcel_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_pk")),
    )
    op.create_index("delivery_of_parcel", "delivery", ["parcel_id", "handover"], unique=False)
    op.create_index(
        "delivery_once",
        "delivery",
        ["issue", "subscriber_id"],
        unique=True,
        sqlite_where=sa.text("handover IN ('pending', 'sending', 'uncertain', 'accepted', 'left')"),
        postgresql_where=sa.text("handover IN ('pending', 'sending', 'uncertain', 'accepted', 'left')"),
    )
