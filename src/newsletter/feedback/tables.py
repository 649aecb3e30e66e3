"""Tables for what providers report, and for what follows from it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newsletter.db.metadata import metadata
from newsletter.db.types import Id, UtcDateTime, one_of, only_where
from newsletter.ledger.tables import attempt, delivery
from newsletter.words.alarm import AlarmKind
from newsletter.words.event import EventKind
from newsletter.words.ledger import Fate

# Written once. Without foreign keys: an event may come for what a restored database has never heard of.
event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("provider", String(20), nullable=False),
    Column("event_id", String(100), nullable=False),
    Column("kind", String(12), nullable=False),
    # The rank of the event among fates, so that a fate is a maximum.
    Column("weight", SmallInteger, nullable=False),
    Column("by_machine", Boolean, nullable=False, server_default=text("false")),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("issue", Integer),
    Column("attempt_id", Id),
    Column("delivery_id", Id),
    Column("reason", Text),
    Column("url", Text),
    # Only for events that belong to no delivery of ours: there the delivery knows the person.
    Column("told_attempt", String(100)),
    Column("email", String(320)),
    Column("raw", Text),
    one_of("kind", EventKind),
    UniqueConstraint("provider", "event_id", name="event_once"),
    Index("event_of_delivery", "delivery_id", "weight"),
    Index("event_of_issue", "issue", "kind"),
)

# A try that events proved to be accepted, although its own answer did not say so or never came.
proved = Table(
    "proved",
    metadata,
    Column("attempt_id", Id, ForeignKey("attempt.id"), primary_key=True, autoincrement=False),
    Column("proved_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# Subscriptions that were ended because mail kept bouncing, so that they can be put back.
bounced_off = Table(
    "bounced_off",
    metadata,
    Column("subscriber_id", Id, primary_key=True, autoincrement=False),
    Column("list_id", Id, ForeignKey("mailing_list.id"), primary_key=True, autoincrement=False),
    # NULL where the reader was put back.
    Column("ended_at", UtcDateTime),
    # What bounced up to this delivery is forgiven: a person put the reader back after it.
    Column("forgiven_delivery", Id, nullable=False, server_default="0"),
    # The subscription as it was, and the last bounce of the run: its issue, and when it happened.
    Column("status_before", String(10)),
    Column("since_before", UtcDateTime),
    Column("issue", Integer),
    Column("bounced_at", UtcDateTime),
    sqlite_with_rowid=False,
)

# Bounces that the owner called wrong, many at a time: what was asked for, and what came of it.
bounce_undo = Table(
    "bounce_undo",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue", Integer),
    Column("since_at", UtcDateTime),
    Column("until_at", UtcDateTime),
    Column("domain", String(255), nullable=False, server_default=""),
    Column("undone_at", UtcDateTime, nullable=False),
    Column("n_addresses", Integer, nullable=False, server_default="0"),
    Column("n_subscriptions", Integer, nullable=False, server_default="0"),
    Column("put_back_at", UtcDateTime),
)

alarm = Table(
    "alarm",
    metadata,
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(12), primary_key=True),
    Column("message", Text, nullable=False),
    # A warning may become a reason to stop; a person who resumes after that has overruled it.
    Column("pauses", Boolean, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    one_of("kind", AlarmKind),
    sqlite_with_rowid=False,
)

# How far the provider's own lists have been read.
event_pull = Table(
    "event_pull",
    metadata,
    Column("provider", String(20), primary_key=True),
    Column("until_at", UtcDateTime, nullable=False),
)

# Few rows at any time: rates can be counted while events stream in.
Index(
    "delivery_came_back",
    delivery.c.issue,
    delivery.c.fate,
    **only_where(f"fate IN ('{Fate.BOUNCED.value}', '{Fate.COMPLAINED.value}')"),
)

Index("delivery_doubled", delivery.c.issue, **only_where("doubled"))

# Bounces that come back without our own marks are known by the provider's name for the call.
Index(
    "attempt_reference",
    attempt.c.reference,
    **only_where("reference IS NOT NULL"),
)
