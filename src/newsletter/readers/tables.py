"""The tables of people: who they are, which lists they are on, and which addresses are never mailed."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
    literal_column,
    text,
)

from newsletter.db.metadata import metadata
from newsletter.db.types import AddressKey, FieldsJson, Id, UtcDateTime, bytewise, one_of, only_where
from newsletter.words.consent import Left
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

LONGEST_TAG = 100

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("email_key", AddressKey, nullable=False, unique=True),
    Column("first_name", Text, nullable=False, server_default=""),
    Column("last_name", Text, nullable=False, server_default=""),
    Column("fields", FieldsJson, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # SQLite would give the number of the last one to the next comer once that one was erased, and with it their place
    # in the ledger and every link in their mails.
    sqlite_autoincrement=True,
)
# For a search by what a name begins with. Many readers have none.
whole_name = bytewise(func.lower(subscriber.c.first_name + literal_column("' '") + subscriber.c.last_name))
last_name = bytewise(func.lower(subscriber.c.last_name))
Index("subscriber_whole_name", whole_name, subscriber.c.id, **only_where("first_name <> ''"))
Index("subscriber_last_name", last_name, subscriber.c.id, **only_where("last_name <> ''"))

mailing_list = Table(
    "mailing_list",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    # What readers see instead of the name, where that is not meant for them.
    Column("title", Text, nullable=False, server_default=""),
    # Only an open list can be joined on the public pages, and only its issues are in the archive.
    Column("is_open", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", UtcDateTime, nullable=False),
)

subscription = Table(
    "subscription",
    metadata,
    Column("list_id", Id, ForeignKey("mailing_list.id"), primary_key=True),
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True),
    Column("status", String(10), nullable=False),
    Column("consent", Text),
    Column("since_at", UtcDateTime, nullable=False),
    one_of("status", SubscriptionStatus),
    Index("subscription_subscriber", "subscriber_id", "status"),
    Index("subscription_standing", "list_id", "status", "subscriber_id"),
    sqlite_with_rowid=False,
)

tag = Table(
    "tag",
    metadata,
    Column("subscriber_id", Id, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(LONGEST_TAG), primary_key=True),
    Index("tag_name", "name", "subscriber_id"),
    sqlite_with_rowid=False,
)

# By address, not by person: it outlives the subscriber.
suppression = Table(
    "suppression",
    metadata,
    Column("email_key", AddressKey, primary_key=True),
    Column("reason", String(20), nullable=False),
    Column("since_at", UtcDateTime, nullable=False),
    # The bounce that speaks against it, if one does: the event, its issue, and when it happened. A stronger reason
    # leaves it here.
    Column("event_id", Id),
    Column("issue", Integer),
    Column("bounced_at", UtcDateTime),
    # What speaks against it beside the bounce and is no stronger: this is left when the bounce is taken back.
    Column("besides", String(20)),
    Column("besides_since", UtcDateTime),
    one_of("reason", SuppressionReason),
    Index("suppression_since", "since_at", "email_key"),
    Index("suppression_bounced", "bounced_at", "email_key", **only_where("event_id IS NOT NULL")),
    sqlite_with_rowid=False,
)

# All that is left of a person who asked to be forgotten.
erasure = Table(
    "erasure",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
    Column("request_of", String(10), nullable=False),
    # Set when the person came back by their own confirmed sign-up.
    Column("returned_at", UtcDateTime),
    # Numbers of the issues that they had, "real" and "practice", so that none goes to them again; NULL once they are back.
    Column("issues", FieldsJson),
    sqlite_with_rowid=False,
)

# Issues that a reader had before they were erased and came back: the ledger knows that person by another number.
had_before = Table(
    "had_before",
    metadata,
    Column("subscriber_id", Id, primary_key=True, autoincrement=False),
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("is_practice", Boolean, primary_key=True),
    sqlite_with_rowid=False,
)

# An address that a reader gave up for another one. It is nobody's, and no import brings it back.
former_address = Table(
    "former_address",
    metadata,
    Column("email_key", AddressKey, primary_key=True),
    # NULL where only an import knew the address and nobody knows whose it was.
    Column("subscriber_id", Id),
    Column("moved_at", UtcDateTime, nullable=False),
    Index("former_address_of_subscriber", "subscriber_id"),
    sqlite_with_rowid=False,
)

# A reader who wants no mail for a while.
rest = Table(
    "rest",
    metadata,
    Column("subscriber_id", Id, primary_key=True, autoincrement=False),
    Column("until_at", UtcDateTime, nullable=False),
)

# By which way a reader left a list, and why, if they cared to say.
departure = Table(
    "departure",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subscriber_id", Id, nullable=False),
    Column("list_id", Id, ForeignKey("mailing_list.id"), nullable=False),
    Column("issue", Integer, nullable=False),
    Column("how", String(12), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("left_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    one_of("how", Left),
    Index("departure_of_subscriber", "subscriber_id", "list_id", "id"),
)
