"""The pages can't lie: commands, settings, statuses, examples and the tutorial are held against the program."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pytest

from newsletter import config_sources
from newsletter.cli import COMMANDS
from newsletter.words.ledger import Fate, HandOver, MailingStatus, ParcelStatus, SkipReason
from newsletter.words.subscriber import Subscriber
from tests.fakes.running import sendgrid_server
from tests.pages import (
    DOCS,
    OUR_PAGES,
    ROOT,
    Block,
    blocks,
    code,
    commands,
    commands_page,
    rows,
    section,
)

# Set it to rewrite docs/commands.md from the commands themselves.
REWRITE = "NEWSLETTER_WRITE_DOCS"

# The commands


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    """docs/commands.md has every command and option there is, and none that there is not."""
    page = DOCS / "commands.md"
    if os.environ.get(REWRITE):
        page.write_text(commands_page())

    assert commands_page() == page.read_text(), f"rewrite it with {REWRITE}=1"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_ends_with_an_example(name: str) -> None:
    """Whoever asks a command for help sees it used, by its own name."""
    of_this = [(whole, command) for whole, command, _ in commands() if whole.split()[1] == name]

    assert of_this
    for whole, command in of_this:
        help_text = inspect.cleandoc(command.help or "")
        assert "\b\nExample:\n" in help_text, whole
        assert whole.removeprefix("newsletter ") in help_text.partition("Example:\n")[2], whole


@pytest.mark.parametrize("page", OUR_PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_named_in_pages_exist(page: Path) -> None:
    """A command or a long option that a page shows in code is one of ours."""
    names = {name for name, _, _ in commands()}
    options = {option for _, command, _ in commands() for parameter in command.params for option in parameter.opts}
    options |= {o for _, command, _ in commands() for p in command.params for o in p.secondary_opts} | {
        "--version",
        "--help",
    }
    shown = re.findall(r"^ {4}(.*)$|`([^`\n]+)`|^(newsletter .*)$", page.read_text(), re.MULTILINE)
    for line in ("".join(found) for found in shown):
        for call in re.findall(
            r"\bnewsletter(?: -C \S+)? ([a-z]+(?:-[a-z]+)*)(?: ([a-z]+(?:-[a-z]+)*))?",
            line if "newsletter" in line else "",
        ):
            assert f"newsletter {call[0]}" in names or f"newsletter {' '.join(call)}" in names, line
        if re.match(r"newsletter |--", line):
            assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", line)) <= options, line


# The settings


def test_every_setting_is_in_the_table_and_no_other() -> None:
    """docs/operations.md lists the keys of newsletter.toml with the variable that wins over each, and the secrets."""
    table = {(code(row[0]), code(row[1])) for row in rows(section(DOCS / "operations.md", "Settings"))}
    known = {(key, variable or "-") for key, variable in config_sources.KEYS.items()}
    known |= {("-", variable) for variable in config_sources.SECRET_KEYS.values()}
    known |= {("-", variable) for variable in config_sources.MACHINE_KEYS.values()}

    assert known <= table
    assert {("-", "NEWSLETTER_PRACTICE_DELAY")} == table - known


def test_every_variable_of_the_environment_is_documented() -> None:
    """No module reads a NEWSLETTER_ variable that the operations page does not name."""
    page = (DOCS / "operations.md").read_text()
    read = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"\bNEWSLETTER_[A-Z_]+\b", path.read_text())
    }

    assert set() == {name for name in read if name not in page}


# The words and the states


def _names_in_code() -> set[str]:
    """Classes and unions of every room, and the tables."""
    from newsletter.wiring.schema import metadata

    names = set(metadata.tables)
    for path in (ROOT / "src/newsletter").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def test_the_words_of_the_glossary_are_those_of_the_code() -> None:
    """Each word in code is a class, a union or a table; and every table is in the glossary."""
    from newsletter.wiring.schema import metadata

    words = [code(row[0]) for row in rows((DOCS / "glossary.md").read_text())]

    known = _names_in_code()
    assert [] == [word for word in words if word not in known]
    snake = {re.sub("(?<=[a-z])(?=[A-Z])", "_", word).lower() for word in words}
    assert set(metadata.tables) - snake <= {"provider_state", "live_database"}


@pytest.mark.parametrize(
    ("states", "heading"),
    [
        (HandOver, "What we did with each reader"),
        (SkipReason, "What we did with each reader"),
        (Fate, "What we heard afterwards"),
        (MailingStatus, "Where a sending stands"),
        (ParcelStatus, "Where a sending stands"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_every_state_is_explained(states: type[StrEnum], heading: str) -> None:
    """docs/sending.md has a row for each member, and no row for a state that there is not."""
    explained = {code(row[0]): row[1:] for row in rows(section(DOCS / "sending.md", heading))}
    allowed = {HandOver: SkipReason, SkipReason: HandOver, MailingStatus: ParcelStatus, ParcelStatus: MailingStatus}

    assert [] == [state.value for state in states if not all(explained.get(state.value, [""]))]
    others = {state.value for state in allowed.get(states, states)}
    assert set(explained) <= {state.value for state in states} | others


def test_the_words_on_screen_are_those_of_the_page() -> None:
    """What `status` prints for a state is what docs/sending.md says it prints."""
    from newsletter.cli.send.status import ON_SCREEN

    table = rows(section(DOCS / "sending.md", "What we did with each reader"))

    assert ON_SCREEN == {code(row[0]): row[1] for row in table if code(row[0]) in set(HandOver)}


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    """Limits that docs/sending.md promises are the constants that hold them."""
    from newsletter.jobs.ticker import SECONDS_BETWEEN_TICKS
    from newsletter.ledger.pace.policy import BISECTION_BUDGET, FAILURES_BEFORE_PAUSE
    from newsletter.ledger.send import Patience
    from newsletter.ledger.settle import RESEND_MARGIN
    from newsletter.providers.sendgrid.validate import MAX_READERS

    page = " ".join((DOCS / "sending.md").read_text().split())
    promised = [
        f"{MAX_READERS:,} for SendGrid",
        f"{FAILURES_BEFORE_PAUSE} calls in a row",
        f"{BISECTION_BUDGET} refused calls",
        f"{RESEND_MARGIN.total_seconds():.0f} seconds after the deadline",
        f"SendGrid {25 + Patience().fresh + Patience().grace:.0f} seconds after it was taken",
    ]

    assert [] == [words for words in promised if words not in page]
    assert f"every {SECONDS_BETWEEN_TICKS} seconds" in (DOCS / "operations.md").read_text()


# The files


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A newsletter made of the examples in docs/files.md."""
    for block in blocks(DOCS / "files.md"):
        if block.note:
            path = tmp_path / block.note.removeprefix("file=")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
    (tmp_path / "images").mkdir()
    shutil.copy(ROOT / "seeds" / "images" / "harbour-at-dusk.png", tmp_path / "images" / "harbour.png")
    return tmp_path


