"""The studio's users: who has an account, and how often somebody failed to sign in."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsletter.words.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAccount:
    """A user and their credentials. `password_hash` is None until they have chosen a password.

    `epoch` is part of every session: a new one ends all of them. `totp_secret` is base32 (RFC 6238); `totp_step` the
    last time step whose code was used, so that no code is used twice.
    """

    user: User
    epoch: int
    password_hash: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    totp_step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that has not ended. `user` None: the person at the machine itself."""

    user: User | None
