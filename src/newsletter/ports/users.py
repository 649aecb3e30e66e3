"""The studio's users: who has an account, who is signed in, and how often somebody tried to come in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that has not ended. `user` None: whoever sits at the machine."""

    user: User | None


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

    def begin_session(self, mark: str, account: Account | None, *, lasting: timedelta) -> None:
        """`mark` is a digest of what the cookie holds; without an account it is whoever sits at the machine.

        It counts only while the account's epoch is what it was here. Those that began longer ago are forgotten.
        """
        ...

    def find_session(self, mark: str) -> SignedIn | None:
        """None where it was ended, or its user is gone or has another epoch."""
        ...

    def end_session(self, mark: str) -> None: ...

    def spend_try(self, limits: Mapping[str, int], *, at: datetime, since: datetime) -> Sequence[int] | None:
        """Note one try under each mark, a digest of an address or a network, and give their numbers.

        None, and nothing is noted, where one of the marks has as many as it may have since then. Exact however many ask at once.
        """
        ...

    def count_tries(self, mark: str, *, since: datetime) -> int: ...

    def give_tries_back(self, numbers: Sequence[int], *, marks: Collection[str]) -> None:
        """Forget these tries, and all under these marks."""
        ...
