"""Versions that pages showed are known to every process, and no name in a form leads anywhere else."""

from __future__ import annotations

import os
from pathlib import Path

from newsletter.web.studio.issue.shown_versions import ShownVersions
from tests.world import an_edition


def test_what_one_process_showed_another_one_knows(tmp_path: Path) -> None:
    """A file that was damaged is as good as none."""
    edition = an_edition(1, words="About ice.")
    digest = ShownVersions(tmp_path).show(edition)
    other = ShownVersions(tmp_path)
    assert other.find(digest) == edition
    (tmp_path / "var" / "cache" / "shown" / f"{digest}.json").write_text('{"is": "Edition"')
    assert other.find(digest) is None


def test_a_form_reaches_no_other_file(tmp_path: Path) -> None:
    """Nor words under another digest than their own."""
    shown = ShownVersions(tmp_path)
    digest = shown.show(an_edition(1))
    room = tmp_path / "var" / "cache" / "shown"
    other = "0" * 64
    os.link(room / f"{digest}.json", room / f"{other}.json")
    os.link(room / f"{digest}.json", tmp_path / "var" / "cache" / "kept.json")
    assert [shown.find(name) for name in ("../kept", other, "1" * 64, "")] == [None] * 4


def test_the_last_fifty_are_remembered(tmp_path: Path) -> None:
    """One that is shown again counts as new."""
    shown = ShownVersions(tmp_path)
    digests = []
    for number in range(50):
        digests.append(shown.show(an_edition(1, words=f"Version {number}.")))
        os.utime(tmp_path / "var" / "cache" / "shown" / f"{digests[-1]}.json", (number, number))
    shown.show(an_edition(1, words="Version 0."))
    shown.show(an_edition(1, words="One more."))
    assert [shown.find(one) is not None for one in digests[:3]] == [True, False, True]
