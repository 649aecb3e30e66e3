"""Tables of the studio's users, their sessions, links that let them in, tries to sign in, and unnamed proxies."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from newsletter.access.links import LinkKind
from newsletter.db.metadata import metadata
from newsletter.db.types import Id, UtcDateTime, one_of
from newsletter.words.user import Role

user_account = Table(
    "user_account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", String(320), nullable=False),
    Column("email_key", String(320), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(10), nullable=False),
    Column("password_hash", Text),
    # Part of every session: a new one ends them all.
    Column("epoch", Integer, nullable=False, server_default="1"),
    Column("totp_secret", String(64)),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    one_of("role", Role),
)

# Sessions, under a digest of what the cookie holds; without a user, of the person at the machine itself.
studio_session = Table(
    "studio_session",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("user_id", ForeignKey("user_account.id")),
    # The user's epoch when the session began; the session ends when the user's changes.
    Column("epoch", Integer, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
)

# Links that let somebody in by mail, under a digest of what is in their address. Used up they are gone.
access_link = Table(
    "access_link",
    metadata,
    Column("id", Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("user_id", ForeignKey("user_account.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    one_of("kind", LinkKind),
)

# Tries to sign in, under a digest of the address or the network. Old ones are deleted as new ones come.
failed_entry = Table(
    "failed_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("who", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("failed_entry_who", "who", "at"),
)

# Proxies through which requests came and that nobody has named, for `doctor`.
unnamed_proxy = Table(
    "unnamed_proxy",
    metadata,
    Column("address", String(64), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)
