"""What `subscribers import` asks: exit 1 with options to copy, JSON for scripts, a prompt at a terminal."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from tests.terminal import Terminal

from .test_readers import Run, folder, run

__all__ = ["folder", "run"]

_ACTIVE = ("--list", "weekly", "--active", "--consent", "a form")
_ASKED = "Email,Subscriber's status,Estado\nana@example.com,active,\nben@example.com,Churning $HOME,\ncleo@example.com,active,Vivo\n"


def _maps(text: str) -> list[str]:
    """The options in a message, as a shell would take them apart."""
    return [word for line in text.splitlines() if line.strip().startswith("--map") for word in shlex.split(line)]


def test_without_a_terminal_nothing_is_imported_and_the_options_can_be_copied(run: Run, tmp_path: Path) -> None:
    """Quoted for a shell; whoever copies them mails nobody who may have left."""
    (tmp_path / "readers.csv").write_text(_ASKED)

    said = run("subscribers", "import", "readers.csv", *_ACTIVE, code=1).output

    assert "Nothing was imported" in said and "b…@example.com" in said and "ben@example.com" not in said
    assert "no list yet" in run("lists").output
    assert json.loads(run("subscribers", "imports", "--format", "json").stdout) == {"imports": []}
    maps = _maps(said)
    assert maps == ["--map", "Subscriber's status:Churning $HOME=left", "--map", "Estado=status"]
    again = run("subscribers", "import", "readers.csv", *_ACTIVE, *maps, code=1).output
    assert _maps(again) == ["--map", "Estado:Vivo=left"]
    done = run("subscribers", "import", "readers.csv", *_ACTIVE, *maps, *_maps(again)).output
    assert "1 added" in done and "Going on" not in done


def test_a_dry_run_and_json_have_the_questions_too(run: Run, tmp_path: Path) -> None:
    """With every answer, for a program that asks in its own way."""
    (tmp_path / "readers.csv").write_text(_ASKED)

    assert "Churning" in run("subscribers", "import", "readers.csv", *_ACTIVE, "--dry-run", code=1).output
    shown = run("subscribers", "import", "readers.csv", *_ACTIVE, "--format", "json", code=1).stdout
    found = json.loads(shown)

    assert found["imported"] is False
    word, column = found["questions"]
    assert (word["column"], word["word"], word["line"], word["safe"]) == (
        "Subscriber's status",
        "Churning $HOME",
        3,
        "left",
    )
    assert word["answers"]["joined"] and column["answers"]["left-where-filled"]


def test_what_contradicts_itself_is_refused(run: Run, tmp_path: Path) -> None:
    """Nobody can tell which of the two is meant."""
    (tmp_path / "readers.csv").write_text(_ASKED)

    said = run(
        "subscribers", "import", "readers.csv", *_ACTIVE, "--map", "Estado=ignore", "--map", "Estado=status", code=2
    )

    assert "two things" in said.output
    wrong = run("subscribers", "import", "readers.csv", *_ACTIVE, "--map", "Estado:Vivo=perhaps", code=1).output
    assert "left, bounced, complained" in wrong
    assert (
        "no such file"
        in run("subscribers", "import", "readers.csv", *_ACTIVE, "--map", "file:x.csv=left", code=1).output
    )


def test_at_a_terminal_it_asks_and_goes_on(run: Run, folder: Path, tmp_path: Path) -> None:
    """Each question with its answers; and how to say the same the next time."""
    (tmp_path / "readers.csv").write_text("Email,Status\nana@example.com,active\nben@example.com,Churning\n")
    terminal = Terminal(folder, "subscribers", "import", str(tmp_path / "readers.csv"), *_ACTIVE)

    terminal.read("Answer")
    terminal.type("perhaps")
    terminal.read("Answer")
    terminal.type("joined")

    assert terminal.end() == 0
    assert "--map Status:Churning=joined" in terminal.said
    assert "2 added" in terminal.said
