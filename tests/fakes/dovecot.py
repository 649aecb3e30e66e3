"""A real Dovecot of our own, where one is installed: its folder, its port, and gone when the test ends."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WHERE = "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin"
AT_HAND = shutil.which("dovecot", path=_WHERE) is not None and os.geteuid() == 0

_CONF = """\
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{home}/mail
first_valid_uid = 1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = nogroup
auth_mechanisms = plain
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@contextmanager
def dovecot(home: Path, certificate: Path, mails: list[bytes]) -> Iterator[int]:
    """Serve a folder `Finds` with these mails; its port."""
    home.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = pwd.getpwnam("nobody").pw_name
    new = home / "mail" / ".Finds" / "new"
    for name in ("new", "cur", "tmp"):
        (new.parent / name).mkdir(parents=True)
    for number, mail in enumerate(mails):
        (new / f"{1_700_000_000 + number}.M{number}.test").write_bytes(mail)
    for path in [home / "mail", *(home / "mail").rglob("*")]:
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    conf = home / "dovecot.conf"
    group = pwd.getpwnam(user).pw_gid
    conf.write_text(_CONF.format(home=home, certificate=certificate, port=port, user=user, group=group))
    serving = subprocess.Popen(
        ["dovecot", "-F", "-c", str(conf)], env={"PATH": _WHERE}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(port, serving, home)
        yield port
    finally:
        serving.terminate()
        serving.wait(10)


def _await(port: int, serving: subprocess.Popen[bytes], home: Path) -> None:
    for _ in range(100):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert serving.poll() is None, (home / "log").read_text() if (home / "log").exists() else "no log"
        time.sleep(0.05)
    raise AssertionError((home / "log").read_text())
