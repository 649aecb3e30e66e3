"""The judge is alive: each of five wrong ways to send is found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.campaign import NewDatabase, run
from tests.faults.mutants import MUTANTS

# What each mutant does to readers: D some get two, T some get none and the books say they have it, B a backup mails them.
_FINDS = {
    "cursor at fetch": "T",
    "send, then mark": "D",
    "blind retry": "D",
    "unique per mailing": "D",
    "never a copy": "B",
}
_MOST_ROUNDS = 5


@pytest.mark.faults
@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mutant_is_found_out(mutant: str, tmp_path: Path, sqlite_files: NewDatabase) -> None:
    """Within a few dozen histories the judge finds the very fault that this mutant has."""
    for number in range(_MOST_ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        tally = run(list(range(100 + 6 * number, 106 + 6 * number)), folder, sqlite_files, mutant=mutant)
        if tally.letters()[_FINDS[mutant]]:
            found = tally.letters()
            print(
                f"\n{mutant}: found in {found[_FINDS[mutant]]} of the {tally.histories} histories of round {number + 1}"
            )
            return
    pytest.fail(f"{mutant} was not found out in {6 * _MOST_ROUNDS} histories")
