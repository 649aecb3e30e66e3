"""Imports in the background: what was brought in the pages is looked at and imported, and imports are taken back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from newsletter.db.doorbell import ring_now
from newsletter.db.lease import Lease
from newsletter.ports.work import Task
from newsletter.wiring.moves import move_desk
from newsletter.words.consent import Asked
from newsletter.words.subscriber import SubscriptionStatus

if TYPE_CHECKING:
    from newsletter.consent.ask import AskProgress
    from newsletter.imports.carry_out import ImportDesk, Work
    from newsletter.imports.report import ImportOptions
    from newsletter.imports.upload import Upload
    from newsletter.move_in.record import MoveRecord
    from newsletter.wiring import Parts


class Importer:
    """One of each process, which works on one upload at a time: two would leave its other jobs no time."""

    def __init__(self, parts: Parts, stop: threading.Event) -> None:
        self._parts, self._stop = parts, stop
        self._turn = threading.Lock()

    def beat(self) -> None:
        """Do all that waits and that no other process has in its hands."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            seen: set[int] = set()
            while waiting := [one for one in self._parts.uploads.list_at_work() if one not in seen]:
                seen.add(waiting[0])
                self._carry_out(waiting[0])
            for number in self._parts.imports.list_to_undo():
                self._undo(number)
            for move in self._parts.moves.list_to_undo():
                self._take_back(move)
        finally:
            self._turn.release()

    def _carry_out(self, number: int) -> None:
        from newsletter.imports.carry_out import carry_out
        from newsletter.imports.file_import import ImportLeft

        if self._stop.is_set():
            return
        lease = Lease(self._parts.engine, f"upload {number}")
        with lease.try_hold() as mine:
            found = self._parts.uploads.find_numbered(number) if mine else None
            if found is None or not found.is_at_work:
                return
            try:
                goes_on = self._goes_on
                carry_out(import_desk(self._parts), found, lease, goes_on=goes_on, work=work_of(self._parts, found))
                return
            except ImportLeft:
                pass
        # This process ends, and the lease is given back: the next one goes on at once.
        ring_now(self._parts.engine, Task.IMPORT)

    def _goes_on(self) -> bool:
        return not self._stop.is_set()

    def _undo(self, number: int) -> None:
        with Lease(self._parts.engine, f"undo {number}").try_hold() as mine:
            if mine and self._goes_on():
                self._parts.imports.undo(number, goes_on=self._goes_on)

    def _take_back(self, move: MoveRecord) -> None:
        from newsletter.move_in.carry_out import take_back

        with Lease(self._parts.engine, f"undo move {move.id}").try_hold() as mine:
            if mine and self._goes_on():
                take_back(move_desk(self._parts), import_desk(self._parts), move, goes_on=self._goes_on)


def work_of(parts: Parts, found: Upload) -> Work | None:
    """What is done with the files of an upload; None for readers alone."""
    move = parts.moves.find_of(found.number)
    if move is None:
        return None
    from newsletter.move_in.carry_out import work_on

    return work_on(move_desk(parts), move)


def import_desk(parts: Parts) -> ImportDesk:
    from newsletter.consent.ask import ask_pending
    from newsletter.imports.carry_out import ImportDesk

    def ask(options: ImportOptions) -> AskProgress | None:
        if options.status is not SubscriptionStatus.PENDING:
            return None
        asked = ask_pending(parts.consent, parts.post_office, options.list_name, Asked.IMPORT, options.consent)
        parts.after_sending()
        return asked

    return ImportDesk(
        uploads=parts.uploads,
        imports=parts.imports,
        readers=parts.readers,
        membership=parts.consent.membership,
        ask=ask,
    )
