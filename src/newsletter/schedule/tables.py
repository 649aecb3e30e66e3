"""The tables of the schedule: cadences, their slots, and approvals."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newsletter.db.metadata import metadata
from newsletter.db.types import FieldsJson, Id, UtcDateTime, one_of, only_where
from newsletter.words.slot import HOLDS_ISSUE, SlotStatus

# A rule as text, with its zone: wall time is the truth, instants follow from it.
cadence = Table(
    "cadence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("list_name", String(100), nullable=False, unique=True),
    Column("rule", Text, nullable=False),
    Column("freeze_before_minutes", Integer, nullable=False),
    Column("late_minutes", Integer, nullable=False),
    Column("min_posts", Integer, nullable=False),
    Column("needs_approval", Boolean, nullable=False),
    Column("drafts", Boolean, nullable=False),
    Column("tell", FieldsJson, nullable=False),
    Column("heartbeat_url", Text),
    Column("since_at", UtcDateTime, nullable=False),
    Column("held_at", UtcDateTime),
)

skipped_date = Table(
    "skipped_date",
    metadata,
    Column("cadence_id", Id, ForeignKey("cadence.id"), primary_key=True, autoincrement=False),
    Column("skipped_on", Date, primary_key=True),
    Column("title", Text, nullable=False),
)

_holds_issue = "status IN ('{}')".format("', '".join(HOLDS_ISSUE))

slot = Table(
    "slot",
    metadata,
    Column("id", Id, primary_key=True),
    Column("cadence_id", Id, ForeignKey("cadence.id"), nullable=False),
    # Wall time as the rule says it, "2026-12-03T09:00": it names the slot whatever becomes of zones and offsets.
    Column("local_time", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("go_at", UtcDateTime),
    Column("status", String(10), nullable=False),
    Column("why", String(20)),
    Column("detail", Text, nullable=False, server_default=""),
    Column("issue", Integer),
    Column("digest", String(64)),
    # Written when the slot begins: which of the list's readers it goes to; "" is all of them.
    Column("segment", Text, nullable=False, server_default=""),
    Column("mailing_id", Id, ForeignKey("mailing.id")),
    # The account that wrote it last: an issue that was practised in a slot can still go in a real one.
    Column("is_practice", Boolean, nullable=False, server_default=text("false")),
    Column("n_reminders", Integer, nullable=False, server_default="0"),
    Column("tried_at", UtcDateTime),
    # When its words were frozen; and when an editor unlocked them after that, to write on.
    Column("frozen_at", UtcDateTime),
    Column("unlocked_at", UtcDateTime),
    Column("began_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    one_of("status", SlotStatus),
    # The promise in one line: one slot for one time of a cadence, whatever runs twice.
    UniqueConstraint("cadence_id", "local_time", name="slot_once"),
    # And one slot for an issue: another slot can't take what is on its way in this one.
    Index("slot_issue", "cadence_id", "issue", "is_practice", unique=True, **only_where(_holds_issue)),
)

approval = Table(
    "approval",
    metadata,
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", UtcDateTime, nullable=False),
    Column("is_next", Boolean, nullable=False),
    # The question that its readers have to fit, where it was put into the next slot for a segment; "" is the whole list.
    Column("segment", Text, nullable=False, server_default=""),
)

# Issues that the schedule wrote by itself: what nobody wrote, somebody has to read before it goes.
self_draft = Table(
    "self_draft",
    metadata,
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("drafted_at", UtcDateTime, nullable=False),
)

# One row: when any process last looked at the whole schedule and nothing went wrong.
last_tick = Table(
    "last_tick",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ticked_at", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one"),
)