def test_examples_of_files_are_read(example: Path) -> None:
    """Settings, posts and issues of the page are read by the real readers, and rendered."""
    from newsletter.compose.press import press
    from newsletter.wiring import open_newsletter

    parts = open_newsletter(example)
    proof = press(parts.shelf, parts.config.newsletter, 12)

    assert "Tide & Timetable" == parts.config.newsletter.name
    assert 2 == len(proof.posts)
    html = "".join(piece for piece in proof.rendered.edition.html.pieces if isinstance(piece, str))
    assert 2 == html.count("<blockquote")
    assert '<p class="source"' in html
    assert "<s>forget</s>" in html


def test_a_template_is_copied_as_the_page_says(example: Path) -> None:
    """The shell lines of docs/files.md make a copy of the built-in template that renders."""
    from newsletter.compose.press import press
    from newsletter.wiring import open_newsletter

    run(example, "\n".join(block.text for block in blocks(DOCS / "files.md") if block.language == "sh"))
    words = example / "templates/mine/template.toml"
    words.write_text(words.read_text().replace('# unsubscribe = "Unsubscribe"', 'unsubscribe = "Leave us"'))
    issue = example / "issues/012.md"
    issue.write_text(issue.read_text().replace("template: digest", "template: mine"))
    parts = open_newsletter(example)
    text = press(parts.shelf, parts.config.newsletter, 12).rendered.edition.text

    assert "Leave us: " in "".join(piece for piece in text.pieces if isinstance(piece, str))


def test_the_keys_of_files_are_all_described() -> None:
    """The tables of docs/files.md name the keys of posts and issues that the readers know, and no others."""
    from newsletter.folder.issue_file import KEYS as ISSUE_KEYS
    from newsletter.folder.post_file import KEYS as POST_KEYS

    assert set(POST_KEYS) == {code(row[0]) for row in rows(section(DOCS / "files.md", "Posts"))}
    assert set(ISSUE_KEYS) == {code(row[0]) for row in rows(section(DOCS / "files.md", "Issues"))}


