"""Every night a backup is made, carried outside and thinned out; and a wiped server comes back from there."""

from __future__ import annotations

import gc
import os
import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.backups.keep_place import keep_place
from newsletter.backups.last_backup import last_backup
from newsletter.backups.names import old_ones
from newsletter.cli import main
from newsletter.schedule.times.time_to_update import check_time_to_update
from newsletter.wiring import Parts
from newsletter.wiring.backup import backup_beat, backup_desk
from newsletter.words.mistake import NewsletterError, NotNow
from tests.fakes.sftp_server import SftpServer, sftp_server
from tests.schedule.world import MONDAY, READERS, SLOT, World

PHRASE = "four words and a boat"
NIGHT = datetime(2037, 12, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    with sftp_server(tmp_path / "there") as running:
        yield running


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "weekly")
    yield made
    made.close()


def _here(parts: Parts) -> list[str]:
    room = parts.directory / "var" / "backups"
    return sorted(path.name for path in room.iterdir()) if room.exists() else []


def _there(server: SftpServer) -> list[str]:
    return sorted(path.name for path in (server.room / "ferries").iterdir())


def _call(folder: Path, *words: str, **settings: str) -> Result:
    done = CliRunner().invoke(main, ["-C", str(folder), *words], env=settings)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    gc.collect()
    return done


def _night(world: World, at: datetime) -> None:
    world.clock.turn(at)
    backup_beat(world.parts)


def test_a_night_makes_one_backup_here_and_outside(world: World, server: SftpServer) -> None:
    """At half past three of the newsletter's own clock, once; a whole week later once again where that is set."""
    keep_place(world.folder, server.address(), "")
    _night(world, NIGHT - timedelta(hours=1))
    assert (_here(world.parts), _there(server)) == ([], [])
    for minutes in (0, 10, 60):
        _night(world, NIGHT + timedelta(minutes=minutes))
    assert _here(world.parts) == ["2037-12-01-040000.db"]
    assert _there(server) == ["2037-12-01-040000.tar"]

    toml = world.folder / "newsletter.toml"
    toml.write_text(f'{toml.read_text()}backup_every = "week"\n')
    for days in range(1, 8):
        _night(world, NIGHT + days * DAY)
    assert [name[:10] for name in _there(server)] == ["2037-12-01", "2037-12-08"]


def test_old_backups_go_here_and_there_and_the_newest_stays(world: World, server: SftpServer) -> None:
    """What somebody named by hand stays, and what a server has beside them."""
    keep_place(world.folder, server.address(), "")
    toml = world.folder / "newsletter.toml"
    toml.write_text(f"{toml.read_text()}backup_keep = 2\n")
    (server.room / "ferries" / "notes.txt").write_text("mine")
    desk = backup_desk(world.parts)
    by_hand = world.folder / "var" / "backups" / "before-the-move.db"
    for days in range(5):
        world.clock.turn(NIGHT + days * DAY)
        desk.back_up()
        by_hand.touch()

    kept = ["2037-12-03", "2037-12-04", "2037-12-05"]
    assert [name[:10] for name in _here(world.parts)] == [*kept, "before-the"]
    assert [name[:10] for name in _there(server)] == [*kept, "notes.txt"]
    assert old_ones(["2020-01-01-000000.db"], today=NIGHT.date(), days=1) == []


def test_a_night_that_fails_is_tried_again_after_an_hour_and_turns_red_after_eight_days(
    world: World, server: SftpServer
) -> None:
    """The one that was made here is carried again, so that the disk does not fill; the reason is kept in the place's words."""
    keep_place(world.folder, server.address(), "")
    server.closed_to = {"write"}
    for minutes in (0, 10, 59, 70):
        _night(world, NIGHT + timedelta(minutes=minutes))
    assert _here(world.parts) == ["2037-12-01-040000.db"]
    assert "does not let this user write there" in last_backup(world.folder).problem
    world.clock.turn(NIGHT + 2 * timedelta(hours=2))
    assert "is still missing. 127.0.0.1 does not let" in backup_desk(world.parts).trouble_outside()

    server.closed_to = set()
    _night(world, NIGHT + DAY)
    assert _there(server) == ["2037-12-02-040000.tar"]
    assert len(_here(world.parts)) == 2, "the next night makes its own"
    for days, is_red in ((7, False), (10, True)):
        world.clock.turn(NIGHT + days * DAY)
        assert ("9 days old" in backup_desk(world.parts).trouble_outside()) is is_red


def test_what_a_killed_process_left_is_cleared_away(world: World, server: SftpServer) -> None:
    """It is a copy of everything each time; that of a process which may still be at it stays."""
    keep_place(world.folder, server.address(), "")
    world.clock.turn(NIGHT)
    for name, age in ((".carry-old", 2 * DAY), (".carry-new", timedelta(hours=1))):
        room = world.folder / "var" / "backups" / name
        room.mkdir(parents=True)
        (room / "2037-11-01-040000.tar").write_bytes(b"half")
        os.utime(room, times=((NIGHT - age).timestamp(),) * 2)
    backup_desk(world.parts).back_up()
    assert _here(world.parts) == [".carry-new", "2037-12-01-040000.db"]


def test_a_backup_by_hand_in_the_folder_stays_there(world: World, server: SftpServer) -> None:
    """It holds keys, and a copy that is not sealed must not."""
    keep_place(world.folder, server.address(), "")
    world.parts.engine.dispose()
    assert 0 == _call(world.folder, "backup", str(world.folder / "before-the-move.bak"), "--with-secrets").exit_code
    assert 0 == _call(world.folder, "backup").exit_code
    (name,) = _there(server)
    with tarfile.open(server.room / "ferries" / name) as made:
        assert "newsletter.toml" in made.getnames() and "before-the-move.bak" not in made.getnames()


