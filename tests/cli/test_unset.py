"""A real provider is named and what mail needs is not set: every command works but those that send."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pages import commands
from tests.running import a_folder, run

# Each command as it is typed, with what it ends with. One that sends says what is missing and ends with 1.
WORKS = (
    "init {out}/another",
    "add {post}",
    "feeds",
    "feeds list",
    "feeds poll",
    "finds",
    "finds save https://coast.example.org/winter",
    "finds dismiss 1",
    "finds undo 1",
    "finds keep 1",
    "finds key phone",
    "finds keys",
    "finds revoke phone",
    "posts",
    "draft",
    "render 1 --out {out}/rendered",
    "check 1",
    "template list",
    "template new plain",
    "template eject digest",
    "lists add weekly",
    "lists page weekly --open",
    "lists",
    "subscribers add mara@example.com --list weekly",
    "subscribers add jo@example.com --list weekly --active --consent paper",
    "subscribers tag jo@example.com friend",
    "subscribers show jo@example.com",
    "subscribers import {csv} --list weekly",
    "subscribers imports",
    "subscribers export --list weekly --out {out}/readers.csv",
    "subscribers duplicates",
    "subscribers ask-again",
    "subscribers reopen",
    "move-out files --out {out}/moved",
    "segments add friends {question}",
    "segments count {question} --list weekly",
    "segments",
    "segments remove friends",
    "suppressions add no@example.com",
    "suppressions",
    "suppressions remove no@example.com",
    "suppressions undo --domain example.com --since 2026-01-01 --dry-run",
    "suppressions undone",
    "status",
    "who jo@example.com",
    "subscribers remove jo@example.com --list weekly",
    "subscribers erase jo@example.com --yes",
    "schedule explain {cadence}",
    "schedule set {cadence} --list weekly",
    "schedule approve 1 --despite-findings",
    "schedule hold --list weekly",
    "schedule resume --list weekly",
    "schedule show",
    "users add ana@example.com --name Ana --role owner",
    "users list",
    "users invite ana@example.com",
    "users invitations",
    "users take-back ana@example.com",
    "users reset-code ana@example.com",
    "users role ana@example.com --role owner",
    "users add ben@example.com --name Ben --role owner",
    "users remove ana@example.com",
    "backup {out}/backup.db",
    "restore {out}/backup.db --replace --yes",
    "db export {out}/export",
    "deploy --write {out}/server",
    "db upgrade",
    "db here --yes",
    "farewell show",
    "farewell begin --yes",
    "farewell end",
)
# What can't be fetched from here fails, and for no other reason.
ASKS_THE_WEB = (
    "feeds add https://coast.example.org/feed.xml",
    "feeds remove https://coast.example.org/feed.xml",
)
LACKS = ("SENDGRID_API_KEY", "secret key", "no sender", "public address", "postal address")
SENDS = (
    "send 1 --list weekly --yes",
    "send 1 --list weekly --at 2999-01-01T09:00 --yes",
    "send 1 --list weekly --next --yes",
    "test 1 --to me@example.com",
    "subscribers ask",
    "tick",
)
# Those that need what is not here (an issue that was sent, another program, a newsletter of their own), or that stay.
ELSEWHERE = {
    "demo",
    "worker",
    "finds choose",
    "finds import",
    "move-in",
    "report",
    "proof",
    "pause",
    "resume",
    "cancel",
    "settle",
    "correct",
    "suppressions put-back",
    "schedule decide",
    "connect sendgrid",
    "connect ses",
    "connect smtp",
    "sync",
    "db move",
    "studio",
    "serve",
    "doctor",
}
BARE = 'name = "Weekly Ferries"\n'
CARRIED = {"sendgrid": ("SENDGRID_API_KEY", "SG.x"), "smtp": ("NEWSLETTER_SMTP_URL", "smtp://127.0.0.1:9")}


def _bare(directory: Path, provider: str = "sendgrid") -> Path:
    folder = a_folder(directory)
    (folder / "newsletter.toml").write_text(f'{BARE}provider = "{provider}"\n')
    (folder / "var" / "secrets.env").write_text("")
    return folder


def test_every_command_is_in_the_table() -> None:
    """A new one has to say on which side it is."""
    named = {name.removeprefix("newsletter ") for name, _, _ in commands()}
    typed = {line.partition(" {")[0] for line in (*WORKS, *ASKS_THE_WEB, *SENDS)}
    left = {name for name in named - ELSEWHERE if not any(f"{line} ".startswith(f"{name} ") for line in typed)}

    assert set() == left, "put it into WORKS, as somebody would type it, or into SENDS or ELSEWHERE"


def test_only_what_sends_is_refused(tmp_path: Path) -> None:
    """SendGrid without a key, a secret, a sender, a public or a postal address: the refusal names all of them."""
    folder, out = _bare(tmp_path / "weekly"), tmp_path / "out"
    out.mkdir()
    (out / "readers-in.csv").write_text("email,consent\nana@example.com,paper\n")
    places = {"out": out, "csv": out / "readers-in.csv", "post": folder / "posts" / "2026-11-20-ferries-in-winter.md"}
    places |= {"cadence": "every thursday 09:00", "question": "tagged friend"}
    for line in WORKS:
        done = run(folder, *(word.format(**places) for word in line.split()))
        assert 0 == done.returncode, (line, done.stdout, done.stderr)
    for line in ASKS_THE_WEB:
        done = run(folder, *line.split())
        assert not any(missing in done.stderr for missing in LACKS), (line, done.stderr)
    for line in SENDS:
        done = run(folder, *line.split())
        assert 1 == done.returncode, (line, done.stdout)
        assert all(missing in done.stderr for missing in LACKS), (line, done.stderr)
    assert "Nothing was sent yet." in run(folder, "status").stdout


@pytest.mark.parametrize("provider", ["sendgrid", "smtp"])
def test_doctor_names_each_thing_that_is_missing(tmp_path: Path, provider: str) -> None:
    """With what to do about it, as something to mend."""
    done = run(_bare(tmp_path / "weekly", provider), "doctor", "--offline", "--format", "json")

    assert 1 == done.returncode
    lacks = [
        one for one in json.loads(done.stdout)["verdicts"] if one["state"] == "fail" and one["about"] == "Settings"
    ]
    assert 5 == len(lacks)
    assert all(one["fix"] for one in lacks)
    assert any(CARRIED[provider][0] in one["message"] for one in lacks)