def test_merge_tags_give_what_the_page_says(example: Path) -> None:
    """Each merge tag of the table, rendered for Ana and for a reader of whom nothing is known."""
    from newsletter.compose.render import render
    from newsletter.ledger.sample import sample
    from newsletter.wiring import open_newsletter

    table = rows(section(DOCS / "files.md", "Merge tags"))
    parts = open_newsletter(example)
    newsletter = parts.config.newsletter
    issue = parts.issues.get_issue(12)
    intro = "\n\n".join(f"[{number}: {code(row[0])} :{number}]" for number, row in enumerate(table))
    edition = render(
        replace(issue, sections=(), intro=intro), {}, newsletter, parts.templates.get_template("digest")
    ).edition
    ana = Subscriber(id=1, email="ana@example.com", first_name="Ana", last_name="Costa", fields={"town": "Leeds"})
    for column, reader in ((1, ana), (2, None)):
        mail = sample(edition, newsletter, parts.key, reader, list_id=1, date=datetime.now(UTC))
        got = {int(number): value.strip() for number, value in re.findall(r"\[(\d+):(.*?):\1\]", mail.text, re.DOTALL)}

        assert {number: row[column] for number, row in enumerate(table)} == got


def test_the_example_file_is_imported(example: Path) -> None:
    """The CSV of docs/files.md is understood: its semicolons, its names of columns, and who left."""
    shown = run(
        example, "newsletter subscribers import readers.csv --list weekly --active --consent x && newsletter lists"
    )

    assert "1 added" in shown
    assert "1 not to be mailed" in shown
    shown = run(example, "newsletter subscribers show ana@example.com")
    assert "favourite_crossing: The Ellery Chain" in shown


# The tutorial

_DAY = re.compile(r"\b2026-11-23\b")


def run(folder: Path, script: str, **environment: str) -> str:
    """Run shell lines in which `newsletter` is this checkout's; return all that it printed."""
    tools = folder.parent / f"{folder.name}-bin"
    tools.mkdir(exist_ok=True)
    for name, arguments in (("newsletter", "-m newsletter "), ("python", "")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n')
        (tools / name).chmod(0o755)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("NEWSLETTER_", "SENDGRID_"))}
    inherited |= {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src"), **environment}
    done = subprocess.run(
        [shutil.which("bash") or "sh", "-e", "-c", script],
        cwd=folder,
        env=inherited,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert 0 == done.returncode, done.stdout
    return done.stdout


def _write(folder: Path, block: Block, today: str) -> None:
    path = folder / _DAY.sub(today, block.note.removeprefix("file="))
    # Settings and secrets are lines that are added; everything else is a whole file.
    before = path.read_text() if path.suffix in {".toml", ".env"} else ""
    path.write_text(before + _DAY.sub(today, block.text))


@pytest.mark.walks
def test_the_tutorial_works_from_top_to_bottom(tmp_path: Path) -> None:
    """Every block is run or written in order, with a stand-in for SendGrid, and prints what the page shows."""
    today = f"{datetime.now().astimezone():%Y-%m-%d}"
    folder, printed, n_checked = tmp_path / "desk", "", 0
    folder.mkdir()
    with sendgrid_server(tmp_path / "sendgrid") as server:
        for block in blocks(DOCS / "tutorial.md"):
            home = folder / "weekly" if (folder / "weekly").is_dir() else folder
            if block.note == "output":
                n_checked += 1
                for line in _DAY.sub(today, block.text).splitlines():
                    assert line in printed.splitlines(), printed
            elif block.note:
                _write(home, block, today)
            else:
                printed = run(home, block.text, NEWSLETTER_SENDGRID_URL=server.url)
                printed = printed.replace(server.url.partition("//")[2], "api.sendgrid.com")
        taken = [one["email"] for one in server.accepted()]

    assert n_checked >= 7
    assert ["desk@example.com", "ana@example.com", "ben@example.org", "carla@example.net"] == taken
    assert "Asked by mail in May" in run(folder / "weekly", "newsletter subscribers show ana@example.com")
    assert (folder / "weekly/var/outbox/index.html").is_file()
