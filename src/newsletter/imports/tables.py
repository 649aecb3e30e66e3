"""Tables for files that are imported in the background: what was asked, how far it is, the bytes, and the rows left out."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from newsletter.db.metadata import metadata
from newsletter.db.types import FieldsJson, Id, UtcDateTime, one_of
from newsletter.imports.upload_state import UploadState

# Files that were brought together, for one import: first looked at, then imported.
upload = Table(
    "upload",
    metadata,
    Column("id", Id, primary_key=True),
    # In the address of its page: the same for the same files and list. NULL while they arrive.
    Column("token", String(16)),
    Column("names", FieldsJson, nullable=False),
    Column("n_bytes", BigInteger, nullable=False, server_default="0"),
    Column("wish", FieldsJson, nullable=False),
    Column("answers", FieldsJson, nullable=False),
    Column("state", String(10), nullable=False),
    Column("run_id", Id, ForeignKey("import_run.id")),
    # How often a process began with it since it last came further.
    Column("n_begun", Integer, nullable=False, server_default="0"),
    # Rows read, over all files and passes: what came of them is written down, and it goes on behind them.
    Column("reached", BigInteger, nullable=False, server_default="0"),
    # The same in lines, for the bar on the page.
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    # JSON as text, since addresses of people who are forgotten are taken out of it; "" where there is nothing yet.
    Column("found", Text, nullable=False, server_default=""),
    Column("problem", Text, nullable=False, server_default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    one_of("state", UploadState),
    Index("upload_token", "token", unique=True),
    # Never reuse a number: a process that stood still may come back to it.
    sqlite_autoincrement=True,
)

# The files, cut up, so that no statement carries a whole one. Not in backups.
upload_slice = Table(
    "upload_slice",
    metadata,
    Column("upload_id", Id, ForeignKey("upload.id"), primary_key=True),
    Column("file", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

# The rows of a batch that put nobody on the list: JSON, a list of [file, line, why].
upload_refusal = Table(
    "upload_refusal",
    metadata,
    Column("upload_id", Id, ForeignKey("upload.id"), primary_key=True),
    Column("reached", BigInteger, primary_key=True, autoincrement=False),
    Column("rows", Text, nullable=False),
)
