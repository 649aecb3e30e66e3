"""Tables for what readers asked for, confirmed and took back, and for the limits that protect the forms from abuse."""

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

from newsletter.db.metadata import metadata
from newsletter.db.types import AddressKey, FieldsJson, Id, UtcDateTime, one_of, only_where
from newsletter.words.consent import Asked

# One row for each time that somebody asked: the proof once it is confirmed, and the queue of mails that ask.
consent_request = Table(
    "consent_request",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("email_key", AddressKey, nullable=False),
    Column("asked", String(10), nullable=False),
    # The reader whose address becomes `email`, where one changes it.
    Column("subscriber_id", Id),
    Column("first_name", Text, nullable=False, server_default=""),
    Column("language", String(35), nullable=False, server_default=""),
    Column("wording", Text, nullable=False, server_default=""),
    Column("ip", String(45)),
    Column("agent", Text),
    Column("requested_at", UtcDateTime, nullable=False),
    # Until when a process is posting the mail: if it dies, the next one takes over after that.
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
    # Never reuse a number: a link in somebody's mail holds it.
    sqlite_autoincrement=True,
)

consent_request_list = Table(
    "consent_request_list",
    metadata,
    Column("request_id", Id, ForeignKey("consent_request.id"), primary_key=True),
    Column("list_id", Id, ForeignKey("mailing_list.id"), primary_key=True),
    sqlite_with_rowid=False,
)

# The owner asked a part of a list whether they still want it. `days` after its mail, silence ends the subscription.
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

# How often an address was asked and did not answer, by its keyed hash: the person is forgotten, the limit is not.
asked_in_vain = Table(
    "asked_in_vain",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("mails", Integer, nullable=False),
    # When the last of them went.
    Column("last_at", UtcDateTime),
    sqlite_with_rowid=False,
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

# An address that the owner took off the do-not-mail list: what was told of it up to then changes nothing any more,
# even if a provider tells it again under a new id. With the bounce, so that an undo can be taken back.
pardon = Table(
    "pardon",
    metadata,
    Column("email_key", AddressKey, primary_key=True),
    Column("pardoned_at", UtcDateTime, nullable=False),
    Column("undo_id", Id, ForeignKey("bounce_undo.id")),
    Column("event_id", Id),
    Column("issue", Integer),
    Column("bounced_at", UtcDateTime),
    Index("pardon_of_undo", "undo_id", "email_key"),
    sqlite_with_rowid=False,
)

import_run = Table(
    "import_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("list_name", String(100), nullable=False),
    Column("files", Text, nullable=False),
    # Whether the list was new with it.
    Column("made_list", Boolean, nullable=False, server_default=text("false")),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("undone_at", UtcDateTime),
    # When somebody asked in the pages that it be taken back.
    Column("undo_at", UtcDateTime),
)

# People whom nobody knew before the import: all whose numbers lie in the range.
import_newcomers = Table(
    "import_newcomers",
    metadata,
    Column("run_id", Id, ForeignKey("import_run.id"), primary_key=True),
    Column("first_id", Id, primary_key=True, autoincrement=False),
    Column("last_id", Id, nullable=False),
    sqlite_with_rowid=False,
)

# A person who was known, as they stood before the import touched them.
import_change = Table(
    "import_change",
    metadata,
    Column("run_id", Id, ForeignKey("import_run.id"), primary_key=True),
    Column("email_key", AddressKey, primary_key=True),
    Column("subscriber_id", Id),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("fields", FieldsJson),
    Column("status", String(10)),
    Column("consent", Text),
    Column("since_at", UtcDateTime),
    # Names and fields as the import left them, where it changed any: what differs from it later is the person's own.
    Column("made", FieldsJson),
    sqlite_with_rowid=False,
)

# A tag that the import put on a person.
import_tag = Table(
    "import_tag",
    metadata,
    Column("run_id", Id, ForeignKey("import_run.id"), primary_key=True),
    Column("email_key", AddressKey, primary_key=True),
    Column("name", String(100), primary_key=True),
    sqlite_with_rowid=False,
)

# An address that the import put on the do-not-mail list, and the reason that stood there before, if any.
import_suppression = Table(
    "import_suppression",
    metadata,
    Column("run_id", Id, ForeignKey("import_run.id"), primary_key=True),
    Column("email_key", AddressKey, primary_key=True),
    Column("reason", String(20), nullable=False),
    Column("reason_before", String(20)),
    Column("since_before", UtcDateTime),
    sqlite_with_rowid=False,
)
