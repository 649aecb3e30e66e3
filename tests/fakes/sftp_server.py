"""A real SFTP server on 127.0.0.1: that of the library, with one user and one folder."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

from newsletter.backups.address import AwayAddress

USER, PASSWORD = "weekly", "a made-up pass word/with:signs"


class SftpServer:
    """`room` is what the user sees as "/". `key` is a public key that opens it too; `is_slow` keeps everybody waiting at the door."""

    def __init__(self, room: Path) -> None:
        self.room, self.port = room, 0
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.key = ""
        self.closed_to: set[str] = set()
        self.fills_up = False
        self.is_slow = False
        self.connections: list[asyncssh.SSHServerConnection] = []

    def address(self, *, folder: str = "ferries", password: str = PASSWORD, host_key: str = "") -> AwayAddress:
        return AwayAddress(
            kind="sftp", host="127.0.0.1", port=self.port, user=USER, secret=password, folder=folder, host_key=host_key
        )


@contextmanager
def sftp_server(room: Path) -> Iterator[SftpServer]:
    """Serve until the block ends, in a thread with an event loop of its own."""
    room.mkdir(exist_ok=True)
    server, loop = SftpServer(room), asyncio.new_event_loop()
    listener = loop.run_until_complete(_listen(server))
    server.port = listener.get_port()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, listener), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(server: SftpServer) -> asyncssh.SSHAcceptor:
    class Door(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            server.connections.append(conn)

        async def begin_auth(self, username: str) -> bool:
            if server.is_slow:
                await asyncio.sleep(60)
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            said = key.export_public_key().decode().split()[:2]
            return username == USER and said == server.key.split()[:2]

    class Room(asyncssh.SFTPServer):
        def __init__(self, channel: asyncssh.SSHServerChannel) -> None:
            super().__init__(channel, chroot=str(server.room).encode())

        def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
            writes = bool(pflags & asyncssh.FXF_WRITE)
            if ("write" if writes else "read") in server.closed_to:
                raise asyncssh.SFTPPermissionDenied("not you")
            return super().open(path, pflags, attrs)

        def write(self, file_obj: object, offset: int, data: bytes) -> int:
            if server.fills_up:
                raise asyncssh.SFTPNoSpaceOnFilesystem("full")
            return super().write(file_obj, offset, data)  # type: ignore[no-any-return]

        def scandir(self, path: bytes) -> object:
            if "list" in server.closed_to:
                raise asyncssh.SFTPPermissionDenied("not you")
            return super().scandir(path)

        def remove(self, path: bytes) -> object:
            if "delete" in server.closed_to:
                raise asyncssh.SFTPPermissionDenied("not you")
            return super().remove(path)

    return await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[server.host_key], server_factory=Door, sftp_factory=Room
    )


async def _end(server: SftpServer, listener: asyncssh.SSHAcceptor) -> None:
    """Nobody is kept: what a test left open is ended with it."""
    listener.close()
    for connection in server.connections:
        connection.abort()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await listener.wait_closed()
