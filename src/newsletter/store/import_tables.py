"""Tables for what an import found before it changed anything, so that it can be taken back."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text, text

from newsletter.store.tables import metadata
from newsletter.store.types import AddressKey, FieldsJson, Id, UtcDateTime

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
)

# A person as they stood before the import touched them. `subscriber_id` is NULL for one who was not known.
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
