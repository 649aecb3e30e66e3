"""`demo`: every step with the bundled newsletter, with a fault to fix and a sender that is killed on purpose."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from newsletter.cli.demo_page import serve, write_page
from newsletter.config_sources import SECRET_KEYS
from newsletter.providers.registry import PRACTICE
from newsletter.words.mistake import NewsletterError

N_READERS = 2_000
_RAW = "the-winter-boat"
_INTRO = 'Dear {{{{ {name} | default("reader") }}}}, this week is about boats that leave on time.\n\n<!-- posts -->'
_SLOW = {"NEWSLETTER_PRACTICE_DELAY": "0.15"}


@click.command()
@click.option("--dir", "directory", type=click.Path(path_type=Path, file_okay=False), help="Keep it here.")
@click.option("--no-serve", is_flag=True, help="Do not open the finished mail in a browser.")
def demo(directory: Path | None, no_serve: bool) -> None:
    """Walk through everything with made-up posts and 2,000 made-up readers. Nothing leaves this machine.

    \b
    Example:
      newsletter demo
      newsletter demo --dir try-it --no-serve
    """
    begun = time.monotonic()
    walk = _DemoWalk(directory or Path(tempfile.mkdtemp(prefix="newsletter-demo-")))
    walk.collect()
    walk.mend()
    walk.import_readers()
    walk.send_and_kill()
    walk.send_again()
    page = write_page(walk.directory, walk.directory / "raw" / f"{_RAW}.txt")
    click.secho(
        f"\nAll of it is in {walk.directory}. Nothing left this machine. ({time.monotonic() - begun:.0f} s)", bold=True
    )
    # Somebody who watches gets the browser; a script gets its prompt back.
    if no_serve or not sys.stdout.isatty():
        click.echo(f"The raw text beside the finished mail: {page}")
    else:
        serve(page)
    click.echo(f"Write in it, and see it as readers do: {_program()} -C {walk.directory} studio")
    click.echo(f'Next, your own: {_program()} init my-newsletter --name "My newsletter"')


def _program() -> str:
    """The command as this terminal can type it: after `make demo` it stands in .venv/bin, where no terminal looks."""
    beside = Path(sys.executable).with_name("newsletter")
    return "newsletter" if shutil.which("newsletter") or not beside.exists() else str(beside)


class _DemoWalk:
    """Each step is a command that anybody can type, run as it would be."""

    def __init__(self, directory: Path) -> None:
        from newsletter.folder.bundle import bundled

        self.directory = directory.resolve()
        if (self.directory / "newsletter.toml").exists():
            raise NewsletterError(
                f"There is a newsletter in {directory} already; nothing was changed.",
                fix="Name a new folder with --dir.",
            )
        seeds = bundled("seeds")
        self.directory.mkdir(parents=True, exist_ok=True)
        for name in ("images", "posts", "raw"):
            shutil.copytree(seeds / name, self.directory / name)
        (self.directory / "posts" / f"2026-11-16-{_RAW}.md").unlink()
        shutil.copy(seeds / "newsletter.toml", self.directory)
        (self.directory / "var").mkdir(mode=0o700)

    def collect(self) -> None:
        _title("1. A text without any marks becomes a post, and the week's posts an issue")
        raw = (self.directory / "raw" / f"{_RAW}.txt").read_text(encoding="utf-8")
        for line in raw.splitlines()[:4]:
            click.secho(f"  | {line[:100]}{'…' if len(line) > 100 else ''}", dim=True)
        self._run("add", f"raw/{_RAW}.txt")
        self._run("draft")

    def mend(self) -> None:
        _title("2. A mistake that readers would have seen, found and mended")
        issue = self.directory / "issues" / "001.md"
        clean = issue.read_text(encoding="utf-8")
        issue.write_text(clean.replace("<!-- posts -->", _INTRO.format(name="frist_name")), encoding="utf-8")
        self._run("check", "1", expect=1)
        issue.write_text(clean.replace("<!-- posts -->", _INTRO.format(name="first_name")), encoding="utf-8")
        self._run("check", "1")
        self._run("render", "1", "--out", "preview")

    def import_readers(self) -> None:
        _title(f"3. {N_READERS:,} readers")
        people = self.directory / "subscribers" / "readers.csv"
        people.parent.mkdir(exist_ok=True)
        with people.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["email", "first_name"])
            names = ("Ana", "Ben", "Chidi", "Dagny", "Emre", "Füsun", "Goran", "Hana", "")
            rows.writerows([f"reader{number}@example.com", names[number % len(names)]] for number in range(N_READERS))
        consent = ("--active", "--consent", "made up for the demo")
        self._run("subscribers", "import", "subscribers/readers.csv", "--list", "weekly", *consent)

    def send_and_kill(self) -> None:
        _title("4. Sending, and the sender is killed in the middle (kill -9)")
        words = ("send", "1", "--list", "weekly", "--yes")
        _say(words)
        log = (self.directory / "var" / "killed.log").open("wb")
        sender = subprocess.Popen(  # noqa: S603 - our own program, with words of our own
            self._command(words), cwd=self.directory, env=self._environment(_SLOW), stdout=log, stderr=log
        )
        try:
            while sender.poll() is None and self._n_mails() < N_READERS * 2 // 5:
                time.sleep(0.02)
        finally:
            if sender.poll() is None:
                os.kill(sender.pid, signal.SIGKILL)
            sender.wait()
            log.close()
        if sender.returncode != -signal.SIGKILL:
            raise NewsletterError(f"The sender ended before it could be killed; see {log.name}.")
        click.secho(f"  killed; {self._n_mails():,} mails were written by then", fg="red")
        self._run("status", "1")

    def send_again(self) -> None:
        _title("5. The same command again goes on where it stopped")
        self._run("send", "1", "--list", "weekly", "--yes")
        readers = Counter(_recipient(path) for path in (PRACTICE.folder(self.directory) / "1").glob("*.eml"))
        twice = sum(n > 1 for n in readers.values())
        if len(readers) != N_READERS or twice:
            raise NewsletterError(f"{len(readers):,} of {N_READERS:,} readers have it, {twice} twice: that is a bug.")
        click.secho(
            f"  {N_READERS:,} readers = {sum(readers.values()):,} mails on disk, nobody twice, nobody missing",
            fg="green",
        )

    def _n_mails(self) -> int:
        folder = PRACTICE.folder(self.directory) / "1"
        return sum(1 for _ in folder.glob("*.eml")) if folder.is_dir() else 0

    def _run(self, *words: str, expect: int = 0) -> None:
        _say(words)
        done = subprocess.run(  # noqa: S603 - our own program, with words of our own
            self._command(words),
            cwd=self.directory,
            env=self._environment({}),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        said = done.stdout if done.returncode == expect else done.stdout + done.stderr
        for line in said.splitlines():
            click.echo(f"  {line}")
        if done.returncode != expect:
            raise NewsletterError(f"`newsletter {' '.join(words)}` ended with {done.returncode}, not {expect}.")

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "newsletter", *words]

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        """Practice, even where the caller's own newsletter is set to send."""
        secret = set(SECRET_KEYS.values())
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("NEWSLETTER_") and name not in secret
        }
        practice = {"NEWSLETTER_PROVIDER": PRACTICE.name, "NEWSLETTER_SECRET_KEY": "only for the demonstration"}
        return {**ours, **practice, "PYTHONIOENCODING": "utf-8", "COLUMNS": "110", **more}


def _title(text: str) -> None:
    click.secho(f"\n{text}", bold=True)


def _say(words: Sequence[str]) -> None:
    click.secho(f"  $ newsletter {' '.join(words)}", fg="blue")


def _recipient(path: Path) -> str:
    with path.open("rb") as file:
        for line in file:
            if line.lower().startswith(b"to:"):
                return line.decode()[3:].strip()
    return path.name
