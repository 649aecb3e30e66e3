"""Each page of docs/how-to is followed word for word: its commands are run in order, and its files are written where it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.web.app import build
from newsletter.wiring import open_newsletter
from newsletter.words.subscriber import SubscriptionStatus
from tests.fakes import ses_server
from tests.fakes.sendgrid_account import KEY, sendgrid_account
from tests.fakes.smtp_running import smtp_server
from tests.fetch.name_server import NameServer, name_server
from tests.pages import DOCS, Block
from tests.running import a_folder, sqlite_of

pytestmark = pytest.mark.walks
ROOT = Path(__file__).parents[2]
PAGES = DOCS / "how-to"
# What a page shows that only a server has, or that takes minutes: it is noted, and nothing is done.
_NOTED = ("sudo", "pipx", "make", "scp")
_NEWSLETTER = """\
import os, subprocess, sys
words, given = sys.argv[1:], None
if "connect" in words:
    words = [os.environ.get("HERE_HOST", "") if word == "mail.example.org" else word for word in words]
    words += ["--name-server", os.environ["HERE_DNS"]]
    words += ["--port", os.environ["HERE_PORT"]] if "--host" in words else []
    given = os.environ["HERE_KEY"] + "\\n"
sys.exit(subprocess.run([sys.executable, "-m", "newsletter", *words], input=given, text=True).returncode)
"""


def blocks(page: Path) -> list[Block]:
    """Also those that stand in a list; behind `file=` may stand whose machine it is."""
    found = re.findall(r"^ *```(\w+)[ ]?([^\n]*)\n(.*?)^ *```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [Block(*parts) for parts in found]


class Desk:
    """Somebody who follows a page: their machines, and what stands in for everything outside."""

    def __init__(self, home: Path, names: NameServer, **given: str) -> None:
        self.home, self.printed = home, ""
        self._tools = home / "bin"
        self._tools.mkdir(parents=True)
        self._tool("newsletter", _NEWSLETTER)
        for name in _NOTED:
            self._tool(
                name,
                f"import sys; open({str(home / 'noted')!r}, 'a').write(' '.join(['{name}', *sys.argv[1:]]) + '\\n')",
            )
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSLETTER_", "SENDGRID_"))}
        self._environment = {
            **kept,
            "PATH": f"{self._tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "HERE_DNS": f"127.0.0.1:{names.port}",
            "HERE_KEY": "none",
            **given,
        }

    def _tool(self, name: str, program: str) -> None:
        path = self._tools / name
        path.write_text(f"#!{sys.executable}\n{program}\n")
        path.chmod(0o755)

    def follow(
        self, page: str, *, only: str | None = None, between: Callable[[str], None] = lambda script: None
    ) -> None:
        """Do what the page says; `only` the blocks of that machine or way. `between` is told each script that ran."""
        for block in blocks(PAGES / page):
            file, _, who = block.note.partition(" ") if block.note.startswith("file=") else ("", "", block.note)
            if block.note == "output":
                for line in block.text.splitlines():
                    assert line in self.printed, self.printed
            elif only is None or who == only:
                folder = self._folder(who)
                if file:
                    path = folder / file.removeprefix("file=")
                    path.write_text((path.read_text() if path.suffix == ".toml" else "") + block.text)
                elif block.language == "sh":
                    self.run(folder, block.text)
                    between(block.text)

    def run(self, folder: Path, script: str) -> str:
        done = subprocess.run(
            [shutil.which("bash") or "sh", "-e", "-c", script],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}"
        self.printed = done.stdout
        return done.stdout

    def noted(self) -> list[str]:
        return (self.home / "noted").read_text().splitlines()

    def _folder(self, who: str) -> Path:
        """Where somebody types: in the newsletter, once there is one."""
        room = self.home / (who or "desk")
        room.mkdir(exist_ok=True)
        return room / "weekly" if not who and (room / "weekly").is_dir() else room


@pytest.fixture
def names() -> Iterator[NameServer]:
    with name_server({}) as server:
        yield server


def _a_newsletter(home: Path) -> Path:
    folder = a_folder(home / "desk" / "weekly")
    toml = folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("mara@ferries.example.com", "desk@example.com"))
    (folder / ".gitignore").write_text("var/\nsubscribers/\n")
    return folder


def test_every_page_is_followed_here() -> None:
    """A new one has to be tried as well."""
    assert {
        "empty-server.md",
        "sending-service.md",
        "mail-server.md",
        "co-editor.md",
        "something-went-wrong.md",
    } == {path.name for path in PAGES.glob("*.md") if not path.name.startswith("moving-in")}


def test_an_empty_server_comes_to_the_test_issue_of_a_confirmed_reader(tmp_path: Path, names: NameServer) -> None:
    """With stand-ins for SendGrid and DNS; the button of the mail that asks is pressed between the lines."""
    with sendgrid_account() as account:
        desk = Desk(tmp_path, names, HERE_KEY=KEY, NEWSLETTER_SENDGRID_URL=account.url)
        folder = tmp_path / "desk" / "weekly"

        def press_the_button(script: str) -> None:
            if "subscribers ask" in script:
                (link,) = set(re.findall(r"/confirm/[\w.~-]+", json.dumps(account.mails[-1])))
                with TestClient(build(open_newsletter(folder)), base_url="https://news.example.com") as client:
                    assert client.post(link).status_code == 200

        desk.follow("empty-server.md", between=press_the_button)

        for line in desk.noted():
            if line.startswith("sudo cp"):
                assert all((folder / name).is_file() for name in line.split()[2:-1]), line
        assert "Thursday" in desk.printed and "09:00" in desk.printed
        assert [] == account.problems
        to = [one["to"][0]["email"] for mail in account.mails for one in mail["personalizations"]]
        assert ["ana@example.com", "ana@example.com"] == to, "the mail that asks, and the test"
        assert "NEWSLETTER_PROVIDER=sendgrid" in (folder / "var" / "secrets.env").read_text()
        assert ",active," in desk.run(folder, "newsletter subscribers export --list weekly --out -")


def test_sendgrid_and_a_domain(tmp_path: Path, names: NameServer) -> None:
    """The key, the records, one mail."""
    folder = _a_newsletter(tmp_path)
    with sendgrid_account() as account:
        desk = Desk(tmp_path, names, HERE_KEY=KEY, NEWSLETTER_SENDGRID_URL=account.url)
        desk.follow("sending-service.md", only="")

        assert [] == account.problems
    assert "NEWSLETTER_PROVIDER=sendgrid" in (folder / "var" / "secrets.env").read_text()


def test_mails_go_through_a_mail_server(tmp_path: Path, names: NameServer) -> None:
    """The host of the page is the stand-in's; the last command mails an issue."""
    _a_newsletter(tmp_path)
    with smtp_server(tmp_path / "smtp") as server:
        server.plan(login=["me@example.org", "a secret"])
        desk = Desk(tmp_path, names, HERE_KEY="a secret", HERE_HOST=server.host, HERE_PORT=str(server.port))
        desk.follow("mail-server.md")

        assert ["desk@example.com", "me@example.org"] == [one["email"] for one in server.accepted()]


