"""Plans an issue of a folder for the list `weekly`, and prints what that alone took, without starting Python.

python -m benchmarks.planning FOLDER [ISSUE]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(folder: Path, issue: int = 1) -> None:
    from newsletter.compose.press import press
    from newsletter.ledger.plan import plan
    from newsletter.wiring import open_newsletter

    parts = open_newsletter(folder)
    edition = press(parts.shelf, parts.config.newsletter, issue).rendered.edition
    ledger, size = parts.ledger, parts.parcel_size
    wall, cpu = time.perf_counter(), time.process_time()
    mailing, _ = plan(ledger, parts.clock, edition, list_name="weekly", parcel_size=size)
    print(
        json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "planned": mailing.planned})
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
