"""Tables for what readers asked for, confirmed and took back, and for holding off those who would abuse the forms."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from newsletter.store.tables import metadata
from newsletter.store.types import UtcDateTime
from newsletter.words.consent import Asked, Left

_Id = BigInteger().with_variant(Integer(), "sqlite")


def _values(column: str, words: type[Asked | Left]) -> CheckConstraint:
    allowed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


# One row for each time that somebody asked: the proof once it is confirmed, and the queue of mails that ask.
consent_request = Table(
    "consent_request",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("email_key", String(320), nullable=False),
    Column("asked", String(10), nullable=False),
    # Whose address becomes `email`, where a reader changes it.
    Column("subscriber_id", _Id),
    Column("first_name", Text, nullable=False, server_default=""),
    Column("language", String(35), nullable=False, server_default=""),
    Column("wording", Text, nullable=False, server_default=""),
    Column("ip", String(45)),
    Column("agent", Text),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("posted_at", UtcDateTime),
    # "" while no mail was decided on; else what kind it was, or why there was none.
    Column("mail", String(20), nullable=False, server_default=""),
    Column("confirmed_at", UtcDateTime),
    Column("confirmed_ip", String(45)),
    Column("confirmed_agent", Text),
    _values("asked", Asked),
    Index("consent_request_of_address", "email_key", "requested_at"),
    Index(
        "consent_request_unposted",
        "id",
        sqlite_where=text("posted_at IS NULL"),
        postgresql_where=text("posted_at IS NULL"),
    ),
)

consent_request_list = Table(
    "consent_request_list",
    metadata,
    Column("request_id", _Id, ForeignKey("consent_request.id"), primary_key=True),
    Column("list_id", _Id, ForeignKey("mailing_list.id"), primary_key=True),
    sqlite_with_rowid=False,
)

# By which way a reader left a list, and why, if they cared to say.
departure = Table(
    "departure",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("subscriber_id", _Id, nullable=False),
    Column("list_id", _Id, ForeignKey("mailing_list.id"), nullable=False),
    Column("issue", Integer, nullable=False),
    Column("how", String(12), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("left_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    _values("how", Left),
    Index("departure_of_subscriber", "subscriber_id", "list_id", "id"),
)

# How often something was asked for within a span of time. The bucket is a keyed hash: no address, no IP is kept.
allowance = Table(
    "allowance",
    metadata,
    Column("bucket", String(64), primary_key=True),
    Column("span", BigInteger, primary_key=True, autoincrement=False),
    Column("used", Integer, nullable=False),
    sqlite_with_rowid=False,
)

breaker = Table(
    "breaker",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("told", Boolean, nullable=False, server_default=text("false")),
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
    sqlite_with_rowid=False,
)

# A reader who wants no mail for a while.
rest = Table(
    "rest",
    metadata,
    Column("subscriber_id", _Id, primary_key=True, autoincrement=False),
    Column("until_at", UtcDateTime, nullable=False),
)