def test_two_people_write_through_git(tmp_path: Path, names: NameServer) -> None:
    """The repository's address is that of a folder here."""
    _a_newsletter(tmp_path)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch", "main", tmp_path / "far.git"], check=True)
    desk = Desk(
        tmp_path,
        names,
        GIT_CONFIG_COUNT="3",
        GIT_CONFIG_KEY_0=f"url.{tmp_path / 'far.git'}.insteadOf",
        GIT_CONFIG_VALUE_0="git@git.example.com:weekly.git",
        GIT_CONFIG_KEY_1="user.name",
        GIT_CONFIG_VALUE_1="Dana",
        GIT_CONFIG_KEY_2="user.email",
        GIT_CONFIG_VALUE_2="dana@example.com",
    )
    desk.follow("co-editor.md")

    assert "the-lamp-on-the-pier" in " ".join(path.name for path in (tmp_path / "desk" / "weekly" / "posts").iterdir())
    assert (tmp_path / "desk" / "weekly" / "issues" / "002.md").is_file()


def test_something_went_wrong(tmp_path: Path, names: NameServer) -> None:
    """An issue that went to two readers in practice; a third gets it afterwards, and all three the correction."""
    folder = _a_newsletter(tmp_path)
    issue = folder / "issues" / "001.md"
    issue.write_text(issue.read_text().replace("Until Thursday.", "Until Thursday at nine."))
    desk = Desk(tmp_path, names)
    desk.run(
        folder,
        "newsletter subscribers add ana@example.com --list weekly --active --consent paper\n"
        "newsletter subscribers add ben@example.org --list weekly --active --consent paper\n"
        "newsletter lists page weekly --open\n"
        "newsletter send 1 --list weekly --now --yes --despite-findings",
    )
    desk.follow("something-went-wrong.md")

    parts = open_newsletter(folder)
    assert sqlite_of(folder) == parts.config.database_url
    assert 3 == parts.readers.count_active("weekly")
    assert 3 == len(list(parts.readers.iterate("weekly", status=SubscriptionStatus.ACTIVE)))
    assert "who-got-it.csv" in {path.name for path in folder.iterdir()}


def test_ses_and_a_domain(tmp_path: Path, names: NameServer) -> None:
    """The key's secret is asked for; the sender's domain is known to the stand-in."""
    folder = _a_newsletter(tmp_path)
    with ses_server.ses_server() as server:
        desk = Desk(tmp_path, names, HERE_KEY=ses_server.SECRET, NEWSLETTER_SES_URL=server.url)
        (tmp_path / "ses").mkdir()
        (tmp_path / "ses" / "weekly").symlink_to(folder)
        for block in blocks(PAGES / "sending-service.md"):
            if block.note == "ses":
                desk.run(folder, block.text)

    assert "NEWSLETTER_PROVIDER=ses" in (folder / "var" / "secrets.env").read_text()
