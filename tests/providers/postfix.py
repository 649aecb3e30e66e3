"""A real Postfix of our own: not the system's, delivering into files, in a folder that goes away."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WHERE = "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin"

MISSING = (
    "Postfix is not here (Debian: apt-get install --no-install-recommends postfix)"
    if shutil.which("postfix", path=_WHERE) is None or shutil.which("smtp-sink", path=_WHERE) is None
    else "Postfix starts as root only"
    if os.geteuid() != 0
    else ""
)

_MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.net
mydestination =
mynetworks = 127.0.0.0/8
default_transport = smtp:[127.0.0.1]:{sink}
relay_transport = smtp:[127.0.0.1]:{sink}
smtp_host_lookup = native
smtp_tls_security_level = none
disable_dns_lookups = yes
maillog_file = /var/log/newsletter-test-{port}.log
maillog_file_prefixes = /var
smtpd_relay_restrictions = permit_mynetworks, reject
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """`port` takes mail; what it delivers ends in `delivered`, one file a mail."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.delivered = home / "delivered"
        self.log = Path(f"/var/log/newsletter-test-{port}.log")

    def n_queued(self) -> int:
        """Mails that it has taken and not delivered yet."""
        return sum(
            len(files)
            for name in ("maildrop", "incoming", "active", "deferred", "hold")
            for _, _, files in os.walk(self.home / "queue" / name)
        )

    def wait_until_empty(self, seconds: float = 180) -> None:
        end = time.monotonic() + seconds
        while self.n_queued():
            assert time.monotonic() < end, f"{self.n_queued()} mails are still queued"
            time.sleep(0.2)


@contextmanager
def postfix(home: Path) -> Iterator[Postfix]:
    """Start one with its sink, and end both. `home` must be readable for everyone above it."""
    port, sink_port = _free_port(), _free_port()
    _write(home, port, sink_port)
    delivered = home / "delivered"
    sink = ["smtp-sink", "-u", "nobody", "-d", f"{delivered}/mail.", f"127.0.0.1:{sink_port}", "200"]
    environment = {**os.environ, "PATH": _WHERE}
    with subprocess.Popen(sink, env=environment, cwd=delivered) as catcher:
        try:
            subprocess.run(
                ["postfix", "-c", str(home / "conf"), "start"], check=True, capture_output=True, env=environment
            )
            _wait_for(port)
            running = Postfix(home, port)
            yield running
        finally:
            subprocess.run(
                ["postfix", "-c", str(home / "conf"), "stop"], check=False, capture_output=True, env=environment
            )
            catcher.kill()
            Path(f"/var/log/newsletter-test-{port}.log").unlink(missing_ok=True)


def _write(home: Path, port: int, sink: int) -> None:
    for name in ("conf", "queue", "data", "delivered"):
        (home / name).mkdir(parents=True)
    home.chmod(0o755)
    shutil.chown(home / "data", "postfix")
    (home / "delivered").chmod(0o777)
    (home / "conf" / "main.cf").write_text(_MAIN.format(home=home, port=port, sink=sink))
    (home / "conf" / "master.cf").write_text(_MASTER.format(port=port))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Postfix did not start")
