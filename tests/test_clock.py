"""The clock that deadlines are measured by."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time

import pytest

_WORK = "import time; from newsletter.wiring import SystemClock; print(SystemClock().monotonic() - time.monotonic())"
# A namespace in which the machine seems to have slept for so long.
_SLEPT_SECONDS = 100_000
_ASLEEP = ["unshare", "--user", "--map-root-user", "--time", "--boottime", str(_SLEPT_SECONDS), "--"]


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="only Linux has a clock of its own for this")
def test_hours_in_which_the_machine_slept_count() -> None:
    """A claim from before a laptop's lid was closed must not look fresh when it is opened."""
    if (
        shutil.which("unshare") is None
        or subprocess.run([*_ASLEEP, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this system lets nobody have a time of their own")

    done = subprocess.run([*_ASLEEP, sys.executable, "-c", _WORK], capture_output=True, text=True, check=True)

    assert float(done.stdout) == pytest.approx(_SLEPT_SECONDS, abs=1_000)
