"""Tables for what is collected: finds, what was pressed about them, the mails they came by, how we stand with feeds, and collect-only keys."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from newsletter.db.metadata import metadata
from newsletter.db.types import FieldsJson, Id, UtcDateTime, one_of
from newsletter.words.find import FindStatus, Origin, Press

find = Table(
    "find",
    metadata,
    Column("id", Id, primary_key=True),
    # A digest of the canonical address: one row a page, and short enough for an index.
    Column("key", String(64), nullable=False, unique=True),
    Column("url", Text),
    Column("origin", String(10), nullable=False),
    Column("source", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("published_at", UtcDateTime),
    Column("found_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("choices", FieldsJson, nullable=False),
    Column("status", String(10), nullable=False),
    Column("decided_at", UtcDateTime),
    # When its page was read, or given up; null until then. Tries so far, and when the next one is due.
    Column("looked_at", UtcDateTime),
    Column("post", Text),
    Column("post_digest", String(64)),
    Column("n_looks", Integer, nullable=False, server_default=text("0")),
    Column("look_at", UtcDateTime),
    Column("minutes", Integer),
    Column("language", String(10), nullable=False, server_default=""),
    Column("is_paid", Boolean, nullable=False, server_default=text("false")),
    # Until then it is put off.
    Column("back_at", UtcDateTime),
    # The press that decided about it last: a later one by somebody else is not taken back with it.
    Column("press_id", Id),
    one_of("status", FindStatus),
    one_of("origin", Origin),
    Index("find_status", "status", "id"),
)

# What its page said when it was read in the background, so that keeping a find waits for nobody.
find_page = Table(
    "find_page",
    metadata,
    Column("find_id", Id, ForeignKey("find.id"), primary_key=True, autoincrement=False),
    Column("details", Text, nullable=False),
)

# One press on the page of finds: what it did, and how each of its finds stood before.
find_press = Table(
    "find_press",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, nullable=False),
    Column("act", String(10), nullable=False),
    Column("issue", Integer),
    Column("before", FieldsJson, nullable=False),
    Column("pressed_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    one_of("act", Press),
    Index("find_press_user", "user_id", "id"),
)

# Which mail was taken already, so that one that is read twice is taken once.
find_delivery = Table(
    "find_delivery",
    metadata,
    Column("once", String(64), primary_key=True),
    Column("find_id", Id, ForeignKey("find.id"), nullable=False),
    sqlite_with_rowid=False,
)

# The subscriptions themselves are lines of feeds.toml.
feed_state = Table(
    "feed_state",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("next_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    sqlite_with_rowid=False,
)

collect_key = Table(
    "collect_key",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    sqlite_with_rowid=False,
)
