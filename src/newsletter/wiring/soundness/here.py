"""Whether what a newsletter runs on is sound: what can be seen on this machine, asking nobody else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.jobs.driver import START, DriverKind
from newsletter.wiring.backup import backup_desk
from newsletter.wiring.soundness.shared_folder import one_folder
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NewsletterError
from newsletter.words.moment import say_span
from newsletter.words.verdict import State, Verdict, failed, passed, unknown, warned

if TYPE_CHECKING:
    from newsletter.wiring import Parts

_LITTLE, _TOO_LITTLE = 1_000_000_000, 100_000_000
_SECONDS_APART = 5.0
_DAYS_SINCE_BACKUP = 8
_PROXIES_SEEN_FOR = timedelta(days=7)


def look_here(parts: Parts) -> list[Verdict]:
    """Settings, secrets, database, clock, schedule, disk, open files and backups. A file is written to var/ and deleted again."""
    found = [*_settings(parts), *_database(parts)]
    if not any(one.about == "Database" and one.state is State.FAIL for one in found):
        found += [schedule(parts), proxies(parts), *one_folder(parts)]
    return [*found, *_own_sentences(parts), *_disk(parts.directory), open_files(), backups(parts)]


def _own_sentences(parts: Parts) -> list[Verdict]:
    """The newsletter's own wording of what readers are told: a sentence that can't be used is said in ours."""
    return [
        warned("Sentences", f"{fault.place}: {fault.message}", fault.fix or "") for fault in parts.translations.faults()
    ]


def obstacles(parts: Parts) -> list[Verdict]:
    """What keeps mail from being sent, each with what to do; everything else goes on without it."""
    return [failed("Settings", f"{lack.message} Nothing is sent until then.", lack.fix) for lack in parts.config.lacks]


def schedule(parts: Parts) -> Verdict:
    """Whether some process does what is due, and whether something is overdue."""
    held = parts.live.find_hold()
    if held:
        return failed("Schedule", f"{held.message} Nothing is sent from here.", held.fix)
    alive = [driver for driver in parts.drivers.list_drivers() if driver.is_alive]
    keeper = next((driver for driver in alive if driver.kind is not DriverKind.WORKER), None)
    patience = timedelta(seconds=60 + (keeper.every_seconds or 0)) if keeper else timedelta(0)
    overdue = _overdue(parts, patience)
    if overdue:
        why = f"{keeper} runs: see what it says." if keeper else START
        return failed("Schedule", f"{' '.join(overdue)} It goes or asks as soon as something looks.", why)
    since = parts.schedule.ticks.seconds_since()
    looked = "it was never looked at" if since is None else f"it was looked at {_ago(since)}"
    if keeper is None:
        waits = bool(parts.schedule.timetables.list_all() or parts.ledger.mailings.list_in([MailingStatus.SCHEDULED]))
        words = f"Nothing runs that would send by itself; {looked}."
        return warned("Schedule", words, START) if waits else unknown("Schedule", words, START)
    if since is None or since > 2 * patience.total_seconds():
        return warned("Schedule", f"{keeper} runs, but it is silent: {looked}.", "See what it says.")
    return passed("Schedule", f"It lives: {looked}, by {keeper}.")


def proxies(parts: Parts) -> Verdict:
    """Whether requests came, of late, through proxies that nobody has named."""
    from ipaddress import ip_address, ip_network

    named = [ip_network(text) for text in parts.config.trusted_proxies]
    seen = [
        text
        for text in parts.unnamed_proxies.list_since(parts.clock.now() - _PROXIES_SEEN_FOR)
        if not any(ip_address(text) in network for network in named)
    ]
    if not seen:
        return passed("Proxies", "No request came through one that is not named.")
    shown = f"{', '.join(seen[:3])}{f' and {len(seen) - 3} more' if len(seen) > 3 else ''}"
    return warned(
        "Proxies",
        f"Requests come through {shown}, not named as a proxy: all its visitors count as one, and are held off together.",
        f"If it is your own, put a line into var/secrets.env: NEWSLETTER_TRUSTED_PROXIES={','.join(seen[:3])}, and start "
        "`serve` again. If not, somebody reaches `serve` past your proxy: let it listen on 127.0.0.1.",
    )


def _overdue(parts: Parts, patience: timedelta) -> list[str]:
    """A sentence for each sending and slot whose time has come and that has not begun."""
    from newsletter.schedule.calendar import calendar
    from newsletter.wiring.clocks import desk_of

    now = parts.clock.now()
    found = []
    for line in calendar(desk_of(parts), since=now, n_ahead=0):
        late = line.lateness(now)
        if late is not None and late > patience:
            name = f"Issue {line.issue}" if line.issue else "The next issue"
            found.append(f"{name} to {line.list_name!r} is overdue by {say_span(late)}.")
    return found


def _ago(seconds: float) -> str:
    return f"{say_span(timedelta(seconds=seconds))} ago" if seconds >= 60 else "just now"


def _settings(parts: Parts) -> Iterator[Verdict]:
    lacks = obstacles(parts)
    yield from lacks
    yield from (warned("Settings", warning, "") for warning in parts.config.warnings)
    if not parts.config.warnings and not lacks:
        yield passed("Settings", "Everything that a sending needs is set.")
    secrets = parts.directory / "var" / "secrets.env"
    if secrets.exists() and os.name == "posix" and secrets.stat().st_mode & 0o077:
        yield failed("Secrets", "Others on this machine can read var/secrets.env.", "chmod 600 var/secrets.env")
    elif len(parts.config.secret_key) < 32:
        yield warned("Secrets", "The secret key is short.", "Make a longer one: openssl rand -hex 32")
    else:
        yield passed("Secrets", "Only you can read them, and the key is long enough.")
    yield from _private(parts.directory)


def _private(directory: Path) -> Iterator[Verdict]:
    from newsletter.folder.private import open_to_others

    found, is_reached = open_to_others(directory)
    shown = f"{', '.join(found[:3])}{f' and {len(found) - 3} more' if len(found) > 3 else ''}"
    if found and is_reached:
        yield warned("Privacy", f"Others on this machine can open {shown}.", "chmod -R go= var")
    elif found:
        words = f"var/ is closed, but {shown} would be open wherever a copy is put."
        yield warned("Privacy", words, "chmod -R go= var")
    else:
        yield passed("Privacy", "Nobody else on this machine gets at var/.")


def _database(parts: Parts) -> Iterator[Verdict]:
    from newsletter.db.health import look_at
    from newsletter.wiring.schema import metadata

    try:
        health = look_at(parts.engine, metadata)
    except NewsletterError as error:
        yield failed("Database", error.message, error.fix)
        yield unknown("Clock", "There is no database to compare it with.")
        return
    except Exception as error:  # noqa: BLE001 - whatever a driver raises, the database does not answer
        yield failed("Database", f"It does not answer ({type(error).__name__}).", "See docs/operations.md.")
        yield unknown("Clock", "There is no database to compare it with.")
        return
    if health.problem:
        yield failed("Database", f"Its file is damaged: {health.problem[:200]}", "Put back the last backup.")
    elif health.tables:
        yield failed(
            "Database",
            f"Its tables are not those that this program needs: {health.tables}. Some commands may fail half-way.",
            "Restore a backup, or see docs/operations.md. Its readers as files: newsletter db export FOLDER",
        )
    else:
        yield passed("Database", f"{health.kind} answers, and has this program's tables.")
    apart = abs((parts.clock.now() - health.now).total_seconds())
    if health.kind == "sqlite":
        yield unknown(
            "Clock", f"This machine says {parts.clock.now():%Y-%m-%d %H:%M} UTC; there is no other clock to compare."
        )
    elif apart > _SECONDS_APART:
        yield failed(
            "Clock", f"This machine and the database are {apart:.0f} seconds apart.", "Let both be set by NTP."
        )
    else:
        yield passed("Clock", "This machine and the database agree.")


def has_our_tables(parts: Parts) -> bool:
    """A quick look, for callers that ask every few seconds: the version number and the columns."""
    from newsletter.db.upgrade import complaints
    from newsletter.wiring.schema import metadata

    return not complaints(parts.engine, metadata, closely=False)


def _disk(directory: Path) -> Iterator[Verdict]:
    var = directory / "var"
    try:
        var.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=var) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield failed(
            "Disk", f"Nothing can be written to var/: {error.strerror}.", "Mend its permissions, or make room."
        )
        return
    free = shutil.disk_usage(var).free
    words = f"{free / 1e9:.1f} GB are free."
    if free < _TOO_LITTLE:
        yield failed("Disk", words, "Make room: a full disk stops sending.")
    elif free < _LITTLE:
        yield warned("Disk", words, "Make room soon.")
    else:
        yield passed("Disk", words)


def open_files() -> Verdict:
    """The limit for a process that is started from here; the unit in deploy/ sets its own."""
    from newsletter.wiring.soundness.open_files import ENOUGH, find_most_open_files

    n_files = find_most_open_files()
    words = f"{n_files:,} may be open at once."
    if n_files < ENOUGH:
        return warned(
            "Open files", f"Only {words}", f"Allow {ENOUGH:,} at least: `ulimit -Hn`, or LimitNOFILE= of the unit."
        )
    return passed("Open files", words)


def newest_backup(directory: Path) -> datetime | None:
    """When the newest file in var/backups was written. Backups that are kept elsewhere can't be seen."""
    files = [path for path in (directory / "var" / "backups").glob("*") if path.is_file()]
    newest = max((path.stat().st_mtime for path in files), default=None)
    return None if newest is None else datetime.fromtimestamp(newest, UTC)


def backups(parts: Parts) -> Verdict:
    newest = newest_backup(parts.directory)
    if newest is None:
        return unknown(
            "Backups", "There is none in var/backups; others can't be seen from here.", "See docs/operations.md."
        )
    days = (parts.clock.now() - newest).total_seconds() / 86_400
    if days > _DAYS_SINCE_BACKUP:
        return warned("Backups", f"The newest is {days:.0f} days old.", "Make one: newsletter backup")
    words = f"The newest is {max(days, 0):.0f} days old."
    try:
        desk = backup_desk(parts)
        trouble = desk.trouble_outside()
    except NewsletterError as error:
        return warned("Backups", f"{words} No copy can leave this machine: {error.message}", error.fix)
    if trouble:
        return warned("Backups", trouble, "Try it again: newsletter backup")
    if desk.place is None:
        return passed("Backups", f"{words} It is on this machine only.")
    return passed("Backups", f"{words} Copies lie outside of this machine too.")
