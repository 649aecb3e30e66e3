"""Settings, Backup: a place that was tried is kept, its secrets shown nowhere; one press more, and all of it as a download."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.backups.last_backup import LastBackup, keep_last_backup, last_backup
from newsletter.config import read_config
from newsletter.words.user import Role
from tests.fakes.sftp_server import PASSWORD, USER, SftpServer, sftp_server
from tests.studio.conftest import World
from tests.world import add_readers

PAGE = "/settings/backup"
PHRASE = "four words and a boat"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    with sftp_server(tmp_path / "there") as running:
        yield running


def _until_it_arrived(world: World) -> LastBackup:
    """Wait until nothing is on its way any more, as the page says it."""
    until = time.monotonic() + 30
    while "A copy is on its way" in world.client.get(f"/studio{PAGE}").text:
        assert time.monotonic() < until
        time.sleep(0.05)
    return last_backup(world.parts.directory)


def test_a_place_that_was_tried_is_kept_and_the_first_copy_goes_there(world: World, server: SftpServer) -> None:
    """What was typed stays on a refusal, but for secrets; empty they stay as they are; it can be taken out again."""
    typed = {"kind": "sftp", "host": f"127.0.0.1:{server.port}", "user": USER, "folder": "ferries"}
    for wrong, said in (
        ({"secret": "another"}, "does not let this user in"),
        ({"secret": PASSWORD, "phrase": PHRASE, "again": "something else"}, "are not the same"),
        ({"secret": PASSWORD, "phrase": "short", "again": "short"}, "could be guessed"),
        ({"host": "files.example.com:ssh", "secret": PASSWORD}, "is no port"),
        ({"host": "", "secret": PASSWORD}, "no server or no user"),
        ({"kind": "s3", "bucket": "Weekly"}, "can&#39;t be the name of a bucket"),
    ):
        refused = world.post(PAGE, act="connect", **{**typed, **wrong})
        assert (refused.status_code, said in refused.text) == (400, True), said
        assert 'value="ferries"' in refused.text and "NEWSLETTER_" not in refused.text.partition("<main")[2]
    assert read_config(world.parts.directory).backup_url is None

    assert world.post(PAGE, act="connect", secret=PASSWORD, phrase=PHRASE, again=PHRASE, **typed).status_code == 303
    assert _until_it_arrived(world).away_name.endswith(".tar.sealed")
    kept = read_config(world.parts.directory)
    assert world.post(PAGE, act="connect", **typed).status_code == 303
    _until_it_arrived(world)
    assert read_config(world.parts.directory).backup_url == kept.backup_url
    page = world.client.get(f"/studio{PAGE}").text
    assert PASSWORD not in page and PHRASE not in page
    assert "sealed by a pass phrase" in page

    world.post(PAGE, act="connect", no_phrase="yes", **typed)
    assert _until_it_arrived(world).away_name.endswith(".tar")
    assert read_config(world.parts.directory).backup_phrase is None
    world.post(PAGE, act="drop")
    assert read_config(world.parts.directory).backup_url is None


def test_without_a_password_the_line_for_the_server_is_shown(world: World, server: SftpServer) -> None:
    """The key of the newsletter is made then, and not by looking."""
    typed = {"kind": "sftp", "host": f"127.0.0.1:{server.port}", "user": USER, "folder": "ferries"}
    world.client.get(f"/studio{PAGE}")
    assert not (world.parts.directory / "var" / "backup.key").exists()

    refused = world.post(PAGE, act="connect", **typed)

    assert "Give the server the line that is shown below" in refused.text
    server.key = refused.text.partition('<code class="copy">')[2].partition("</code>")[0]
    assert world.post(PAGE, act="connect", **typed).status_code == 303
    _until_it_arrived(world)


def test_the_download_is_everything_but_the_keys(world: World) -> None:
    """One press makes a backup; then there is something to download, for an owner."""
    assert world.client.get(f"/studio{PAGE}/download").status_code == 409
    assert world.post("/backup", back="backup").headers["location"].endswith(PAGE)

    answer = world.client.get(f"/studio{PAGE}/download")

    assert answer.headers["cache-control"] == "no-store"
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as made:
        names = set(made.getnames())
    assert {"backup.db", "newsletter.toml", "issues/001.md"} <= names
    assert not {name for name in names if name.startswith("var/")}


@pytest.mark.parametrize(("minutes", "is_shown"), [(5, True), (90, False)])
def test_a_copy_that_another_process_carries_is_on_its_way(world: World, minutes: int, is_shown: bool) -> None:
    """And no fault, unless that process has died of it."""
    secrets = world.parts.directory / "var" / "secrets.env"
    secrets.write_text(f"{secrets.read_text()}NEWSLETTER_BACKUP_URL=sftp://u:p@127.0.0.1:9/x\n")
    began = world.parts.clock.now() - timedelta(minutes=minutes)
    problem = "It has begun, and has not ended yet."
    keep_last_backup(world.parts.directory, LastBackup(tried_at=began, problem=problem))
    page = world.client.get(f"/studio{PAGE}").text
    assert ("A copy is on its way" in page, problem in page) == (is_shown, not is_shown)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUTHOR, Role.EDITOR])
def test_only_an_owner_downloads_and_says_where_to(world: World, role: Role) -> None:
    from newsletter.web.studio.routes import PAGES

    pages = {page.path: page for page in PAGES}
    assert not role.may(pages[f"{PAGE}/download"].see)
    assert not role.may(pages[PAGE].do)


def test_nothing_that_left_for_eight_days_is_red_on_this_week(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the place said, and where to see to it."""
    import threading

    from newsletter.web.studio.alarms import _about_backups
    from newsletter.web.studio.studio import Studio

    add_readers(world.parts.engine, "weekly", range(3))
    world.post("/backup")
    secrets = world.parts.directory / "var" / "secrets.env"
    secrets.write_text(f"{secrets.read_text()}NEWSLETTER_BACKUP_URL=sftp://u:p@127.0.0.1:9/x\n")
    studio = Studio(world.parts, threading.Event())
    now = world.parts.clock.now()
    for days, is_red in ((7, False), (9, True)):
        keep_last_backup(world.parts.directory, LastBackup(away_at=now - timedelta(days=days), problem="It is full."))
        found = [(one.words, one.path) for one in _about_backups(studio)]
        said = f"The last copy outside of this machine is {days} days old. It is full."
        assert found == ([(said, PAGE)] if is_red else [])
