"""Check an issue without network, from the folder to the findings, by number of posts and of earlier issues.

python -m benchmarks.check FOLDER
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.child import python, run
from benchmarks.report import Line, Table

WITHIN_MS = 1000.0
# 40 posts are 3.3 times 12: what does not grow with posts makes it less, a slow spot makes it more.
MOST_TIMES = 40 / 12 * 1.2
ROUNDS = 7


def measure(folder: Path) -> tuple[Table, dict[str, Any]]:
    found: dict[str, Any] = json.loads(run(python("-m", "benchmarks.check", str(folder))).output.splitlines()[-1])
    ratio = found["long"] / found["short"]
    lines = [
        Line(
            "an issue of 12 posts", f"{found['short']:.0f} ms", f"at most {WITHIN_MS:g} ms", found["short"] <= WITHIN_MS
        ),
        Line("an issue of 40 posts", f"{found['long']:.0f} ms"),
        Line("40 posts / 12 posts", f"{ratio:.2f}x", f"at most {MOST_TIMES:g}x", ratio <= MOST_TIMES),
        Line("12 posts after 50 issues of 12 posts", f"{found['after']:.0f} ms"),
    ]
    return Table("Check without network (read, render, check; warm, medians)", lines), found


def main(folder: Path) -> None:
    times = {
        name: median(measured(folder / name, n_posts, n_before)) * 1000
        for name, n_posts, n_before in (("short", 12, 0), ("long", 40, 0), ("after", 12, 50))
    }
    print(json.dumps(times))


def measured(folder: Path, n_posts: int, n_before: int) -> list[float]:
    """Seconds of each run: reading, rendering and checking, with the database open and modules loaded."""
    from newsletter.compose.press import press
    from newsletter.preflight.check import check
    from newsletter.wiring import open_newsletter
    from newsletter.wiring.surroundings import around

    make(folder, n_posts, n_before)
    times = []
    for number in range(ROUNDS + 1):
        parts = open_newsletter(folder)
        parts.readers.known_fields()
        begun = time.perf_counter()
        proof = press(parts.shelf, parts.config.newsletter, n_before + 1)
        found = check(proof, around(parts, proof, online=False))
        took = time.perf_counter() - begun
        parts.engine.dispose()
        unexpected = {one.code for one in found if one.counts} - {"clipped", "nearly-clipped", "unlinked-source"}
        if unexpected:
            raise RuntimeError(f"the made-up issue has findings of its own: {unexpected}")
        # The first run compiles and warms up.
        times += [took] if number else []
    return times


def make(folder: Path, n_posts: int, n_before: int) -> None:
    """An issue of `n_posts`, after `n_before` issues of twelve."""
    from benchmarks.newspaper import _post, _prose
    from newsletter.folder.new import create_folder

    create_folder(
        folder,
        name="Weekly Ferries",
        sender="mara@ferries.example.com",
        address="Quay 1, 20359 Hamburg",
    )
    with (folder / "newsletter.toml").open("a") as settings:
        settings.write('public_url = "https://ferries.example.com"\n')
    chance = random.Random(7)
    day = 0
    for number in range(1, n_before + 2):
        slugs = []
        for _ in range(n_posts if number == n_before + 1 else 12):
            day += 1
            slugs.append(f"crossing-{day}")
            (folder / "posts" / f"{slugs[-1]}.md").write_text(_post(chance, day))
        (folder / "issues" / f"{number:03d}.md").write_text(
            f"---\nnumber: {number}\nsubject: 'Crossings for {{{{ first_name | default(\"you\") }}}}'\n"
            f"preheader: What a tide table promises.\nsections:\n  - posts: [{', '.join(slugs)}]\n---\n\n{_prose(chance, 60)}\n"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
