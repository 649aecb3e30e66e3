"""Fill three gaps for parcels of a thousand readers: a name in the subject, in HTML, and a link of the reader's own.

python -m benchmarks.filling
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.child import python, run
from benchmarks.report import Line, Table

LEAST = 250_000
_READERS = 1_000


def measure(_folder: Path) -> tuple[Table, dict[str, Any]]:
    found: dict[str, Any] = json.loads(run(python("-m", "benchmarks.filling")).output.splitlines()[-1])
    lines = [
        Line("fill three gaps", f"{found['fill']:,.0f} readers/s", f"at least {LEAST:,}", found["fill"] >= LEAST),
        Line("make the readers' unsubscribe links", f"{found['links']:,.0f} readers/s"),
    ]
    return Table("Fill (one thread, by CPU time, medians)", lines), found


def main() -> None:
    from newsletter.words.gap import Context, Default, Field, Gap, Literal, fill
    from newsletter.words.token import reader_tokens

    name = Default(Field("first_name"), Literal("reader"))
    gaps = [Gap(name, Context.HEADER), Gap(name, Context.TEXT), Gap(Field("unsubscribe_url"), Context.URL)]
    subscribers = range(500_000, 500_000 + _READERS)

    def links() -> list[str]:
        tokens = reader_tokens(b"k" * 32, key_id=1, purpose="u", subscribers=subscribers, mailing_list=1, issue=42)
        return [f"https://ferries.example.com/u/{token}" for token in tokens]

    columns = {
        "first_name": ["" if n % 7 == 0 else f"Mara & {n}" if n % 50 == 0 else f"Mara {n}" for n in subscribers],
        "unsubscribe_url": links(),
    }
    print(json.dumps({"fill": _rate(lambda: [fill(gap, columns, _READERS) for gap in gaps]), "links": _rate(links)}))


def _rate(work: Any) -> float:
    """Readers a second."""
    taken = []
    for _ in range(25):
        begun = time.process_time()
        for _ in range(5):
            work()
        taken.append((time.process_time() - begun) / 5)
    return _READERS / median(taken)


if __name__ == "__main__":
    main()
