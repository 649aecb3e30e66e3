"""Send to a mail server on this machine, beside bare smtplib pushing one ready mail over as many connections."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.child import Cost, python, run
from benchmarks.report import Line, Table, cpu_per_thousand, rate
from tests.fakes.smtp_running import smtp_server

N_READERS = 5_000
CONNECTIONS = 4
LEAST = 0.6
MOST_MB = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Whole processes, each measured once."""

    plain: Cost
    signed: Cost
    floor: Cost


def measure(folder: Path, rounds: int | None) -> tuple[Table, dict[str, object]]:
    """Figures are medians. The sink is Postfix's smtp-sink, which costs little; where it is missing, the tests' stand-in."""
    run(python("-m", "benchmarks.newspaper", str(folder / "new")))
    mail = _ready_mail(folder)
    run(python("-m", "benchmarks.readers", str(folder / "new"), str(N_READERS)))
    run(["openssl", "genrsa", "-out", str(folder / "dkim.pem"), "2048"])
    signing = {"NEWSLETTER_DKIM_KEY": str(folder / "dkim.pem"), "NEWSLETTER_DKIM_SELECTOR": "bench"}
    with _sink(folder) as url:
        measured = [_round(folder, url, mail, signing) for _ in range(rounds or 3)]
    return _table(measured, mail.stat().st_size), {"rounds": [_figures(one) for one in measured]}


def _round(folder: Path, url: str, mail: Path, signing: dict[str, str]) -> Round:
    return Round(
        plain=_sent(folder, url, {}),
        signed=_sent(folder, url, signing),
        floor=run(python("-m", "benchmarks.smtp_floor", url, str(mail), str(N_READERS), str(CONNECTIONS))),
    )


def _ready_mail(folder: Path) -> Path:
    """One mail as we send it, so that the floor carries exactly as much."""
    copy = shutil.copytree(folder / "new", folder / "first")
    run(python("-m", "benchmarks.readers", str(copy), "1"))
    with smtp_server(folder / "caught") as server:
        _send(copy, server.url(), {})
    (caught,) = (folder / "caught" / "bodies").glob("*.eml")
    return caught


@contextmanager
def _sink(folder: Path) -> Iterator[str]:
    """The address of a server that takes everything."""
    sink = shutil.which("smtp-sink", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if sink is None:
        with smtp_server(folder / "sink", "--fast", quick=True) as server:
            yield server.url()
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # As root it wants to be told whom to become.
    as_root = ["-u", "nobody"] if Path("/proc/self").stat().st_uid == 0 else []
    with subprocess.Popen([sink, *as_root, f"127.0.0.1:{port}", "200"]) as process:
        try:
            _wait_for(port)
            yield f"smtp://127.0.0.1:{port}?connections={CONNECTIONS}"
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("smtp-sink did not start")


def _sent(folder: Path, url: str, settings: dict[str, str]) -> Cost:
    copy = shutil.copytree(folder / "new", folder / "running")
    try:
        cost = _send(copy, url, settings)
        with sqlite3.connect(copy / "var" / "newsletter.db") as connection:
            states = dict(connection.execute("SELECT handover, count(*) FROM delivery GROUP BY handover"))
        if states != {"accepted": N_READERS}:
            raise RuntimeError(f"{N_READERS} readers, but the ledger says {states}")
        return cost
    finally:
        shutil.rmtree(copy)


def _send(folder: Path, url: str, settings: dict[str, str]) -> Cost:
    return run(
        python("-m", "newsletter", "-C", str(folder), "send", "1", "--list", "weekly", "--yes"),
        {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": url, **settings},
    )


def _figures(one: Round) -> dict[str, object]:
    costs = {"plain": one.plain, "signed": one.signed, "floor": one.floor}
    return {name: {"wall": c.wall, "cpu": c.cpu, "peak_mb": c.peak_mb} for name, c in costs.items()}


def _table(measured: list[Round], n_bytes: int) -> Table:
    wall = {name: median(getattr(one, name).wall for one in measured) for name in ("plain", "signed", "floor")}
    cpu = {name: median(getattr(one, name).cpu for one in measured) for name in ("plain", "signed", "floor")}
    peak = max(one.plain.peak_mb for one in measured)
    of = f"{N_READERS:,} mails of {n_bytes / 1000:.0f} kB on {CONNECTIONS} connections"
    share = wall["floor"] / wall["plain"]

    def line(what: str, name: str) -> Line:
        return Line(f"{what}, {of}", f"{rate(N_READERS, wall[name])}, {cpu_per_thousand(cpu[name], N_READERS)}")

    return Table(
        "Send through a mail server",
        [
            line("send", "plain"),
            line("send, signed with DKIM", "signed"),
            line("bare smtplib, one ready mail", "floor"),
            Line("send / bare smtplib, rate", f"{share:.2f}x", f"at least {LEAST:g}x", share >= LEAST),
            Line("signed / bare smtplib, rate", f"{wall['floor'] / wall['signed']:.2f}x"),
            Line("peak memory of the sender", f"{peak:.0f} MB", f"under {MOST_MB:g} MB", peak < MOST_MB),
        ],
    )
