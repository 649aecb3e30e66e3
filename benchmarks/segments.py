"""Counts segments over made-up readers who opened and clicked: what `segments` and a sending ask the database.

python -m benchmarks.segments FOLDER NUMBER
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.child import python, run
from benchmarks.report import Line, Table

MOST_SECONDS = 1.0
N_ISSUES = 12
ROUNDS = 5
QUESTIONS = (
    "opened 3 of last 5",
    "opened 1 of last 12 and not clicked 1 of last 12",
    "engaged",
    "not engaged",
    "joined after 2026-06-01 and opened 2 of last 5",
    'city = "Bergen" and opened 1 of last 3',
)


def measure(folder: Path, sizes: list[int]) -> tuple[Table, dict[str, Any]]:
    lines: list[Line] = []
    raw: dict[str, Any] = {}
    for n_readers in sizes:
        home = folder / str(n_readers)
        (home / "var").mkdir(parents=True)
        output = run(python("-m", "benchmarks.segments", str(home), str(n_readers)), limit=1_200).output
        raw[str(n_readers)] = found = json.loads(output.splitlines()[-1])
        for question in QUESTIONS:
            seconds, cpu, n_fit = found[question]
            lines.append(
                Line(
                    f"{question} ({n_fit:,} of {n_readers:,})",
                    f"{seconds:.2f} s, {cpu:.2f} s of CPU",
                    f"under {MOST_SECONDS:g} s",
                    seconds < MOST_SECONDS,
                )
            )
    return Table("Count a segment (SQLite, warm, medians)", lines), raw


def main(folder: Path, n_readers: int) -> None:
    from benchmarks.readers import add
    from newsletter.db.engine import connect, writing
    from newsletter.segments.segments_sql import Segments

    add(folder, n_readers)
    engine = connect(f"sqlite:///{folder / 'var' / 'newsletter.db'}")
    with writing(engine) as connection:
        for statement in _HISTORY:
            connection.exec_driver_sql(statement, {"n_issues": N_ISSUES})
    segments = Segments(engine)
    found = {}
    for question in QUESTIONS:
        times, cpu, n_fit = [], [], 0
        for _ in range(ROUNDS):
            begun, used = time.perf_counter(), time.process_time()
            n_fit = segments.count(question, list_name="weekly")
            times.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - used)
        found[question] = (median(times), median(cpu), n_fit)
    engine.dispose()
    print(json.dumps(found))


_HISTORY = (
    "UPDATE subscriber SET fields = json_object('city', substr('BergenHarstadTromso', 1 + (id / 7 % 3) * 6, 6))",
    "INSERT INTO edition (id, digest, issue, document, frozen_at) VALUES (1, 'd', 1, '{}', '2026-11-02 09:00:00.000000')",
    """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :n_issues)
    INSERT INTO mailing (id, issue, edition_id, list_id, status, start_at, parcel_size, audience_ends_at_subscriber, created_at)
    SELECT n, n, 1, 1, 'finished', '2026-11-02 09:' || printf('%02d', n) || ':00.000000', 1000, 0, '2026-11-02 09:00:00.000000'
    FROM number
    """,
    """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :n_issues)
    INSERT INTO issue_place (issue, place) SELECT n, n - 1 FROM number
    """,
    # One in three never did anything; of the others each did something else, by the bits of a mixed number.
    """
    INSERT INTO engagement (subscriber_id, opened, clicked)
    SELECT id, (id * 2654435761 >> 7) & 4095, (id * 2654435761 >> 7) & (id * 40503 >> 3) & 4095
    FROM subscriber WHERE id % 3
    """,
)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
