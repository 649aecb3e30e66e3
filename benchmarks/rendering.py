"""Compose and render one full issue, beside bare mjml-python on the same MJML.

python -m benchmarks.rendering FOLDER
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.child import python, run
from benchmarks.report import Line, Table

MOST = 3.0


def measure(folder: Path) -> tuple[Table, dict[str, Any]]:
    run(python("-m", "benchmarks.newspaper", str(folder)))
    found: dict[str, Any] = json.loads(run(python("-m", "benchmarks.rendering", str(folder))).output.splitlines()[-1])
    ratio = found["guarded"] / found["bare"]
    lines = [
        Line("read, compose and render: subject, HTML and text", f"{found['whole']:.1f} ms"),
        Line("guard, render and mend the MJML", f"{found['guarded']:.1f} ms"),
        Line("bare mjml-python, the same MJML", f"{found['bare']:.1f} ms"),
        Line("guarded / bare", f"{ratio:.2f}x", f"at most {MOST:g}x", ratio <= MOST),
    ]
    return Table(f"Compose and render ({found['html'] / 1000:.0f} kB of HTML, warm, medians)", lines), found


def main(folder: Path) -> None:
    from mjml import mjml2html

    from newsletter.compose.mjml import to_html
    from newsletter.compose.mjml_guard import guarded
    from newsletter.compose.press import press
    from newsletter.wiring import open_newsletter

    parts = open_newsletter(folder)
    caught: list[tuple[Any, Any]] = []
    # What the renderer hands to MJML is caught at the door, so that both get exactly what a real issue makes.
    render: Any = importlib.import_module("newsletter.compose.render")

    def catching(written: Any, sentinels: Any) -> str:
        caught.append((written, sentinels))
        return to_html(written, sentinels)

    render.to_html = catching
    edition = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    render.to_html = to_html
    written, sentinels = caught[0]
    # Bare, it has all of the HTML to do, also what the guard takes round it.
    about = guarded(written, sentinels)
    safe = sentinels.hold_pattern.sub(lambda match: about.holds[int(match[1])].html, about.text)
    # By itself: a whole rendering in between would leave the processor's caches cold for one of the two.
    times = _alternating(whole=lambda: press(parts.shelf, parts.config.newsletter, 1)) | _alternating(
        guarded=lambda: to_html(written, sentinels),
        bare=lambda: mjml2html(safe, disable_comments=True, fonts={}),
    )
    html = sum(len(piece) for piece in edition.html.pieces if isinstance(piece, str))
    print(json.dumps(times | {"html": html}))


def _alternating(**works: Callable[[], object]) -> dict[str, float]:
    """Milliseconds each, taken in turns so that a busy moment of the machine hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(25):
        for name, work in works.items():
            begun = time.process_time()
            work()
            taken[name].append(1000 * (time.process_time() - begun))
    return {name: median(times) for name, times in taken.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
