"""The judge is alive: each of five wrong ways to send is found out."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.running import sendgrid_server
from tests.faults.campaign import NewDatabase, run
from tests.faults.history import HARM
from tests.faults.house import connect
from tests.faults.mutants import MUTANTS, n_harmed, plant
from tests.faults.sender import Orders, start
from tests.world import add_readers

# What each mutant does to readers: D some get two, T some get none and the books say they have it, B a backup mails them.
_FINDS = {
    "cursor at fetch": "T",
    "send, then mark": "D",
    "blind retry": "D",
    "unique per mailing": "D",
    "never a copy": "B",
}
_MOST_ROUNDS = 5
# A column without which a mutant can do nothing: in what arouses it, in its condition, or in what it does.
_NEEDS = {
    "cursor at fetch": ("attempt", "carried"),
    "send, then mark": ("parcel", "not_before"),
    "blind retry": ("delivery", "handover"),
    "unique per mailing": ("subscription", "status"),
    "never a copy": ("attempt", "outcome"),
}


@pytest.mark.faults
@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mutant_is_found_out(mutant: str, tmp_path: Path, sqlite_files: NewDatabase) -> None:
    """Within a few dozen histories the judge finds the very fault that this mutant has."""
    for number in range(_MOST_ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        tally = run(list(range(100 + 6 * number, 106 + 6 * number)), folder, sqlite_files, mutant=mutant)
        assert tally.actions[HARM], f"{mutant} does no harm any more"
        if tally.letters()[_FINDS[mutant]]:
            found = tally.letters()
            print(
                f"\n{mutant}: found in {found[_FINDS[mutant]]} of the {tally.histories} histories of round {number + 1}"
            )
            return
    pytest.fail(f"{mutant} was not found out in {6 * _MOST_ROUNDS} histories")


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mutant_does_its_harm(mutant: str, tmp_path: Path, sqlite_files: NewDatabase) -> None:
    """Each trigger of it in two small sendings, to lists that overlap, of which the first loses an answer."""
    url = sqlite_files(0, tmp_path)
    engine = connect(url)
    for list_name, numbers in (("weekly", range(3)), ("friends", range(2, 5))):
        add_readers(engine, list_name, numbers)
    engine.dispose()
    plant(mutant, url)
    assert 0 == n_harmed(mutant, url)

    with sendgrid_server(tmp_path / "sendgrid") as server:
        server.plan("accept-close")
        orders = Orders(url=url, folder=tmp_path, provider_url=server.url, parcel_size=2, calls=1)
        for list_name in ("weekly", "friends"):
            process = start(replace(orders, list_name=list_name))
            process.join(30)
            assert 0 == process.exitcode

    assert n_harmed(mutant, url) > 0


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_that_does_not_fit_the_tables_any_more_is_not_planted(
    mutant: str, tmp_path: Path, sqlite_template: Path
) -> None:
    """A column has got another name: that is an error at once, not a mutant which sleeps."""
    path, (table, column) = tmp_path / "newsletter.db", _NEEDS[mutant]
    shutil.copy(sqlite_template, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO called_otherwise")

    with pytest.raises(sqlite3.OperationalError, match=column):
        plant(mutant, f"sqlite:///{path}")
