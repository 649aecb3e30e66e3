"""What the process that works on an upload writes down of it: how far it is and what came of it, while it may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, insert, select, update

from newsletter.consent.tables import import_run
from newsletter.db.engine import writing
from newsletter.db.lease import Lease
from newsletter.db.types import database_now
from newsletter.imports.report import ImportReport
from newsletter.imports.tables import upload, upload_refusal
from newsletter.imports.upload import Upload, UploadFound, found_as_text, problem_as_text, read_found
from newsletter.imports.upload_state import UploadState
from newsletter.words.mistake import NewsletterError

# Enough to look through on its page.
_MOST_SHOWN = 60


class UploadLeft(Exception):
    """Somebody stopped it or threw it away while this process was at work on it."""


class UploadLog:
    """Every line is written in a transaction that checks the lease, and that the upload is still to be worked on.

    `folder` is where this process has the files: no message names it. The methods raise LeaseLost and UploadLeft.
    """

    def __init__(self, engine: Engine, found: Upload, lease: Lease, folder: Path) -> None:
        self._engine, self._lease = engine, lease
        self._number, self._state = found.number, found.state
        self._place = f"{folder}/"

    def begin(self, run: int | None, total: int) -> None:
        """The files are understood, and have so many lines to read, over all passes."""
        self._write({"run_id": run, "total": total})

    def follow(self, done: int, total: int) -> None:
        """How far it is with something else than rows, such as old issues."""
        self._write({"done": done, "total": total})

    def take(self) -> None:
        """Count that a process begins: these files may be what it dies of, and then it is not begun again without end."""
        self._write({"n_begun": upload.c.n_begun + 1})

    def note(self, connection: Connection, report: ImportReport, *, reached: int, done: int) -> None:
        """A batch is written, as part of its transaction."""
        before = self._check(connection) or UploadFound()
        whole = replace(before.report, changes=list(before.report.changes), notes=[])
        whole.add(replace(report, problems=[], notes=[]))
        whole.changes = whole.changes[:_MOST_SHOWN]
        values = {"reached": reached, "done": done, "n_begun": 0, "found": found_as_text(replace(before, report=whole))}
        self._change(connection, values)
        if report.problems:
            rows = self._plain(orjson.dumps([tuple(one) for one in report.problems]).decode())
            values = {"upload_id": self._number, "reached": reached, "rows": rows}
            connection.execute(insert(upload_refusal).values(**values))

    def finish(self, found: UploadFound) -> None:
        """All rows are read. `found` has notes, and what is known of the files; the counts are those that were noted."""
        then = UploadState.LOOKED if self._state is UploadState.LOOKING else UploadState.IMPORTED
        with writing(self._engine) as connection:
            before = self._check(connection) or UploadFound()
            whole = replace(before.report, notes=list(found.report.notes))
            text = self._plain(found_as_text(replace(found, report=whole)))
            self._change(connection, {"state": then, "found": text, "problem": ""})
            if then is UploadState.IMPORTED:
                run = select(upload.c.run_id).where(upload.c.id == self._number).scalar_subquery()
                finished = update(import_run).where(import_run.c.id == run)
                connection.execute(finished.values(finished_at=database_now()))

    def refuse(self, error: NewsletterError) -> None:
        """It can't go on before a person does something about it."""
        then = UploadState.LOOKED if self._state is UploadState.LOOKING else UploadState.STOPPED
        self._write({"state": then, "problem": self._plain(problem_as_text(error))})

    def _write(self, values: dict[str, Any]) -> None:
        with writing(self._engine) as connection:
            self._check(connection)
            self._change(connection, values)

    def _check(self, connection: Connection) -> UploadFound | None:
        """What was found so far, locked until the transaction ends."""
        self._lease.check(connection)
        wanted = select(upload).where(upload.c.id == self._number).with_for_update()
        row = connection.execute(wanted).first()
        if row is None or row.state != self._state:
            raise UploadLeft
        return read_found(row.found)

    def _change(self, connection: Connection, values: dict[str, Any]) -> None:
        changed = {**values, "changed_at": database_now()}
        connection.execute(update(upload).where(upload.c.id == self._number).values(**changed))

    def _plain(self, text: str) -> str:
        return text.replace(self._place, "")
