"""The tables of the second pair of eyes: who is still to be told of a note, links for guests, who saw which version, and who is where."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from newsletter.db.metadata import metadata
from newsletter.db.types import Id, UtcDateTime

# A note, or an answer, that its person has not been told of. It goes when the mail is written.
note_to_tell = Table(
    "note_to_tell",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("entry", String(40), nullable=False),
    Column("file", Text, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("email", "entry", name="note_to_tell_once"),
    Index("note_to_tell_of", "email", "at"),
)

# A link by which guests read an issue, or one post of it, and note on it. What stands in its address is signed.
review_link = Table(
    "review_link",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue", Integer, nullable=False),
    # "" for the whole issue.
    Column("slug", Text, nullable=False),
    Column("guest", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("email", String(320), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Index("review_link_issue", "issue"),
)

# The version of an issue that somebody was mailed last. Its words are among the editions.
last_look = Table(
    "last_look",
    metadata,
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("email", String(320), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# In which part of an issue somebody's page is. One row for each person and issue; it is old where the page is closed.
open_part = Table(
    "open_part",
    metadata,
    # 0 for the person at the machine, who has no account.
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# A file that somebody changed in the studio since their last commit.
sitting_file = Table(
    "sitting_file",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("file", String(500), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", String(320), nullable=False),
    Column("role", String(10), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)
