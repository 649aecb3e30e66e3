"""Whoever moves a part of the program has one file to change here, and the judge and the mutants know none of it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
# The program, and the tests of one of its rooms, which move with it.
_NAMES_A_PART = re.compile(r"\b(?:from|import) (?:newsletter\b|tests\.(?!faults\b|fakes\b)\w+\.)")


def test_only_one_file_names_the_parts() -> None:
    """Also in the programs that tests hand to other processes as text."""
    files = [path for path in sorted(_HERE.glob("*.py")) if path != Path(__file__)]

    # These begin the real program, and know it by its commands and pages.
    outside = ["test_ordinary_user.py", "test_send_wait.py", "test_siege.py", "test_small_machine.py"]
    many_machines = ["ground.py", "machine.py", "many_machines.py"]
    named = {path.name for path in files if _NAMES_A_PART.search(path.read_text())}
    assert {"house.py", *outside, *many_machines} == named


@pytest.mark.parametrize("name", ["judge.py", "mutants.py"])
def test_judge_and_mutants_import_nothing_of_ours(name: str) -> None:
    """Not even by way of another test file: they read the tables, and what the provider wrote down."""
    tree = ast.walk(ast.parse((_HERE / name).read_text()))
    modules = {node.module or "" for node in tree if isinstance(node, ast.ImportFrom)}

    assert "dataclasses" in modules
    assert not [one for one in modules if one.partition(".")[0] in {"", "newsletter", "tests"}]
