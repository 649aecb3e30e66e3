"""The web application inside `serve`: uvicorn in a thread, stopped with the rest."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsletter.words.mistake import NotNow

if TYPE_CHECKING:
    from newsletter.schedule.pulse import Pulse
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)


@contextmanager
def serve_pages(parts: Parts, host: str, port: int, stop: threading.Event, pulse: Pulse | None = None) -> Iterator[str]:
    """Listen until the block ends; gives the address. Requests under way are finished, for at most 10 s.

    `pulse` is that of the schedule in this process, for those who ask whether it lives. `stop` is set should the pages
    end by themselves: a process that serves none must not seem to live. Raises NotNow where the port is taken.
    """
    import uvicorn

    from newsletter.web.app import build
    from newsletter.web.studio.routes import studio_routes

    listener = _listener(host, port)
    config = uvicorn.Config(
        build(parts, studio_routes(parts, stop), pulse=pulse),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    server = uvicorn.Server(config)

    def run() -> None:
        try:
            # The process has its own signal handlers; uvicorn installs none outside the main thread.
            server.run(sockets=[listener])
        finally:
            if not server.should_exit:
                log.error("the pages ended by themselves")
            stop.set()

    thread = threading.Thread(target=run, name="pages", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        listener.close()


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because asyncio sends small answers at once only where it sees TCP: else each waits 40 ms for the last one's receipt.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise NotNow(
            f"Nothing can listen on {host}:{port}: {error.strerror}.", fix="Name another with --host and --port."
        ) from error
    listener.listen(128)
    return listener
