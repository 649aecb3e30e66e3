"""Coming in by password and code: slow to guess, the same for every wrong answer, limited for each address and place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pwdlib import PasswordHash

from newsletter.access.codes import step_of
from newsletter.ports.users import Account, Users
from newsletter.words.mistake import Mistake, NotNow

# OWASP asks for throttling by account, and by place so that one machine can't try every account.
_SPAN = timedelta(minutes=15)
_FOR_ADDRESS, _FOR_PLACE = 5, 30
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1_000
_WRONG = "That address, password or code is not right."


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What somebody typed, and from where."""

    email: str
    password: str
    code: str
    place: str


def sign_in(users: Users, attempt: Try, *, now: datetime) -> Account:
    """The account. Raises Mistake for every wrong answer in the same words, NotNow after too many of them."""
    address, place = _mark("address", attempt.email.strip().lower()), _mark("place", attempt.place)
    since = now - _SPAN
    if users.count_failures(address, since=since) >= _FOR_ADDRESS or (
        users.count_failures(place, since=since) >= _FOR_PLACE
    ):
        raise NotNow(
            "There were too many wrong tries.",
            fix=f"Wait {int(_SPAN.total_seconds() // 60)} minutes, then try again.",
        )
    account = users.find_by_email(attempt.email.strip())
    # Somebody who is not there costs as long as somebody who is: the time must not tell which.
    is_right = verify(attempt.password, (account.password_hash if account else None) or _nobodys_hash())
    if account is None or account.password_hash is None or not is_right or not _has_code(users, account, attempt, now):
        users.note_failure(address, at=now)
        users.note_failure(place, at=now)
        raise Mistake(_WRONG, fix="Type all of it again. An owner can give you a link to choose a new password.")
    users.forget_failures(address)
    return account


def hashed(password: str) -> str:
    """A password as it is kept (argon2id). Raises Mistake for one that is too short to be safe."""
    if len(password) < SHORTEST_PASSWORD:
        raise Mistake(
            f"A password needs {SHORTEST_PASSWORD} characters or more.",
            fix="Take four words that have nothing in common.",
        )
    if len(password) > LONGEST_PASSWORD:
        raise Mistake("That is too long for a password.", fix=f"Take {LONGEST_PASSWORD:,} characters at most.")
    return _hasher().hash(password)


def verify(password: str, password_hash: str) -> bool:
    return bool(_hasher().verify(password[:LONGEST_PASSWORD], password_hash))


def _has_code(users: Users, account: Account, attempt: Try, now: datetime) -> bool:
    if account.totp_secret is None:
        return True
    step = step_of(account.totp_secret, attempt.code, now=now)
    return step is not None and users.use_totp_step(account.user.id, step)


def _mark(kind: str, text: str) -> str:
    """What a failure is noted under: who it was can't be read back from the table."""
    return hashlib.sha256(f"{kind}:{text}".encode("utf-8", "replace")).hexdigest()[:32]


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody has this password")


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()
