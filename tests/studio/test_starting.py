"""What stands at the terminal of somebody who starts the studio."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.running import a_folder, command, environment


def test_the_first_start_says_the_address_and_nothing_else(tmp_path: Path) -> None:
    """No line of a server or a database that was made stands round the one that is needed."""
    words = command(a_folder(tmp_path / "weekly", database=False), "studio", "--no-open", "--port", "0")
    process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    process.terminate()
    rest, told = process.communicate(timeout=20)

    assert "/studio?token=" in first
    assert rest in {"", "What is scheduled goes out while this runs. Ctrl-C stops.\n"}
    assert "" == told
