"""What lies in deploy/ for others to copy can be started: units are sound, and name commands, options and paths that exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click import Command

from newsletter.cli.machine.deploy import FILES
from newsletter.web.app import build
from newsletter.wiring import open_newsletter
from tests.pages import DOCS, ROOT, commands
from tests.running import a_folder, run

DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
PROGRAM = "/opt/newsletter/bin/newsletter"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_sound(unit: Path, tmp_path: Path) -> None:
    """Sections and keys are written as systemd has them; where systemd is at hand it is asked itself."""
    text = unit.read_text()
    assert re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)[0] == "Unit"
    assert all(re.match(r"#|\[\w+\]$|[A-Z]\w+=|$", line) for line in text.splitlines())
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS
    if not shutil.which("systemd-analyze"):
        return
    for one in UNITS:
        # The program is not installed where tests run.
        (tmp_path / one.name).write_text(one.read_text().replace(PROGRAM, sys.executable))
    asked = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit.name)], capture_output=True, text=True, check=False
    )
    assert [] == [line for line in asked.stderr.splitlines() if unit.stem in line]


def _calls() -> list[tuple[str, list[str]]]:
    """Each call of the program in deploy/, by file: the words behind `newsletter -C FOLDER`."""
    found = []
    for path in [*UNITS, DEPLOY / "Containerfile"]:
        text = path.read_text()
        found += [(path.name, shlex.split(call)) for call in re.findall(rf"{PROGRAM} -C /srv/weekly ([^'\n]+)", text)]
        found += [
            (path.name, re.findall(r'"([^"]+)"', call)) for call in re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
        ]
    return found


@pytest.mark.parametrize(("file", "words"), _calls())
def test_calls_are_those_of_the_program(file: str, words: list[str]) -> None:
    """The command exists, and so do its options."""
    known = {name.removeprefix("newsletter "): command for name, command, _ in commands()}

    assert words[0] in known, file
    options = {option for parameter in known[words[0]].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_addresses_that_are_kept_inside_are_there(tmp_path: Path) -> None:
    """What the web servers block, and the container asks, are addresses of ours."""
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    paths = {getattr(route, "path", "") for route in build(parts).routes}
    parts.engine.dispose()
    for name in ("Caddyfile", "nginx.conf"):
        text = (DEPLOY / name).read_text()
        assert "127.0.0.1:8025" in text
        assert {"/metrics", "/healthz/"} <= set(re.findall(r"/metrics|/healthz/", text))
    assert {"/metrics", "/healthz", "/healthz/live", "/healthz/ready"} <= paths
    assert "/healthz/live" in (DEPLOY / "Containerfile").read_text()


def test_what_the_container_copies_is_there() -> None:
    """Every path that the image is made of."""
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)

    assert [] == [name for line in copied for name in line.split() if not (ROOT / name).exists()]


def test_every_example_is_described() -> None:
    """docs/operations.md names each file of deploy/, and none that is not there: links are tried by the tests of pages."""
    page = (DOCS / "operations.md").read_text()

    assert [] == [path.name for path in DEPLOY.iterdir() if f"../deploy/{path.name})" not in page]


def test_the_files_for_a_folder_have_its_values_in_them(tmp_path: Path) -> None:
    """`deploy --write`: its folder, its owner, its host and this very program; nothing of the examples is left."""
    folder, out = a_folder(tmp_path / "ferries"), tmp_path / "server"
    secrets = folder / "var" / "secrets.env"
    secrets.write_text(f"{secrets.read_text()}NEWSLETTER_PUBLIC_URL=https://mail.ferries.example.org\n")

    said = run(folder, "deploy", "--write", str(out)).stdout

    written = {path.name: path.read_text() for path in out.iterdir()}
    assert set(FILES) == set(written)
    assert not [name for name, text in written.items() if "/srv/weekly" in text or "/opt/newsletter" in text]
    assert not [name for name, text in written.items() if "news.example.com" in text]
    unit = written["newsletter.service"]
    assert f"User={folder.owner()}\n" in unit
    assert f"ReadWritePaths={folder}\n" in unit
    (started,) = re.findall(r"^ExecStart=(\S+) -C (\S+) serve", unit, re.MULTILINE)
    assert str(folder) == started[1]
    assert subprocess.run([started[0], "--version"], capture_output=True, text=True, check=True).stdout
    assert "mail.ferries.example.org" in written["Caddyfile"]
    assert "server_name mail.ferries.example.org;" in written["nginx.conf"]
    assert f"{out}/newsletter.service" in said
    for name in written:
        if name.endswith((".service", ".timer")):
            assert all(re.match(r"#|\[\w+\]$|[A-Z]\w+=|$", line) for line in written[name].splitlines()), name


def test_files_for_a_server_are_not_written_over(tmp_path: Path) -> None:
    """Somebody may have changed them."""
    folder, out = a_folder(tmp_path / "ferries"), tmp_path / "server"
    out.mkdir()
    (out / "Caddyfile").write_text("mine")

    done = run(folder, "deploy", "--write", str(out))

    assert 1 == done.returncode
    assert "Caddyfile in " in done.stderr
    assert ["Caddyfile"] == [path.name for path in out.iterdir()]
    assert "mine" == (out / "Caddyfile").read_text()


def test_a_percent_sign_in_a_path_is_no_specifier(tmp_path: Path) -> None:
    """systemd.unit(5): a literal one is written twice; a blank or a quote would end the path."""
    assert "/100%%/weekly" in run(a_folder(tmp_path / "100%" / "weekly"), "deploy").stdout

    done = run(a_folder(tmp_path / "my weekly"), "deploy")

    assert 1 == done.returncode
    assert "my weekly has letters that a unit file does not take" in done.stderr


def test_compose_starts_what_is_here() -> None:
    """Its files exist, its calls are commands of the program, and Caddy reads the variables that it is given."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    newsletter, caddy = services["newsletter"], services["caddy"]
    build = newsletter["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    known = {name.removeprefix("newsletter "): command for name, command, _ in commands()}
    text = (DEPLOY / "compose.yaml").read_text()
    calls = re.findall(r"(?:exec newsletter newsletter -C /srv/weekly|--rm newsletter) ([^&\n]+)", text)
    assert {"init", "backup", "restore", "db here"} == {_named(call, known) for call in calls}
    assert {"weekly:/srv/weekly"} == set(newsletter["volumes"])
    assert set(caddy["environment"]) == set(re.findall(r"\{\$(\w+):", (DEPLOY / "Caddyfile").read_text()))
    assert newsletter["read_only"], "all it writes is in the folder and in /tmp"
    assert "60s" == newsletter["stop_grace_period"]


def _named(call: str, known: dict[str, Command]) -> str:
    """The command that a line names; all its options are of that command."""
    words = shlex.split(call)
    name = next(name for name in (" ".join(words[:2]), words[0]) if name in known)
    options = {option for parameter in known[name].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options, call
    return name