def test_a_practice_newsletter_without_a_place_is_left_in_peace(world: World) -> None:
    _night(world, NIGHT)
    assert _here(world.parts) == []


def test_a_wiped_server_comes_back_from_the_place_outside(world: World, server: SftpServer) -> None:
    """Words, pictures, readers, keys and what was sent; nothing goes before somebody says so, and then Thursday does."""
    world.set_timetable()
    world.beat(SLOT)
    assert world.copies(1) == READERS
    (world.folder / "images").mkdir()
    (world.folder / "images" / "boat.jpg").write_bytes(bytes(range(256)) * 9_000)
    keep_place(world.folder, server.address(), PHRASE)
    before = _files(world.folder)
    secrets = (world.folder / "var" / "secrets.env").read_bytes()
    url = server.address().url
    world.parts.engine.dispose()
    done = _call(world.folder, "backup")
    assert (0, True) == (done.exit_code, ".tar.sealed lies outside of this machine" in done.stdout), done.stderr
    sealed = (server.room / "ferries" / _there(server)[0]).read_bytes()
    assert b"Ferries in winter" not in sealed and b"reader1@example.com" not in sealed

    shutil.rmtree(world.folder)
    restored = _call(world.folder, "restore", "--away", NEWSLETTER_BACKUP_URL=url, NEWSLETTER_BACKUP_PHRASE=PHRASE)

    assert (0, True) == (restored.exit_code, "Nothing is sent from it yet." in restored.stdout), restored.stderr
    assert _files(world.folder) == before
    assert (world.folder / "var" / "secrets.env").read_bytes() == secrets
    again = World(world.folder, now=SLOT + DAY, n_readers=0)
    again.issue(2)
    with pytest.raises(NotNow, match="is a copy"):
        again.beat(SLOT + 7 * DAY)
    assert again.copies(2) == []
    assert 0 == _call(world.folder, "db", "here", "--yes").exit_code
    again.beat(SLOT + 7 * DAY)
    assert (again.went(), again.copies(2)) == ([1, 2], READERS)
    assert again.copies(1) == [], "nobody gets the first one again"
    again.close()


def test_a_copy_that_was_not_sealed_puts_back_everything_but_the_keys(world: World, server: SftpServer) -> None:
    """By its name; files that are there stay as they are; a wrong pass phrase or name changes nothing."""
    keep_place(world.folder, server.address(), "")
    world.parts.engine.dispose()
    assert 0 == _call(world.folder, "backup").exit_code
    (name,) = _there(server)
    post = world.folder / "posts" / "2026-11-20-ferries-in-winter.md"
    post.write_text("since then written")
    (world.folder / "issues" / "001.md").unlink()

    assert "There is no backup 1999-01-01" in _call(world.folder, "restore", "--away", "1999-01-01").stderr
    done = _call(world.folder, "restore", "--away", name.removesuffix(".tar"), "--replace", "--yes")

    assert 0 == done.exit_code, done.stderr
    assert post.read_text() == "since then written"
    assert (world.folder / "issues" / "001.md").exists()
    assert b"k" * 40 not in (server.room / "ferries" / name).read_bytes()
    listed = _call(world.folder, "backup", "--list").stdout
    assert f"outside  {name}" in listed and "here     var/backups/" in listed


def test_a_place_is_set_by_a_command_that_tries_it(world: World, server: SftpServer) -> None:
    """Typed hidden; what is refused is kept nowhere, and a pass phrase that could be guessed neither."""
    answers = (
        (f"{server.address(password='another').url}\n\n", "does not let this user in"),
        (f"{server.address().url}\nshort\n", "could be guessed"),
        ("https://example.com\n\n", "not the address of a place"),
    )
    secrets = world.folder / "var" / "secrets.env"
    before = secrets.read_bytes()
    for typed, said in answers:
        done = CliRunner().invoke(main, ["-C", str(world.folder), "backup", "--away"], input=typed)
        assert (1, True, before) == (done.exit_code, said in done.stderr, secrets.read_bytes())
    done = CliRunner().invoke(
        main, ["-C", str(world.folder), "backup", "--away"], input=f"{server.address().url}\n{PHRASE}\n"
    )
    assert (0, True) == (done.exit_code, "a small file was written, read, listed and deleted" in done.stdout)
    assert "made-up" not in done.stdout and PHRASE not in done.stdout
    assert f"NEWSLETTER_BACKUP_PHRASE={PHRASE}\n" in secrets.read_text()


def test_an_update_is_refused_shortly_before_an_issue_unless_one_insists(world: World) -> None:
    """Within two hours; with a backup first, and the lines to go back."""
    world.set_timetable()
    for before, is_refused in (
        (timedelta(hours=3), False),
        (timedelta(hours=1, minutes=50), True),
        (-timedelta(minutes=5), True),
    ):
        world.clock.turn(SLOT - before)
        if is_refused:
            with pytest.raises(NewsletterError, match="goes to 'weekly'") as refused:
                check_time_to_update(world.desk)
            assert "--anyway" in refused.value.fix
        else:
            check_time_to_update(world.desk)
    world.clock.turn(MONDAY)
    world.parts.engine.dispose()
    done = _call(world.folder, "backup", "--before-update")
    assert (0, True) == (
        done.exit_code,
        f"newsletter restore --replace var/backups/{_here(world.parts)[0]}" in done.stdout,
    )


def _files(folder: Path) -> dict[str, bytes]:
    """Everything but what lies in var/."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "var" not in path.relative_to(folder).parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
