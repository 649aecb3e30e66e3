"""The studio's users: who has an account, and how often somebody failed to come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from newsletter.words.user import Role, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user with what proves them. `password_hash` None: they have not chosen one yet.

    `epoch` is part of every session: a new one ends all of them. `totp_secret` is base32 (RFC 6238); `totp_step` the last
    time step whose code was used, so that none is used twice.
    """

    user: User
    epoch: int
    password_hash: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_step: int = 0


class Users(Protocol):
    def count(self) -> int: ...

    def list_users(self) -> Sequence[Account]:
        """By name."""
        ...

    def find(self, user: int) -> Account | None: ...

    def find_by_email(self, email: str) -> Account | None: ...

    def add(self, email: str, *, name: str, role: Role) -> Account:
        """Raises Mistake where the address has an account already."""
        ...

    def set_role(self, user: int, role: Role) -> None:
        """Raises NotNow where nobody would be an owner any more."""
        ...

    def set_password(self, user: int, password_hash: str) -> None:
        """Ends every session of the user."""
        ...

    def set_totp(self, user: int, secret: str | None) -> None:
        """With None a password is enough again. Ends every session of the user."""
        ...

    def use_totp_step(self, user: int, step: int) -> bool:
        """Take the code of a time step; False where it, or a later one, was taken before."""
        ...

    def end_sessions(self, user: int) -> None: ...

    def remove(self, user: int) -> None:
        """Raises NotNow where nobody would be an owner any more."""
        ...

    def note_failure(self, who: str, *, at: datetime) -> None:
        """Somebody failed to come in. `who` is a digest of an address or of an IP, never either itself."""
        ...

    def count_failures(self, who: str, *, since: datetime) -> int: ...

    def forget_failures(self, who: str) -> None: ...
