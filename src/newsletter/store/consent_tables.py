"""Tables for what readers asked for, confirmed and took back, and for holding off those who would abuse the forms."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from newsletter.store.types import AddressKey, FieldsJson, Id, UtcDateTime, one_of, only_where
from newsletter.words.consent import Asked, Left

# One row for each time that somebody asked: the proof once it is confirmed, and the queue of mails that ask.
consent_request = Table(
    "consent_request",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("email_key", AddressKey, nullable=False),
    Column("asked", String(10), nullable=False),
    # Whose address becomes `email`, where a reader changes it.
    Column("subscriber_id", Id),
    Column("first_name", Text, nullable=False, server_default=""),
    Column("language", String(35), nullable=False, server_default=""),
    Column("wording", Text, nullable=False, server_default=""),
    Column("ip", String(45)),
    Column("agent", Text),
    Column("requested_at", UtcDateTime, nullable=False),
    # Until when somebody is posting the mail: who dies at it leaves it to the next after that.
    Column("taken_until", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("posted_at", UtcDateTime),
    # "" while no mail was decided on; else what kind it was, or why there was none.
    Column("mail", String(20), nullable=False, server_default=""),
    Column("confirmed_at", UtcDateTime),
    Column("confirmed_ip", String(45)),
    Column("confirmed_agent", Text),
    Column("run_id", Id, ForeignKey("asking_again.id")),
    # The owner let this address be asked again: its mail is not counted among those that nobody answered.
    Column("is_forgiven", Boolean, nullable=False, server_default=text("false")),
    one_of("asked", Asked),
    Index("consent_request_of_address", "email_key", "requested_at"),
    Index("consent_request_of_subscriber", "subscriber_id", **only_where("subscriber_id IS NOT NULL")),
    Index(
        "consent_request_unposted",
        "asked",
        "id",
        **only_where("posted_at IS NULL"),
    ),
    Index(
        "consent_request_unanswered",
        "asked",
        "requested_at",
        **only_where("confirmed_at IS NULL"),
    ),
    Index(
        "consent_request_of_run",
        "run_id",
        **only_where("run_id IS NOT NULL"),
    ),
    # No number twice: a link in somebody's mail bears it.
    sqlite_autoincrement=True,
)

consent_request_list = Table(
    "consent_request_list",
    metadata,
    Column("request_id", Id, ForeignKey("consent_request.id"), primary_key=True),
    Column("list_id", Id, ForeignKey("mailing_list.id"), primary_key=True),
    sqlite_with_rowid=False,
)

# The owner asked a part of a list whether they still want it. `days` after its mail, no answer is an answer.
asking_again = Table(
    "asking_again",
    metadata,
    Column("id", Id, primary_key=True),
    Column("list_id", Id, ForeignKey("mailing_list.id"), nullable=False),
    Column("segment", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("undone_at", UtcDateTime),
)

# How often an address was asked in vain, by a keyed hash of it: the person is forgotten, the bound is not.
asked_in_vain = Table(
    "asked_in_vain",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("mails", Integer, nullable=False),
    # When the last of them went.
    Column("last_at", UtcDateTime),
    sqlite_with_rowid=False,
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

# An address that a reader gave up for another one. It is nobody's, and stays off whoever brings it.
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
