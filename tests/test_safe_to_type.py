"""No line that a person may type or paste installs a stranger's package: the name `newsletter` on a registry is not ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]
_INSTALLS = re.compile(
    r"\b(?:pip3?|pipx|uvx?|poetry|pdm|conda|easy_install)\b[^\n|;&]*?"
    r"(?:\binstall|\badd|\brun|\btool|\buvx)\b[^\n|;&]*?(?<![\w./-])['\"]?newsletter(?:\[[\w,]+\])?(?:[=<>~!]=?[\w.]*)?['\"]?(?![\w./@-])"
    r"|\b(?:uvx|pipx run)\s+newsletter\b"
)


def texts() -> list[Path]:
    """Everything that people read or type from."""
    roots = ["README.md", "CONTRIBUTING.md", "Makefile", "docs", "deploy", "src", "seeds", "templates", "subscribers"]
    found = [path for root in roots for path in [TOP / root, *(TOP / root).rglob("*")] if path.is_file()]
    return [path for path in found if path.suffix in {".md", ".py", ".html", ".service", ".toml", ".txt", ".timer", ""}]


def test_nothing_installs_a_package_of_that_name() -> None:
    """Install lines name a path, a wheel or packages of others."""
    found = [
        f"{path.relative_to(TOP)}: {line.strip()}"
        for path in texts()
        for line in path.read_text("utf-8", "replace").splitlines()
        if _INSTALLS.search(line)
    ]

    assert [] == found


@pytest.mark.parametrize(
    ("line", "is_strange"),
    [
        ("pip install newsletter", True),
        ("pip install 'newsletter[postgres]'", True),
        ("python -m pip install --upgrade newsletter==0.1", True),
        ("uv tool install newsletter", True),
        ("pipx install newsletter", True),
        ("uvx newsletter demo", True),
        ("uv add newsletter", True),
        ("pip install ./newsletter", False),
        ("pip install newsletter-0.1.0-py3-none-any.whl", False),
        ('pip install --constraint constraints.txt ".[postgres]"', False),
        ("pip install 'psycopg[binary]'", False),
        ("make setup, then newsletter demo", False),
    ],
)
def test_the_look_finds_such_lines(line: str, is_strange: bool) -> None:
    """It can fail, and leaves harmless lines alone."""
    assert is_strange == bool(_INSTALLS.search(line))
