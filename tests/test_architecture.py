"""The house keeps its shape: layers, file sizes, names of rooms, where SQL may stand."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "newsletter"
MODULES = sorted(path for path in SOURCE.rglob("*.py"))
SHAPELESS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "services", "base"}


def test_who_may_import_whom() -> None:
    """import-linter finds every contract of pyproject.toml kept."""
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert 0 == run.returncode, run.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_begins_with_a_sentence_and_stays_small(path: Path) -> None:
    """The first line says what a file is for; no file outgrows 400 lines; no room is without a subject."""
    text = path.read_text()
    docstring = ast.get_docstring(ast.parse(text)) or ""

    assert re.match(r"\S.*[.:?]$", docstring.split("\n\n")[0].replace("\n", " ")), "no sentence at the top"
    # A migration is written by a tool and read once.
    assert text.count("\n") <= 400 or "migrations" in path.parts
    assert path.stem not in SHAPELESS


@pytest.mark.parametrize("path", sorted((SOURCE / "words").glob("*.py")), ids=lambda path: path.name)
def test_words_are_pure(path: Path) -> None:
    """The nouns know the standard library and each other: no clock, no disk, no network."""
    # Tables and rules of IDNA 2008, loaded where a name needs them: the standard library knows IDNA 2003 only.
    beyond = {("domain.py", "idna")}
    forbidden = {"os", "pathlib", "socket", "time", "random", "secrets", "subprocess", "urllib.request", "http"}
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            if (path.name, name) in beyond:
                continue
            assert name.split(".")[0] in sys.stdlib_module_names or name.startswith("newsletter.words"), name
            assert name not in forbidden


def test_sql_stands_only_in_the_store() -> None:
    """No other room speaks SQL or SQLAlchemy; wiring only names the engine's type."""
    for path in MODULES:
        room = path.relative_to(SOURCE).parts[0]
        if room in {"store", "wiring"}:
            continue
        assert not re.search(r"^\s*(from|import) sqlalchemy", path.read_text(), re.MULTILINE), path


def test_help_answers_without_loading_the_house() -> None:
    """`newsletter --help` imports none of the heavy libraries."""
    heavy = ["sqlalchemy", "alembic", "jinja2", "mjml", "sendgrid", "rich", "trafilatura", "apscheduler", "markdown_it"]
    code = (
        "import sys\nfrom newsletter.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == run.stdout.strip().splitlines()[-1]
