"""The database goes back in time under a sender at work, as one that fails over to a copy which missed the last second."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from newsletter.db.engine import writing
from newsletter.ledger.live_sql import Live
from newsletter.words.consignment import Consignment
from newsletter.words.mistake import NotNow
from tests.ledger.parts import Carrier, a_drain, send, states
from tests.world import add_readers

# What an older copy does not know: a try, whom it carried, and that their batch was ever taken.
_FORGET = (
    "UPDATE delivery SET handover = 'pending', accepted_by = NULL WHERE parcel_id IN (SELECT parcel_id FROM attempt WHERE id > {n})",
    "UPDATE parcel SET status = 'ready' WHERE id IN (SELECT parcel_id FROM attempt WHERE id > {n})",
    "DELETE FROM attempt WHERE id > {n}",
)


@pytest.mark.parametrize("n_known", [0, 1])
def test_nobody_is_mailed_twice_by_a_database_that_forgot(engine: Engine, tmp_path: Path, n_known: int) -> None:
    """In the second of four calls the first, or only that one, is forgotten: no further call is made, and everything is held."""
    add_readers(engine, "weekly", range(8))

    def forget(_: Consignment) -> None:
        if len(carrier.handed) == 2:
            with writing(engine) as connection:
                for statement in _FORGET:
                    connection.execute(text(statement.format(n=n_known)))

    carrier = Carrier(forget)
    drain = a_drain(engine, tmp_path, carrier)
    mailing = send(drain, size=2)

    assert 2 == len(carrier.handed), "a call was made on what an older database says"
    assert "paused" == mailing.status
    assert "went back in time" in (mailing.pause_reason or "")
    with pytest.raises(NotNow, match="went back in time"):
        Live(engine, tmp_path / "live", new_id=lambda: "new").check()

    # What became of the forgotten call is not lost with it: the next one that may send puts it aside, and says so.
    assert 1 == len(list((tmp_path / "spool").glob("*.json")))
    drain.sender.live.declare()  # type: ignore[attr-defined]  # the owner says that it is the live one
    drain.recover()
    assert 1 == len(list((tmp_path / "spool").glob("*.unknown")))
    assert {"pending": 8 - 2 * n_known} | ({"accepted": 2} if n_known else {}) == states(engine)


def test_after_it_was_told_to_be_the_live_one_it_sends_and_notes(engine: Engine, tmp_path: Path) -> None:
    """A sender that lives on, such as `serve`, goes on from there, in the very file that a later backup is told by."""
    add_readers(engine, "weekly", range(4))
    live = Live(engine, tmp_path / "live", new_id=lambda: "one")
    live.check()
    live.note(7)
    with pytest.raises(NotNow):
        live.note(8)
    with pytest.raises(NotNow):
        live.check()

    Live(engine, tmp_path / "live", new_id=lambda: "other").declare()
    live.check()
    live.note(9)

    assert 9 == int((tmp_path / "live" / "one").read_text())
