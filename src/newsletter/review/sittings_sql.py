"""Sittings: which files each editor has changed in the studio since their last commit, by whichever process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, Select, delete, func, select

from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.db.upsert import insert_into
from newsletter.review.tables import sitting_file
from newsletter.words.user import Role, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One editor's files since their last commit. `others` have one of them in a sitting of their own."""

    user: User
    files: Sequence[str]
    others: Sequence[User] = ()


class OpenSittings:
    """The sittings that are not committed yet."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, user: User, files: Iterable[str]) -> None:
        """These files were changed by this user just now."""
        values = {"name": user.name, "email": user.email, "role": user.role, "changed_at": database_now()}
        with writing(self._engine) as connection:
            for file in sorted(files):
                into = insert_into(connection, sitting_file).values(user_id=user.id, file=file, **values)
                connection.execute(into.on_conflict_do_update(index_elements=["user_id", "file"], set_=values))

    def writers(self) -> Mapping[str, Mapping[int, str]]:
        """The names of those who changed a file and have not left it alone yet, by the file and by their account."""
        found: dict[str, dict[int, str]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(select(sitting_file.c.file, sitting_file.c.user_id, sitting_file.c.name)):
                found.setdefault(row.file, {})[row.user_id] = row.name
        return found

    def are_open(self) -> bool:
        with reading(self._engine) as connection:
            return connection.scalar(select(sitting_file.c.user_id).limit(1)) is not None

    def take(self, *, quiet_seconds: float) -> Sequence[Sitting]:
        """The sittings of those who changed nothing for so long, who began first; of two processes that ask, one gets each."""
        with reading(self._engine) as connection:
            if connection.scalar(_ended(quiet_seconds).limit(1)) is None:
                return []
        with writing(self._engine) as connection:
            rows = connection.execute(select(sitting_file).order_by(sitting_file.c.changed_at)).all()
            everybody = [(_user(row), row.file) for row in rows]
            taken = []
            for user_id in connection.scalars(_ended(quiet_seconds)).all():
                mine = delete(sitting_file).where(sitting_file.c.user_id == user_id)
                files = set(connection.scalars(mine.returning(sitting_file.c.file)))
                if files:
                    user = next(user for user, _ in everybody if user.id == user_id)
                    others = {one.id: one for one, file in everybody if one.id != user_id and file in files}
                    taken.append(Sitting(user=user, files=sorted(files), others=list(others.values())))
        return taken


def _ended(quiet_seconds: float) -> Select[int]:
    last, first = func.max(sitting_file.c.changed_at), func.min(sitting_file.c.changed_at)
    grouped = select(sitting_file.c.user_id).group_by(sitting_file.c.user_id)
    return grouped.having(last <= database_now(-quiet_seconds)).order_by(first, sitting_file.c.user_id)


def _user(row: AnyRow) -> User:
    return User(id=row.user_id, name=row.name, email=row.email, role=Role(row.role))
