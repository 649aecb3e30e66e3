"""The studio's users in the database, their sessions, and the tries to sign in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, text, update

from newsletter.access.account import SignedIn, UserAccount
from newsletter.access.tables import access_link, failed_entry, studio_session, user_account
from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.user import Role, User

_FORGOTTEN_AFTER = timedelta(days=1)


class Users:
    """Accounts of the studio, sessions, and how often somebody tried to sign in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self) -> int:
        with reading(self._engine) as connection:
            return int(connection.scalar(select(func.count()).select_from(user_account)) or 0)

    def list_users(self) -> Sequence[UserAccount]:
        """By name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(user_account).order_by(user_account.c.name, user_account.c.id))
            return [_account(row) for row in rows]

    def find(self, user: int) -> UserAccount | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(user_account).where(user_account.c.id == user)).first()
        return _account(row) if row else None

    def find_by_email(self, email: str) -> UserAccount | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(user_account).where(user_account.c.email_key == email.lower())).first()
        return _account(row) if row else None

    def add(self, email: str, *, name: str, role: Role) -> UserAccount:
        """Raises Mistake where the address has an account already."""
        with writing(self._engine) as connection:
            key = email.lower()
            if connection.scalar(select(user_account.c.id).where(user_account.c.email_key == key)) is not None:
                raise Mistake(f"{email} has an account already.", fix="Change its role instead.")
            values = {"email": email, "email_key": key, "name": name, "role": role, "created_at": database_now()}
            row = connection.execute(insert(user_account).values(values).returning(*user_account.c)).one()
        return _account(row)

    def set_role(self, user: int, role: Role) -> None:
        """Raises NotNow where nobody would be an owner any more."""
        with writing(self._engine) as connection:
            if role is not Role.OWNER:
                _require_another_owner(connection, user)
            connection.execute(update(user_account).where(user_account.c.id == user).values(role=role))

    def set_password(self, user: int, password_hash: str) -> None:
        """Ends every session of the user."""
        self._change(user, password_hash=password_hash)

    def set_totp(self, user: int, secret: str | None) -> None:
        """With None a password is enough again. Ends every session of the user."""
        self._change(user, totp_secret=secret, totp_step=0)

    def use_totp_step(self, user: int, step: int) -> bool:
        """Take the code of a time step; False where it, or a later one, was taken before."""
        with writing(self._engine) as connection:
            used = (
                update(user_account)
                .where(user_account.c.id == user, user_account.c.totp_step < step)
                .values(totp_step=step)
            )
            return connection.execute(used).rowcount == 1

    def end_sessions(self, user: int) -> None:
        self._change(user)

    def remove(self, user: int) -> None:
        """Raises NotNow where nobody would be an owner any more."""
        with writing(self._engine) as connection:
            _require_another_owner(connection, user)
            connection.execute(delete(studio_session).where(studio_session.c.user_id == user))
            connection.execute(delete(access_link).where(access_link.c.user_id == user))
            connection.execute(delete(user_account).where(user_account.c.id == user))

    def begin_session(self, mark: str, account: UserAccount | None, *, lasting: timedelta) -> None:
        """`mark` is a digest of what the cookie holds; without an account it is the person at the machine itself.

        It counts only while the account's epoch is what it was here. Those that began longer ago are forgotten.
        """
        whose = {"user_id": account.user.id, "epoch": account.epoch} if account else {"user_id": None, "epoch": 0}
        with writing(self._engine) as connection:
            now = connection.execute(select(database_now().label("now"))).one().now
            connection.execute(delete(studio_session).where(studio_session.c.began_at < now - lasting))
            connection.execute(insert(studio_session).values(mark=mark, began_at=now, **whose))

    def find_session(self, mark: str) -> SignedIn | None:
        """None where it was ended, or its user is gone or has another epoch."""
        whose = user_account.c.id == studio_session.c.user_id
        asked = (
            select(studio_session.c.user_id, studio_session.c.epoch.label("began_with"), *user_account.c)
            .select_from(studio_session.outerjoin(user_account, whose))
            .where(studio_session.c.mark == mark)
        )
        with reading(self._engine) as connection:
            row = connection.execute(asked).first()
        if row is None or row.epoch != (None if row.user_id is None else row.began_with):
            return None
        return SignedIn(user=None if row.user_id is None else _account(row).user)

    def end_session(self, mark: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(studio_session).where(studio_session.c.mark == mark))

    def spend_try(self, limits: Mapping[str, int], *, at: datetime, since: datetime) -> Sequence[int] | None:
        """Note one try under each mark, a digest of an address or a network, and give their numbers.

        None, and nothing is noted, where one of the marks has as many as it may have since then. Exact however many ask at once.
        """
        with writing(self._engine) as connection:
            if not is_sqlite(connection):
                # On PostgreSQL two transactions would both count before either has noted its try.
                connection.execute(text("SELECT pg_advisory_xact_lock(7234002)"))
            if any(_tries(connection, mark, since) >= most for mark, most in limits.items()):
                return None
            connection.execute(delete(failed_entry).where(failed_entry.c.at < at - _FORGOTTEN_AFTER))
            noted = insert(failed_entry).values([{"who": mark, "at": at} for mark in limits])
            return connection.scalars(noted.returning(failed_entry.c.id)).all()

    def count_tries(self, mark: str, *, since: datetime) -> int:
        with reading(self._engine) as connection:
            return _tries(connection, mark, since)

    def give_tries_back(self, numbers: Sequence[int], *, marks: Collection[str]) -> None:
        """Forget these tries, and all under these marks."""
        theirs = or_(failed_entry.c.id.in_(numbers), failed_entry.c.who.in_(marks))
        with writing(self._engine) as connection:
            connection.execute(delete(failed_entry).where(theirs))

    def _change(self, user: int, **values: Any) -> None:
        """Change what proves a user, and end their sessions and links in the same transaction."""
        with writing(self._engine) as connection:
            connection.execute(delete(access_link).where(access_link.c.user_id == user))
            connection.execute(
                update(user_account).where(user_account.c.id == user).values(epoch=user_account.c.epoch + 1, **values)
            )


def _tries(connection: Connection, mark: str, since: datetime) -> int:
    counted = select(func.count()).where(failed_entry.c.who == mark, failed_entry.c.at >= since)
    return int(connection.scalar(counted) or 0)


def _require_another_owner(connection: Connection, user: int) -> None:
    # All owners are locked first: two who step down at once must not both find the other.
    owners = connection.scalars(
        select(user_account.c.id).where(user_account.c.role == Role.OWNER).order_by(user_account.c.id).with_for_update()
    ).all()
    if user in owners and len(owners) == 1:
        raise NotNow("Nobody would be an owner any more.", fix="Make somebody else an owner first.")


def _account(row: AnyRow) -> UserAccount:
    return UserAccount(
        user=User(id=row.id, name=row.name, email=row.email, role=Role(row.role)),
        epoch=row.epoch,
        password_hash=row.password_hash,
        totp_secret=row.totp_secret,
        totp_step=row.totp_step,
    )
