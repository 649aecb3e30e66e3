"""SECURITY.md promises nothing that no test shows: each row of its table names one that is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_ROW = re.compile(r"^\| (?!threat \||-)(.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def _rows() -> list[tuple[str, str]]:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("|") and not line.startswith(("|-", "| threat |"))]
    found = _ROW.findall(text)
    # A row that is laid out in another way would be passed over.
    assert len(found) == len(table) > 20
    return [(threat, shown) for threat, _, shown in found]


@pytest.mark.parametrize(("threat", "shown"), _rows())
def test_each_threat_names_tests_that_are_there(threat: str, shown: str) -> None:
    """By file and name, so that one that is renamed or deleted is missed here; and each of them asserts something."""
    named = _NAMED.findall(shown)
    assert named and ", ".join(f"`{file}::{name}`" for file, name in named) == shown, threat
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        tests = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
        assert name in tests, f"{file} has no {name}"
        assert any(isinstance(part, ast.Assert | ast.With) for part in ast.walk(tests[name])), name


@pytest.mark.parametrize("heading", ["How to report", "What is promised", "What is not promised"])
def test_the_page_says_what_it_is_for(heading: str) -> None:
    """Whoever found something must not have to search."""
    assert f"\n## {heading}\n" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
