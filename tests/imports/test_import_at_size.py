"""An import of many: memory does not grow with the file."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from newsletter.consent.membership_sql import Membership
from newsletter.imports.report import ImportOptions
from tests.importing import import_csv


def _write(path: Path, first: int, n_people: int) -> Path:
    with path.open("w") as file:
        file.write("email,first_name,last_name,city\n")
        for number in range(first, first + n_people):
            file.write(f"reader{number}@example.com,Ana{number},Ng,Berlin\n")
    return path


def _peak(membership: Membership, path: Path, n_people: int) -> int:
    """Bytes at the highest point of one import, above those at its start."""
    tracemalloc.start()
    try:
        report = import_csv(membership, [path], ImportOptions(list_name="weekly"))
        assert report.added == n_people
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_import_of_16000_takes_hardly_more_memory_than_one_of_4000(membership: Membership, tmp_path: Path) -> None:
    """Four times the people: at most 36 bytes more for each, to know the addresses that were there already."""
    _peak(membership, _write(tmp_path / "first.csv", 0, 4_000), 4_000)

    few = _peak(membership, _write(tmp_path / "small.csv", 10_000, 4_000), 4_000)
    many = _peak(membership, _write(tmp_path / "large.csv", 20_000, 16_000), 16_000)

    assert many - few < 36 * 16_000
    assert many < 20 * 2**20
