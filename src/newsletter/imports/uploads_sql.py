"""Uploads: kept in the database, in slices, so that any process of any machine can look at them and import them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.db.doorbell import ring
from newsletter.db.engine import reading, writing
from newsletter.db.lease import Lease
from newsletter.db.types import AnyRow, database_now
from newsletter.imports.report import ImportOptions, Problem
from newsletter.imports.tables import upload, upload_refusal, upload_slice
from newsletter.imports.upload import Upload, read_found, read_problem, read_wish, wish_as_json
from newsletter.imports.upload_log_sql import UploadLog
from newsletter.imports.upload_state import AT_WORK, UploadState
from newsletter.ports.work import Task
from newsletter.words.mistake import Missing, NotNow

_SLICE_BYTES = 256 * 1024
# As much as two of the largest requests: what waits here is in the way of everything else in the database.
_MOST_BYTES = 1_000_000_000
_AT_ONCE = 4
KEPT_DAYS = 7
_ARRIVES_SECONDS = 3_600
# Letters: a disk takes 255 bytes, and a letter has up to four.
_LONGEST_NAME = 60
_FROM_THE_START = {"n_begun": 0, "reached": 0, "done": 0, "total": 0, "found": "", "problem": ""}


class Uploads:
    """Files that people brought in the studio. What is to be done with them is said here, and done by any process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self,
        files: Sequence[tuple[str, IO[bytes]]],
        wish: ImportOptions,
        *,
        note: Callable[[Connection, int], object] = lambda *_: None,
    ) -> str:
        """Keep files under their own names, to be looked at. Returns a token that is the same for the same files and list.

        So an import that was interrupted goes on when the files are uploaded again. `note` writes what else is to be known
        of this upload, in the transaction that gives it its number. Raises NotNow where these are being worked on, or where
        too much waits already.
        """
        names = _plain_names([name for name, _ in files])
        number = self._arrive(names, wish, note)
        try:
            digest = hashlib.sha256(wish.list_name.encode())
            for place, (name, (_, file)) in enumerate(zip(names, files, strict=True)):
                digest.update(name.encode())
                self._keep_file(number, place, file, digest.update)
            return self._arrived(number, digest.hexdigest()[:16])
        except BaseException:
            self._remove(number)
            raise

    def find(self, token: str) -> Upload | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(upload).where(upload.c.token == token)).first()
        return _upload(row) if row else None

    def get(self, token: str) -> Upload:
        """Raises Missing where it is not kept any more."""
        found = self.find(token)
        if found is None:
            raise Missing("These files are not kept any more.", fix="Choose them again.")
        return found

    def find_numbered(self, number: int) -> Upload | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(upload).where(upload.c.id == number)).first()
        return _upload(row) if row else None

    def list_open(self) -> Sequence[Upload]:
        """Those that are not done, the newest first."""
        is_open = upload.c.state.not_in([UploadState.ARRIVING, UploadState.IMPORTED])
        with reading(self._engine) as connection:
            rows = connection.execute(select(upload).where(is_open).order_by(upload.c.id.desc())).all()
        return [_upload(row) for row in rows]

    def tokens_by_run(self) -> Mapping[int, str]:
        """Where the report of an import can be seen, by the import's number; those of the last week have one."""
        wanted = select(upload.c.run_id, upload.c.token).where(
            upload.c.run_id.is_not(None), upload.c.token.is_not(None)
        )
        with reading(self._engine) as connection:
            return {row.run_id: row.token for row in connection.execute(wanted.order_by(upload.c.id))}

    def list_at_work(self) -> Sequence[int]:
        """The numbers of those that wait for a process, or that one works on, the oldest first."""
        wanted = select(upload.c.id).where(upload.c.state.in_(AT_WORK)).order_by(upload.c.id)
        with reading(self._engine) as connection:
            return connection.scalars(wanted).all()

    def list_refusals(self, token: str, *, most: int | None = None) -> Iterator[Problem]:
        """The rows that put nobody on the list, in the order in which they were read; first those who are gone."""
        after = -1
        left = most
        while left is None or left > 0:
            wanted = (
                select(upload_refusal.c.reached, upload_refusal.c.rows)
                .join(upload, upload.c.id == upload_refusal.c.upload_id)
                .where(upload.c.token == token, upload_refusal.c.reached > after)
                .order_by(upload_refusal.c.reached)
                .limit(1)
            )
            with reading(self._engine) as connection:
                row = connection.execute(wanted).first()
            if row is None:
                return
            after = row.reached
            for file, line, reason in orjson.loads(row.rows)[:left]:
                yield Problem(file, line, reason)
                left = None if left is None else left - 1

    def look(self, token: str, answers: Mapping[str, str] | None = None) -> None:
        """Have it looked at from the beginning; with `answers` in place of those before. Nothing happens where it is at work already."""
        values: dict[str, Any] = {} if answers is None else {"answers": dict(answers)}
        self._begin(
            token, UploadState.LOOKING, {**_FROM_THE_START, **values}, [UploadState.LOOKED, UploadState.STOPPED]
        )

    def carry_out(self, token: str) -> None:
        """Have it imported. Nothing happens where that has begun already."""
        self._begin(token, UploadState.IMPORTING, _FROM_THE_START, [UploadState.LOOKED])

    def go_on(self, token: str) -> None:
        """Go on with an import that was stopped, where it was."""
        self._begin(token, UploadState.IMPORTING, {"n_begun": 0, "problem": ""}, [UploadState.STOPPED])

    def stop(self, token: str) -> None:
        """Stop what is at work: the batch in flight is the last one. A look is not worth keeping, an import is."""
        for at_work, then in ((UploadState.IMPORTING, UploadState.STOPPED), (UploadState.LOOKING, UploadState.LOOKED)):
            with writing(self._engine) as connection:
                values = {"state": then, "changed_at": database_now()}
                connection.execute(
                    update(upload).where(upload.c.token == token, upload.c.state == at_work).values(**values)
                )

    def forget(self, token: str) -> None:
        """Throw files away, with all that is known of them. Raises NotNow while they are imported."""
        found = self.find(token)
        if found is None:
            return
        if found.state is UploadState.IMPORTING:
            raise NotNow("It is being imported.", fix="Stop it first; an import can be taken back.")
        self._remove(found.number)

    def sweep(self) -> None:
        """Delete what nobody came back to for a week: it holds personal data. And what never arrived whole."""
        has_files = (upload.c.state == UploadState.IMPORTED) & (upload.c.n_bytes > 0)
        is_old = upload.c.changed_at < database_now(-KEPT_DAYS * 86_400)
        has_stuck = (upload.c.state == UploadState.ARRIVING) & (upload.c.changed_at < database_now(-_ARRIVES_SECONDS))
        with reading(self._engine) as connection:
            wanted = select(upload.c.id).where(upload.c.state.not_in(AT_WORK), is_old | has_stuck)
            numbers = connection.scalars(wanted).all()
            needless = connection.scalars(select(upload.c.id).where(has_files)).all()
        for number in numbers:
            self._remove(number)
        for number in needless:
            self.drop_files(number)

    def open_log(self, found: Upload, lease: Lease, folder: Path) -> UploadLog:
        """For the process that holds the lease, and has the files in this folder."""
        return UploadLog(self._engine, found, lease, folder)

    def write_files(self, found: Upload, folder: Path) -> list[Path]:
        """Write the files into a folder, for programs that read files. Raises Missing where they are not kept any more."""
        paths = [folder / name for name in found.names]
        for place, path in enumerate(paths):
            with path.open("wb") as file:
                for content in self._slices(found.number, place):
                    file.write(content)
        if sum(path.stat().st_size for path in paths) != self._n_bytes(found.number):
            raise Missing("These files are not kept any more.", fix="Choose them again.")
        return paths

    def drop_files(self, number: int) -> None:
        """The files are not needed any more. In small steps: SQLite overwrites each byte."""
        theirs = upload_slice.c.upload_id == number
        key = (upload_slice.c.file, upload_slice.c.part)
        while True:
            with writing(self._engine) as connection:
                some = connection.execute(select(*key).where(theirs).order_by(*key).limit(4 * _AT_ONCE)).all()
                for file, part in some:
                    connection.execute(delete(upload_slice).where(theirs, key[0] == file, key[1] == part))
                if not some:
                    connection.execute(update(upload).where(upload.c.id == number).values(n_bytes=0))
                    return

    def _arrive(self, names: Sequence[str], wish: ImportOptions, note: Callable[[Connection, int], object]) -> int:
        with writing(self._engine) as connection:
            statement = insert(upload).values(
                names=list(names),
                wish=wish_as_json(wish),
                answers={},
                state=UploadState.ARRIVING,
                changed_at=database_now(),
            )
            number = int(connection.execute(statement.returning(upload.c.id)).scalar_one())
            note(connection, number)
            return number

    def _keep_file(self, number: int, place: int, file: IO[bytes], told: Any) -> None:
        part = 0
        while chunk := file.read(_AT_ONCE * _SLICE_BYTES):
            told(chunk)
            rows = [
                {
                    "upload_id": number,
                    "file": place,
                    "part": part + at // _SLICE_BYTES,
                    "content": chunk[at : at + _SLICE_BYTES],
                }
                for at in range(0, len(chunk), _SLICE_BYTES)
            ]
            part += len(rows)
            with writing(self._engine) as connection:
                n_kept = connection.scalar(select(func.sum(upload.c.n_bytes))) or 0
                if n_kept + len(chunk) > _MOST_BYTES:
                    raise NotNow(
                        f"Files of {n_kept / 1_000_000:,.0f} MB wait to be imported already.",
                        fix="Import them or throw them away first.",
                    )
                mine = update(upload).where(upload.c.id == number)
                connection.execute(mine.values(n_bytes=upload.c.n_bytes + len(chunk), changed_at=database_now()))
                connection.execute(insert(upload_slice), rows)

    def _arrived(self, number: int, token: str) -> str:
        """Everything is here: it takes the place of an earlier upload of the same files, and is looked at."""
        earlier = self.find(token)
        if earlier and earlier.is_at_work:
            raise _worked_on()
        if earlier:
            self._remove(earlier.number)
        try:
            with writing(self._engine) as connection:
                values = {"token": token, "state": UploadState.LOOKING, "changed_at": database_now()}
                connection.execute(update(upload).where(upload.c.id == number).values(**values))
                ring(connection, Task.IMPORT)
        except IntegrityError:
            # The same files came from another tab in this very moment.
            raise _worked_on() from None
        return token

    def _begin(self, token: str, state: UploadState, values: Mapping[str, Any], allowed: Sequence[UploadState]) -> None:
        theirs = (upload.c.token == token, upload.c.state.in_(allowed))
        with writing(self._engine) as connection:
            number = connection.scalar(select(upload.c.id).where(*theirs).with_for_update())
            if number is None:
                return
            if "reached" in values:
                connection.execute(delete(upload_refusal).where(upload_refusal.c.upload_id == number))
            changed = {**values, "state": state, "changed_at": database_now()}
            connection.execute(update(upload).where(upload.c.id == number).values(**changed))
            ring(connection, Task.IMPORT)

    def _remove(self, number: int) -> None:
        # First so that nobody sees it or works on it any more, however long its bytes take.
        with writing(self._engine) as connection:
            gone = {"token": None, "state": UploadState.ARRIVING}
            connection.execute(update(upload).where(upload.c.id == number).values(**gone))
        self.drop_files(number)
        with writing(self._engine) as connection:
            connection.execute(delete(upload_refusal).where(upload_refusal.c.upload_id == number))
            connection.execute(delete(upload).where(upload.c.id == number))

    def _slices(self, number: int, place: int) -> Iterator[bytes]:
        part = 0
        while True:
            wanted = (
                select(upload_slice.c.content)
                .where(
                    upload_slice.c.upload_id == number,
                    upload_slice.c.file == place,
                    upload_slice.c.part.between(part, part + _AT_ONCE - 1),
                )
                .order_by(upload_slice.c.part)
            )
            with reading(self._engine) as connection:
                some = connection.scalars(wanted).all()
            if not some:
                return
            yield from some
            part += _AT_ONCE

    def _n_bytes(self, number: int) -> int:
        with reading(self._engine) as connection:
            return int(connection.scalar(select(upload.c.n_bytes).where(upload.c.id == number)) or 0)


def _upload(row: AnyRow) -> Upload:
    return Upload(
        number=row.id,
        token=row.token or "",
        names=row.names,
        wish=read_wish(row.wish),
        answers=row.answers,
        state=UploadState(row.state),
        run=row.run_id,
        n_begun=row.n_begun,
        reached=row.reached,
        done=row.done,
        total=row.total,
        found=read_found(row.found),
        problem=read_problem(row.problem),
    )


def _worked_on() -> NotNow:
    return NotNow("These files are being worked on already.", fix="Look at how far it is.")


def _plain_names(names: Sequence[str]) -> list[str]:
    """The files' own names without their paths, and changed where two are the same.

    They are written into one folder: of two that are the same to a disk, the second would take the first one's place.
    """
    found: dict[str, str] = {}
    for name in names:
        last = re.split(r"[/\\]", name)[-1]
        letters = "".join(letter if letter.isprintable() else "_" for letter in last).lstrip(".")
        plain = letters[-_LONGEST_NAME:] or "file"
        free = next(one for one in _numbered(plain) if one.casefold() not in found)
        found[free.casefold()] = free
    return list(found.values())


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield f"{number}-{name}"
