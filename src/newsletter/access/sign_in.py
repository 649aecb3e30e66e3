"""Signing in by password and code: slow to guess, the same for every wrong answer, limited by network and browser."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from newsletter.access.account import UserAccount
from newsletter.access.codes import step_of
from newsletter.access.hash import Hashing, Turn
from newsletter.access.network import network_of
from newsletter.access.users_sql import Users
from newsletter.words.mistake import Mistake, NotNow

# OWASP asks for throttling by account, and by place so that one machine can't try every account. Never by account
# alone: anybody who knows an owner's address could keep the owner out.
_SPAN = timedelta(minutes=15)
_FOR_ADDRESS, _FOR_NETWORK = 5, 30
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1_000
_WRONG = "That address, password or code is not right."


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInTry:
    """What somebody typed, and from where.

    `device` names a browser in which this address signed in before; "" for any other.
    """

    email: str
    password: str
    code: str
    place: str
    device: str = ""


def sign_in(users: Users, attempt: SignInTry, *, now: datetime, hashing: Hashing) -> UserAccount:
    """The account. Raises Mistake for every wrong answer in the same words, NotNow after too many of them.

    A try is spent before anything is hashed, so that many at the same time get no extra tries; a right answer gives it
    back.
    """
    is_known = bool(attempt.device) and not _is_over(users, _of_device(attempt), now)
    limits = _of_device(attempt) if is_known else _of_stranger(attempt)
    if not is_known and _is_over(users, limits, now):
        raise _too_many()
    with hashing.room(network_of(attempt.place), is_known=is_known) as turn:
        spent = users.spend_try(limits, at=now, since=now - _SPAN)
        if spent is None:
            raise _too_many()
        account = _proved(users, attempt, turn, now)
    if account is None:
        raise Mistake(_WRONG, fix="Type all of it again. An owner can give you a link to choose a new password.")
    # Those for a whole network stay: others there may be guessing.
    users.give_tries_back(spent, marks=[mark for mark, most in limits.items() if most == _FOR_ADDRESS])
    return account


def prove(users: Users, account: UserAccount, attempt: SignInTry, *, now: datetime, hashing: Hashing) -> None:
    """Check that the signed-in user knows the password. Raises as `sign_in` does."""
    with hashing.room(network_of(attempt.place), is_known=True) as turn:
        spent = _spend_own(users, account, attempt, now)
        kept = account.password_hash
        if kept is None or not turn.take(partial(verify, attempt.password, kept)):
            raise Mistake("Your present password is not right.", fix="Type it again.")
    users.give_tries_back(spent, marks=[])


def prove_code(users: Users, account: UserAccount, attempt: SignInTry, *, now: datetime) -> None:
    """Check that the signed-in user has the app that shows the account's codes. Raises as `sign_in` does."""
    spent = _spend_own(users, account, attempt, now)
    if not _has_code(users, account, attempt, now):
        raise Mistake("Your code is not right, or was used already.", fix="Type the newest one that your app shows.")
    users.give_tries_back(spent, marks=[])


def _spend_own(users: Users, account: UserAccount, attempt: SignInTry, now: datetime) -> Sequence[int]:
    limits = {_mark("own", f"{account.user.id} {network_of(attempt.place)}"): _FOR_ADDRESS}
    spent = None if _is_over(users, limits, now) else users.spend_try(limits, at=now, since=now - _SPAN)
    if spent is None:
        raise _too_many()
    return spent


def hashed(password: str) -> str:
    """A password as it is kept (argon2id). Raises Mistake for one that is too short to be safe."""
    check_password(password)
    return _hasher().hash(password)


def check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Mistake(
            f"A password needs {SHORTEST_PASSWORD} characters or more.",
            fix="Take four words that have nothing in common.",
        )
    if len(password) > LONGEST_PASSWORD:
        raise Mistake("That is too long for a password.", fix=f"Take {LONGEST_PASSWORD:,} characters at most.")


def verify(password: str, password_hash: str) -> bool:
    return bool(_hasher().verify(password[:LONGEST_PASSWORD], password_hash))


def device_owner(email: str) -> str:
    """The user a browser is known for, so that nobody can read back from its cookie who that is."""
    return _mark("address", email.strip().lower())


def _proved(users: Users, attempt: SignInTry, turn: Turn, now: datetime) -> UserAccount | None:
    account = users.find_by_email(attempt.email.strip())
    kept = account.password_hash if account else None
    # An unknown address takes as long as a known one: the time must not tell which it was.
    is_right = turn.take(lambda: verify(attempt.password, kept or _nobodys_hash()))
    if account is None or kept is None or not is_right:
        return None
    return account if _has_code(users, account, attempt, now) else None


def _has_code(users: Users, account: UserAccount, attempt: SignInTry, now: datetime) -> bool:
    """Whether the code is right and fresh, where one is asked for; it is used up by that."""
    if account.totp_secret is None:
        return True
    step = step_of(account.totp_secret, attempt.code, now=now)
    return step is not None and users.use_totp_step(account.user.id, step)


def _of_device(attempt: SignInTry) -> Mapping[str, int]:
    return {_mark("device", attempt.device): _FOR_ADDRESS}


def _of_stranger(attempt: SignInTry) -> Mapping[str, int]:
    network = network_of(attempt.place)
    here = _mark("address and place", f"{attempt.email.strip().lower()} {network}")
    return {here: _FOR_ADDRESS, _mark("place", network): _FOR_NETWORK}


def _is_over(users: Users, limits: Mapping[str, int], now: datetime) -> bool:
    """Whether there were too many tries. Reads without writing: a flood of tries must not hold the database's lock."""
    return any(users.count_tries(mark, since=now - _SPAN) >= most for mark, most in limits.items())


def _too_many() -> NotNow:
    return NotNow(
        "There were too many wrong tries.",
        fix=f"Wait {int(_SPAN.total_seconds() // 60)} minutes, then try again.",
    )


def _mark(kind: str, text: str) -> str:
    """The mark under which a try is noted: nobody can read back from the table who it was."""
    return hashlib.sha256(f"{kind}:{text}".encode("utf-8", "replace")).hexdigest()[:32]


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody has this password")


@cache
def _hasher() -> PasswordHash:
    # One lane: with four of them a hash would take four cores at once.
    return PasswordHash((Argon2Hasher(parallelism=1),))
