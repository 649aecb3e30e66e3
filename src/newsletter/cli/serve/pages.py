"""The process of the pages: uvicorn in a thread, stopped with the rest."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager, nullcontext
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from newsletter.cli import Folder
from newsletter.cli.context import parts_of
from newsletter.cli.serve.log_lines import log_to_stderr
from newsletter.cli.serve.studio_address import door_file, say_address
from newsletter.cli.serve.supervisor import START_OVER
from newsletter.words.mistake import NotNow

if TYPE_CHECKING:
    from newsletter.jobs.pulse import Pulse
    from newsletter.wiring import Parts
    from newsletter.wiring.runner import Bell

log = logging.getLogger(__name__)

_TAKEN_AT_ONCE, _WAITING = 64, 1_024
# How long a thread may compute while another one waits. An unsubscribe waits so long at each of its statements, of which
# it has dozens, while a message of a thousand events is read. Python's own is 5 ms.
_SECONDS_OF_A_TURN = 0.001


def pages_process(
    stop: threading.Event,
    ready: Callable[[], None],
    folder: Folder,
    listener: socket.socket,
    pulse: Pulse,
    level: int,
    unopened: MutableSequence[int],
    bell: Connection,
) -> None:
    """Serve the pages at `listener` until `stop` is set; the address is printed once they answer.

    `unopened` holds 1 where a browser is to be opened at them, and 0 from then on, however often they start.
    """
    from newsletter.wiring.runner import Bell

    sys.setswitchinterval(_SECONDS_OF_A_TURN)
    parts = parts_of(folder)
    log_to_stderr(level)
    again = threading.Event()

    def start_over() -> None:
        again.set()
        stop.set()

    with serve_pages(parts, listener, stop, pulse, Bell(parts, bell.fileno()), start_over) as address:
        say_address(parts, address)
        ready()
        opens, unopened[0] = bool(unopened[0]), 0
        with door_file(parts, address) if opens else nullcontext("") as door:
            if door:
                import webbrowser

                # A browser that takes its time to start must not hold up the pages it is to show.
                threading.Thread(target=webbrowser.open, args=(door,), daemon=True).start()
            stop.wait()
    if again.is_set():
        sys.exit(START_OVER)


@contextmanager
def serve_pages(
    parts: Parts,
    listener: socket.socket,
    stop: threading.Event,
    pulse: Pulse,
    bell: Bell | None = None,
    start_over: Callable[[], None] | None = None,
) -> Iterator[str]:
    """Answer at `listener` until the block ends; gives the address. Requests under way are finished, for at most 10 s.

    `pulse` is that of the schedule beside these pages, for health checks. `start_over` lets all processes begin again
    with the settings as they are then. `stop` is set should the
    pages end by themselves: a process that serves none must not seem to live.
    """
    import uvicorn

    from newsletter.web.app import build
    from newsletter.web.studio.routes import studio_routes
    from newsletter.web.timeouts import RequestBounds, protocol_within

    config = uvicorn.Config(
        build(parts, studio_routes(parts, stop, bell, start_over), pulse=pulse),
        http=protocol_within(RequestBounds(connections=_connections(RequestBounds().connections))),
        ws="none",
        # Accepted in one go, before any can be cut off: so many more files than connections may be open.
        backlog=_TAKEN_AT_ONCE,
        log_config=None,
        access_log=False,
        # The application itself knows which proxies are named.
        proxy_headers=False,
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
        while thread.is_alive() and not server.started:
            stop.wait(0.01)
        # How many connections may wait to be accepted.
        listener.listen(_WAITING)
        host, port = listener.getsockname()[:2]
        name = f"[{host}]" if ":" in host else host
        yield f"http://{name}:{port}/"
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        listener.close()


def _connections(most: int) -> int:
    """How many connections at once, by how many files may be open."""
    from newsletter.wiring.soundness.open_files import ENOUGH, connections_within, raise_open_files

    n_files = raise_open_files()
    n_connections = connections_within(n_files, most)
    if n_files < ENOUGH:
        log.warning("only %d files may be open: the pages take %d connections at once", n_files, n_connections)
    return n_connections


def listener_at(host: str, port: int) -> socket.socket:
    """Where the pages answer; clients that come while the pages start, or start again, wait in it.

    Raises NotNow where nothing can listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # IPPROTO_TCP is named because asyncio sets TCP_NODELAY only then: else each small answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise NotNow(
            f"Nothing can listen on {host}:{port}: {error.strerror}.", fix="Name another with --host and --port."
        ) from error
    listener.listen(_WAITING)
    return listener
