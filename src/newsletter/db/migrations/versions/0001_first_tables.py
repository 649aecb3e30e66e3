"""The first tables: people, lists, editions and the ledger."""

import sqlalchemy as sa
from alembic import op

from newsletter.db.types import AddressKey, FieldsJson, UtcDateTime, bytewise

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("pauses", sa.Boolean(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('complaints', 'bounces', 'unconfirmed', 'doubled')", name=op.f("alarm_kind")),
        sa.PrimaryKeyConstraint("issue", "kind", name=op.f("alarm_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "allowance",
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("span", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "span", name=op.f("allowance_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "approval",
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=False),
        sa.Column("is_next", sa.Boolean(), nullable=False),
        sa.Column("segment", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("issue", name=op.f("approval_pk")),
    )
    op.create_table(
        "asked_in_vain",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("asked_in_vain_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "breaker",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("breaker_pk")),
    )
    op.create_table(
        "cadence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_name", sa.String(length=100), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("freeze_before_minutes", sa.Integer(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("min_posts", sa.Integer(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("drafts", sa.Boolean(), nullable=False),
        sa.Column("tell", FieldsJson, nullable=False),
        sa.Column("heartbeat_url", sa.Text(), nullable=True),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.Column("held_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("cadence_pk")),
        sa.UniqueConstraint("list_name", name=op.f("cadence_list_name_unique")),
    )
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
        "collect_key",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("collect_key_pk")),
        sa.UniqueConstraint("digest", name=op.f("collect_key_digest_unique")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "late_departure",
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("left_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("late_departure_pk")),
        sqlite_with_rowid=False,
    )
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
        "engagement",
        sa.Column(
            "subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("clicked", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("engagement_pk")),
    )
    op.create_table(
        "engagement_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("engagement_mark_pk")),
    )
    op.create_table(
        "erasure",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.Column("request_of", sa.String(length=10), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("erasure_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("by_machine", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("told_attempt", sa.String(length=100), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('processed', 'deferred', 'delivered', 'dropped', 'bounced', 'complained', 'opened', 'clicked', 'unsubscribed', 'unknown')",
            name=op.f("event_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("event_pk")),
        sa.UniqueConstraint("provider", "event_id", name="event_once"),
    )
    op.create_index("event_of_delivery", "event", ["delivery_id", "weight"], unique=False)
    op.create_index("event_of_issue", "event", ["issue", "kind"], unique=False)
    op.create_table(
        "event_pull",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("event_pull_pk")),
    )
    op.create_table(
        "failed_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("failed_entry_pk")),
    )
    op.create_index("failed_entry_who", "failed_entry", ["who", "at"], unique=False)
    op.create_table(
        "feed_state",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("feed_state_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "find",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("choices", FieldsJson, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("post_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint("origin IN ('person', 'key', 'mail', 'feed')", name=op.f("find_origin")),
        sa.CheckConstraint("status IN ('waiting', 'kept', 'dismissed', 'old')", name=op.f("find_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("find_pk")),
        sa.UniqueConstraint("key", name=op.f("find_key_unique")),
    )
    op.create_index("find_status", "find", ["status", "id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_name", sa.String(length=100), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("made_list", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("import_run_pk")),
    )
    op.create_table(
        "issue_place",
        sa.Column("issue", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("issue", name=op.f("issue_place_pk")),
    )
    op.create_table(
        "last_tick",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("last_tick_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("last_tick_pk")),
    )
    op.create_table(
        "live_database",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("live_database_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("live_database_pk")),
    )
    op.create_table(
        "mailing_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("mailing_list_pk")),
        sa.UniqueConstraint("name", name=op.f("mailing_list_name_unique")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("tell", FieldsJson, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("handed_over_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("notice_pk")),
        sa.UniqueConstraint("about", "kind", name="notice_once"),
    )
    op.create_index(
        "notice_waiting",
        "notice",
        ["id"],
        unique=False,
        sqlite_where=sa.text("handed_over_at IS NULL"),
        postgresql_where=sa.text("handed_over_at IS NULL"),
    )
    op.create_table(
        "provider_state",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("next_turn_at", UtcDateTime(), nullable=True),
        sa.Column("warm_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("provider", name=op.f("provider_state_pk")),
    )
    op.create_table(
        "rest",
        sa.Column(
            "subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("rest_pk")),
    )
    op.create_table(
        "segment",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("segment_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", AddressKey(), nullable=False),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("fields", FieldsJson, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("subscriber_pk")),
        sa.UniqueConstraint("email_key", name=op.f("subscriber_email_key_unique")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppression",
        sa.Column("email_key", AddressKey(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('hard_bounce', 'complaint', 'unsubscribe', 'invalid', 'manual')",
            name=op.f("suppression_reason"),
        ),
        sa.PrimaryKeyConstraint("email_key", name=op.f("suppression_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("suppression_since", "suppression", ["since_at", "email_key"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), server_default="1", nullable=False),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("role IN ('viewer', 'author', 'editor', 'owner')", name=op.f("user_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("user_account_pk")),
        sa.UniqueConstraint("email_key", name=op.f("user_account_email_key_unique")),
    )
    op.create_table(
        "warm_up_day",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("n_readers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "number", name=op.f("warm_up_day_pk")),
    )
    op.create_table(
        "asking_again",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_list.id"], name=op.f("asking_again_list_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("asking_again_pk")),
    )
    op.create_table(
        "bounced_off",
        sa.Column(
            "subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column(
            "forgiven_delivery",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_list.id"], name=op.f("bounced_off_list_id_fk")),
        sa.PrimaryKeyConstraint("subscriber_id", "list_id", name=op.f("bounced_off_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "departure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("how IN ('one_click', 'page', 'preferences', 'silence')", name=op.f("departure_how")),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_list.id"], name=op.f("departure_list_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("departure_pk")),
    )
    op.create_index("departure_of_subscriber", "departure", ["subscriber_id", "list_id", "id"], unique=False)
    op.create_table(
        "find_delivery",
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("find_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["find_id"], ["find.id"], name=op.f("find_delivery_find_id_fk")),
        sa.PrimaryKeyConstraint("once", name=op.f("find_delivery_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_change",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email_key", AddressKey(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("fields", FieldsJson, nullable=True),
        sa.Column("status", sa.String(length=10), nullable=True),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("since_at", UtcDateTime(), nullable=True),
        sa.Column("made", FieldsJson, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("import_change_run_id_fk")),
        sa.PrimaryKeyConstraint("run_id", "email_key", name=op.f("import_change_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_suppression",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email_key", AddressKey(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("reason_before", sa.String(length=20), nullable=True),
        sa.Column("since_before", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("import_suppression_run_id_fk")),
        sa.PrimaryKeyConstraint("run_id", "email_key", name=op.f("import_suppression_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_tag",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email_key", AddressKey(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("import_tag_run_id_fk")),
        sa.PrimaryKeyConstraint("run_id", "email_key", "name", name=op.f("import_tag_pk")),
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
        sa.Column("segment", sa.Text(), server_default="", nullable=False),
        sa.Column("is_practice", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("canary", sa.Integer(), server_default="0", nullable=False),
        sa.Column("canary_waits", sa.Boolean(), server_default=sa.text("false"), nullable=False),
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
        sqlite_autoincrement=True,
    )
    op.create_index(
        "mailing_unfinished",
        "mailing",
        ["issue", "list_id", "is_practice"],
        unique=True,
        sqlite_where=sa.text("status NOT IN ('finished', 'cancelled')"),
        postgresql_where=sa.text("status NOT IN ('finished', 'cancelled')"),
    )
    op.create_table(
        "skipped_date",
        sa.Column(
            "cadence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("skipped_on", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cadence_id"], ["cadence.id"], name=op.f("skipped_date_cadence_id_fk")),
        sa.PrimaryKeyConstraint("cadence_id", "skipped_on", name=op.f("skipped_date_pk")),
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
    op.create_index("subscription_standing", "subscription", ["list_id", "status", "subscriber_id"], unique=False)
    op.create_index("subscription_subscriber", "subscription", ["subscriber_id", "status"], unique=False)
    op.create_table(
        "tag",
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("tag_subscriber_id_fk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "name", name=op.f("tag_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index("tag_name", "tag", ["name", "subscriber_id"], unique=False)
    op.create_table(
        "consent_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", AddressKey(), nullable=False),
        sa.Column("asked", sa.String(length=10), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=35), server_default="", nullable=False),
        sa.Column("wording", sa.Text(), server_default="", nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("taken_until", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("posted_at", UtcDateTime(), nullable=True),
        sa.Column("mail", sa.String(length=20), server_default="", nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_ip", sa.String(length=45), nullable=True),
        sa.Column("confirmed_agent", sa.Text(), nullable=True),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "asked IN ('form', 'add', 'import', 'address', 'again')", name=op.f("consent_request_asked")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["asking_again.id"], name=op.f("consent_request_run_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("consent_request_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index("consent_request_of_address", "consent_request", ["email_key", "requested_at"], unique=False)
    op.create_index(
        "consent_request_of_run",
        "consent_request",
        ["run_id"],
        unique=False,
        sqlite_where=sa.text("run_id IS NOT NULL"),
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_index(
        "consent_request_of_subscriber",
        "consent_request",
        ["subscriber_id"],
        unique=False,
        sqlite_where=sa.text("subscriber_id IS NOT NULL"),
        postgresql_where=sa.text("subscriber_id IS NOT NULL"),
    )
    op.create_index(
        "consent_request_unanswered",
        "consent_request",
        ["asked", "requested_at"],
        unique=False,
        sqlite_where=sa.text("confirmed_at IS NULL"),
        postgresql_where=sa.text("confirmed_at IS NULL"),
    )
    op.create_index(
        "consent_request_unposted",
        "consent_request",
        ["asked", "id"],
        unique=False,
        sqlite_where=sa.text("posted_at IS NULL"),
        postgresql_where=sa.text("posted_at IS NULL"),
    )
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
        sa.Column("n_accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_uncertain", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_left", sa.Integer(), server_default="0", nullable=False),
        sa.Column("n_not_held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused_calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('ready', 'sending', 'uncertain', 'done', 'split')", name=op.f("parcel_status")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("parcel_mailing_id_fk")),
        sa.ForeignKeyConstraint(["parent_id"], ["parcel.id"], name=op.f("parcel_parent_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("parcel_pk")),
        sa.UniqueConstraint("mailing_id", "number", name="parcel_number_unique"),
    )
    op.create_index("parcel_queue", "parcel", ["mailing_id", "status", "id"], unique=False)
    op.create_index(
        "parcel_tally",
        "parcel",
        ["mailing_id", "status", "n_readers", "n_accepted", "n_uncertain", "n_left", "n_not_held"],
        unique=False,
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cadence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("local_time", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("go_at", UtcDateTime(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("issue", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("segment", sa.Text(), server_default="", nullable=False),
        sa.Column("mailing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_practice", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("n_reminders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'frozen', 'asking', 'going', 'gone', 'skipped')", name=op.f("slot_status")
        ),
        sa.ForeignKeyConstraint(["cadence_id"], ["cadence.id"], name=op.f("slot_cadence_id_fk")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("slot_mailing_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("slot_pk")),
        sa.UniqueConstraint("cadence_id", "local_time", name="slot_once"),
    )
    op.create_index(
        "slot_issue",
        "slot",
        ["cadence_id", "issue", "is_practice"],
        unique=True,
        sqlite_where=sa.text("status IN ('frozen', 'asking', 'going', 'gone')"),
        postgresql_where=sa.text("status IN ('frozen', 'asking', 'going', 'gone')"),
    )
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
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("look_after", UtcDateTime(), nullable=True),
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
    op.create_index(
        "attempt_reference",
        "attempt",
        ["reference"],
        unique=False,
        sqlite_where=sa.text("reference IS NOT NULL"),
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_table(
        "consent_request_list",
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_list.id"], name=op.f("consent_request_list_list_id_fk")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consent_request.id"], name=op.f("consent_request_list_request_id_fk")
        ),
        sa.PrimaryKeyConstraint("request_id", "list_id", name=op.f("consent_request_list_pk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_practice", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("parcel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handover", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("accepted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("doubled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
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
    op.create_index(
        "delivery_came_back",
        "delivery",
        ["issue", "fate"],
        unique=False,
        sqlite_where=sa.text("fate IN ('bounced', 'complained')"),
        postgresql_where=sa.text("fate IN ('bounced', 'complained')"),
    )
    op.create_index(
        "delivery_doubled",
        "delivery",
        ["issue"],
        unique=False,
        sqlite_where=sa.text("doubled"),
        postgresql_where=sa.text("doubled"),
    )
    op.create_index(
        "delivery_not_held",
        "delivery",
        ["subscriber_id"],
        unique=False,
        sqlite_where=sa.text("handover IN ('refused', 'skipped')"),
        postgresql_where=sa.text("handover IN ('refused', 'skipped')"),
    )
    op.create_index(
        "delivery_not_held_why",
        "delivery",
        ["issue", "is_practice", "handover", "reason"],
        unique=False,
        sqlite_where=sa.text("handover IN ('refused', 'skipped')"),
        postgresql_where=sa.text("handover IN ('refused', 'skipped')"),
    )
    op.create_index("delivery_of_parcel", "delivery", ["parcel_id"], unique=False)
    op.create_index(
        "delivery_once",
        "delivery",
        ["issue", "subscriber_id", "is_practice"],
        unique=True,
        sqlite_where=sa.text("handover IN ('pending', 'sending', 'uncertain', 'accepted', 'left')"),
        postgresql_where=sa.text("handover IN ('pending', 'sending', 'uncertain', 'accepted', 'left')"),
    )
    op.create_table(
        "proved",
        sa.Column(
            "attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("proved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("proved_attempt_id_fk")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("proved_pk")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "subscriber_last_name",
        "subscriber",
        [bytewise(sa.text("lower(last_name)")), "id"],
        unique=False,
        sqlite_where=sa.text("last_name <> ''"),
        postgresql_where=sa.text("last_name <> ''"),
    )
    op.create_index(
        "subscriber_whole_name",
        "subscriber",
        [bytewise(sa.text("lower(first_name || ' ' || last_name)")), "id"],
        unique=False,
        sqlite_where=sa.text("first_name <> ''"),
        postgresql_where=sa.text("first_name <> ''"),
    )
