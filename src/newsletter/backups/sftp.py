"""A folder of a server that is reached by SFTP, as a place for backups."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from newsletter.backups.address import AwayAddress
from newsletter.backups.refused import WRITING, AwayFile, library_is_there, refused, silent
from newsletter.words.mistake import Mistake, NewsletterError

if TYPE_CHECKING:
    import asyncssh

Done = TypeVar("Done")
OWN_KEY = "var/backup.key"
_CONNECT_SECONDS = 15.0
# A server that died is noticed within a minute, however large the file is.
_SIGN_SECONDS, _SIGNS_MISSED = 15, 3
_LONGEST_SECONDS = 6 * 3600.0


class SftpPlace:
    """One connection for each thing done. `address` has the server's key in it once it was reached.

    `patience` is for how many seconds anything but carrying a file may take. Without a password the newsletter's own
    key opens the door, which lies in `directory`.
    """

    def __init__(self, address: AwayAddress, directory: Path, *, patience: float) -> None:
        library_is_there("asyncssh", "SFTP")
        self.address = address
        self._patience, self._key = patience, directory / OWN_KEY
        self._folder = PurePosixPath(address.folder or ".")

    def put(self, path: Path, name: str) -> None:
        """Under another name until it is whole. Raises NewsletterError."""

        async def carry(sftp: asyncssh.SFTPClient) -> None:
            part, whole = str(self._folder / f".{name}.part"), str(self._folder / name)
            if not await sftp.isdir(str(self._folder)):
                await sftp.makedirs(str(self._folder))
            await sftp.put(str(path), part)
            await _rename(sftp, part, whole)
            if (await sftp.stat(whole)).size != path.stat().st_size:
                raise refused("Less arrived there than was sent.", "Look whether its disk is full.")

        self._ask(WRITING, carry, seconds=_LONGEST_SECONDS)

    def fetch(self, name: str, path: Path) -> None:
        async def carry(sftp: asyncssh.SFTPClient) -> None:
            await sftp.get(str(self._folder / name), str(path))

        self._ask("read what lies there", carry, seconds=_LONGEST_SECONDS)

    def list_files(self) -> Sequence[AwayFile]:
        async def look(sftp: asyncssh.SFTPClient) -> list[AwayFile]:
            return [
                AwayFile(name=str(one.filename), size=one.attrs.size or 0)
                for one in await sftp.readdir(str(self._folder))
                if not str(one.filename).startswith(".")
            ]

        return self._ask("list what lies there", look, seconds=self._patience)

    def delete(self, names: Sequence[str]) -> None:
        async def drop(sftp: asyncssh.SFTPClient) -> None:
            for name in names:
                await sftp.remove(str(self._folder / name))

        self._ask("delete what lies there", drop, seconds=self._patience)

    def _ask(self, step: str, do: Callable[[asyncssh.SFTPClient], Awaitable[Done]], *, seconds: float) -> Done:
        return asyncio.run(self._asked(step, do, seconds))

    async def _asked(self, step: str, do: Callable[[asyncssh.SFTPClient], Awaitable[Done]], seconds: float) -> Done:
        import asyncssh

        shown, waited = self.address.host, min(_CONNECT_SECONDS, self._patience)
        try:
            async with asyncio.timeout(waited):
                connection = await self._connected()
            waited = seconds
            async with asyncio.timeout(waited), connection, connection.start_sftp_client() as sftp:
                done = await do(sftp)
        except NewsletterError:
            raise
        except TimeoutError:
            raise silent(shown, waited) from None
        except (asyncssh.Error, OSError) as error:
            raise _said(shown, step, error, has_password=bool(self.address.secret)) from None
        return done

    async def _connected(self) -> asyncssh.SSHClientConnection:
        import asyncssh

        if not self.address.secret and not self._key.exists():
            raise Mistake(
                f"The key of this newsletter for {self.address.host}, {OWN_KEY}, is not on this machine.",
                fix="Name the place with a password, or fetch the copy in another way: newsletter restore FILE",
            )
        place = self

        class _HostKeyKept(asyncssh.SSHClient):
            """The first key that the server shows is kept; from then on no other one is believed."""

            def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
                shown = key.get_fingerprint()
                if not place.address.host_key:
                    place.address = replace(place.address, host_key=shown)
                return shown == place.address.host_key

        at = self.address
        return await asyncssh.connect(
            at.host.strip("[]"),
            at.port or 22,
            username=at.user,
            password=at.secret or None,
            client_keys=None if at.secret else [str(self._key)],
            # Nothing of the person who happens to run it: no agent, no settings, no known servers.
            client_factory=_HostKeyKept,
            known_hosts=([], [], []),
            config=None,
            agent_path=None,
            keepalive_interval=_SIGN_SECONDS,
            keepalive_count_max=_SIGNS_MISSED,
        )


def own_public_key(directory: Path) -> str:
    """The line that a server has to be told, so that it lets this newsletter in without a password. The key is made where there is none."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = directory / OWN_KEY
    if not path.exists():
        made = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(made)
    return known_public_key(directory)


def known_public_key(directory: Path) -> str:
    """That line, "" where no key was made yet."""
    from cryptography.hazmat.primitives import serialization

    try:
        key = serialization.load_ssh_private_key((directory / OWN_KEY).read_bytes(), password=None)
    except (OSError, ValueError):
        return ""
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return f"{public.decode()} newsletter"


async def _rename(sftp: asyncssh.SFTPClient, part: str, whole: str) -> None:
    import asyncssh

    try:
        await sftp.posix_rename(part, whole)
    except asyncssh.SFTPOpUnsupported:
        await sftp.rename(part, whole)


def _said(shown: str, step: str, error: Exception, *, has_password: bool) -> NewsletterError:
    """Each refusal of a server, or of the way to it, as a sentence."""
    import asyncssh

    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return Mistake(
            f"{shown} shows another key than before: it may be another server that only says it is this one.",
            fix="Ask whoever looks after it. If it was set up anew, enter the place once more.",
        )
    if isinstance(error, asyncssh.PermissionDenied):
        fix = "Type the password once more." if has_password else "Give the server the line that is shown below."
        return Mistake(f"{shown} does not let this user in.", fix=fix)
    if isinstance(error, asyncssh.SFTPPermissionDenied | asyncssh.SFTPWriteProtect):
        return Mistake(f"{shown} does not let this user {step}.", fix="Give the user this folder, or name another one.")
    if isinstance(error, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath):
        return Mistake(f"{shown} has no such folder or file.", fix="Check the name of the folder.")
    if isinstance(error, asyncssh.SFTPError):
        return refused(f"{shown} could not {step}: {error.reason}.", "Look whether its disk is full.")
    if isinstance(error, OSError):
        return refused(f"{shown} can't be reached.", "Check the name of the server, its port, and the firewall.")
    return refused(f"The connection to {shown} broke ({type(error).__name__}).", "Try again in a minute.")
