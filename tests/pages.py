"""The pages of this repository, read as their tests need them, and the page that is made of the commands."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from newsletter.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

_SKIPPED_FOLDERS = {".venv", ".git", "node_modules", "build", "dist", "var", "golden", "demo"}
PAGES = sorted(
    path for path in ROOT.rglob("*.md") if not _SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts) and path.is_file()
)
OUR_PAGES = [path for path in PAGES if path.parent in {ROOT, DOCS, DOCS / "decisions", DOCS / "how-to"}]


class Block(NamedTuple):
    """A fenced piece of a page: its language, and `output` or the file it is written to."""

    language: str
    note: str
    text: str


def blocks(page: Path) -> list[Block]:
    return blocks_in(page.read_text())


def blocks_in(text: str) -> list[Block]:
    found = re.findall(r"^```(\w+)[ ]?(\S*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(*parts) for parts in found]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row of a text, without heads and rulers; `\\|` is a bar inside a cell."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [
        row
        for number, row in enumerate(cells)
        if not _is_ruler(row) and not (number + 1 < len(cells) and _is_ruler(cells[number + 1]))
    ]


def _is_ruler(row: list[str]) -> bool:
    return all(re.fullmatch("-+", cell) for cell in row)


def section(page: Path, heading: str) -> str:
    """The text under a heading, up to the next one."""
    parts = re.split(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[heading]


def code(cell: str) -> str:
    return cell.strip("`")


def anchors(page: Path) -> set[str]:
    headings = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-") for heading in headings}


def commands() -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command that does something, with its whole name."""
    top = click.Context(main, info_name="newsletter")
    for name in COMMANDS:
        command = main.get_command(top, name)
        assert command is not None
        yield from _under(command, f"newsletter {name}", top)


def _under(
    command: click.Command, name: str, parent: click.Context
) -> Iterator[tuple[str, click.Command, click.Context]]:
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent)
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield name, command, context
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            assert inner is not None
            yield from _under(inner, f"{name} {word}", context)


def commands_page() -> str:
    """The text of docs/commands.md."""
    parts = [
        "# Commands",
        (
            "Every command says the same with `--help`. `newsletter -C DIR COMMAND` works on the newsletter in DIR; without `-C` it is the\n"
            "folder you are in. A command ends with 0 when it did what it was asked, with 1 when it found or refused something, and with 2\n"
            "when it was called wrongly."
        ),
        "This page is written by `tests/test_docs.py` from the commands themselves.",
    ]
    for name, command, context in commands():
        words, _, example = inspect.cleandoc(command.help or "").partition("\b\nExample:\n")
        usage = " ".join(command.collect_usage_pieces(context))
        parts += [f"## {name}", words.strip(), f"    {name} {usage}".rstrip()]
        records = [record for parameter in command.params if (record := parameter.get_help_record(context))]
        options = [(left.replace(" RANGE", ""), right) for left, right in records if left.startswith("-")]
        if options:
            table = "\n".join(f"| `{_cell(left)}` | {_cell(right)} |" for left, right in options)
            parts.append(f"| option | meaning |\n|---|---|\n{table}")
        parts.append("Example:\n\n" + "\n".join(f"    {line.strip()}" for line in example.strip().splitlines()))
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
