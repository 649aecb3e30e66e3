"""`newsletter segments`, run in a real folder."""

from __future__ import annotations

import json

from .test_readers import Run, folder, run

__all__ = ["folder", "run"]


def test_segments_are_saved_counted_shown_and_forgotten(run: Run) -> None:
    """The count is asked anew each time, and a script gets the number alone."""
    for name, city in (("ana", "Berlin"), ("bo", "Bonn")):
        words = ("--active", "--consent", "Asked by mail", "--field", f"city={city}")
        run("subscribers", "add", f"{name}@example.com", "--list", "weekly", *words)

    assert run("segments", "count", 'city = "berlin"', "--list", "weekly").stdout == "1\n"
    run("segments", "add", "berlin", 'city = "Berlin"')
    shown = json.loads(run("segments", "--list", "weekly", "--format", "json").stdout)
    assert shown == {"segments": [{"name": "berlin", "question": 'city = "Berlin"', "readers": 1}]}
    run("segments", "remove", "berlin")
    assert "There is no segment yet" in run("segments").stdout


def test_a_field_that_nobody_has_is_named(run: Run) -> None:
    """A slip of the pen in `!=` or `not` would fit everybody, and nobody would notice."""
    words = ("--active", "--consent", "Asked by mail", "--field", "plan=pro")
    run("subscribers", "add", "ana@example.com", "--list", "weekly", *words)

    counted = run("segments", "count", 'plann != "pro" and email contains "@"', "--list", "weekly")
    saved = run("segments", "add", "free", 'not plann = "pro"')

    assert counted.stdout == "1\n"
    assert "No reader has the field 'plann'" in counted.stderr
    assert "No reader has the field 'plann'" in saved.stderr
    assert "No reader" not in run("segments", "count", 'plan = "pro"', "--list", "weekly").stderr
