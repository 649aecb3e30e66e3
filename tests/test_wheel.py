"""What is installed from a wheel is whole: templates, seeds and examples come along, real lists do not."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from newsletter.cli.machine.deploy import FILES as DEPLOY_FILES
from tests.running import environment

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, as pip would lay it down."""
    where = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(where)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = where.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(where / "site")
    return where / "site"


def test_the_wheel_holds_what_the_program_needs_and_nobodys_list(installed: Path) -> None:
    """Built-in templates, the sample newsletter and the made-up readers are inside."""
    bundled = installed / "newsletter" / "bundled"

    assert (bundled / "templates" / "digest" / "issue.mjml").is_file()
    assert (bundled / "seeds" / "newsletter.toml").is_file()
    assert (installed / "newsletter" / "db" / "migrations" / "versions" / "0001_first_tables.py").is_file()
    assert set(DEPLOY_FILES) == {path.name for path in (bundled / "deploy").iterdir()}
    lists = {path.name for path in (bundled / "subscribers").iterdir()}
    assert {"README.md", "example-friends.csv", "example-weekly.csv"} == lists


def test_the_demo_runs_from_the_wheel_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """No checkout in sight: the walk ends with every reader mailed once and nothing sent."""
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "demo", "--no-serve", "--dir", "try"],
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(installed), PATH="/usr/bin:/bin"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "2,000 readers = 2,000 mails on disk, nobody twice, nobody missing" in done.stdout
    assert "Nothing left this machine" in done.stdout
    typed = Path(sys.executable).with_name("newsletter")
    assert f"{typed} -C" in done.stdout, "what it says to type works in a terminal that does not know the command"
    assert 2_000 == len(list((tmp_path / "try" / "var" / "outbox" / "1").glob("*.eml")))
