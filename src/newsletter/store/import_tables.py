"""Tables for what an import found before it changed anything, so that it can be taken back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from newsletter.store.tables import metadata
from newsletter.store.types import FieldsJson, UtcDateTime

_Id = BigInteger().with_variant(Integer(), "sqlite")

import_run = Table(
    "import_run",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("list_name", String(100), nullable=False),
    Column("files", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
)

# A person as they stood before the import touched them. `subscriber_id` is NULL for one who was not known.
import_change = Table(
    "import_change",
    metadata,
    Column("run_id", _Id, ForeignKey("import_run.id"), primary_key=True),
    Column("email_key", String(320), primary_key=True),
    Column("subscriber_id", _Id),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("fields", FieldsJson),
    Column("status", String(10)),
    Column("consent", Text),
    Column("since_at", UtcDateTime),
    sqlite_with_rowid=False,
)

# An address that the import put on the do-not-mail list, and the reason that stood there before, if any.
import_suppression = Table(
    "import_suppression",
    metadata,
    Column("run_id", _Id, ForeignKey("import_run.id"), primary_key=True),
    Column("email_key", String(320), primary_key=True),
    Column("reason", String(20), nullable=False),
    Column("reason_before", String(20)),
    sqlite_with_rowid=False,
)
