"""A web server on this machine that answers as a test told it to, and remembers what it was asked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(slots=True)
class Page:
    """What a path is answered with."""

    body: bytes = b"<p>Fine.</p>"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class WebServer:
    """`pages` by path; a callable may speak to the socket as it likes. `picture` answers every path under /images/."""

    port: int
    pages: dict[str, Page | Callable[[socket.socket], None]]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    picture: Page | None = None

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@contextmanager
def web_server(
    pages: dict[str, Page | Callable[[socket.socket], None]], certificate: Path | None = None
) -> Iterator[WebServer]:
    """Serve until the block ends; over TLS with a certificate from `certificate_for`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
            other = (
                server.picture if server.picture and self.path.startswith("/images/") else Page(b"nothing here", 404)
            )
            page = server.pages.get(self.path.partition("?")[0], other)
            if not isinstance(page, Page):
                page(self.connection)
                return
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, *_: object) -> None:
            """Tests read what was asked, nobody reads a log."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what some tests are about."""

    with Quiet(("127.0.0.1", 0), Handler) as listening:
        if certificate:
            secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            secure.load_cert_chain(certificate)
            listening.socket = secure.wrap_socket(listening.socket, server_side=True)
        server = WebServer(listening.server_address[1], pages)
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


def certificate_for(hosts: Sequence[str], path: Path) -> Path:
    """Write a certificate for these names, signed by itself, with its key, to `path`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(pem))
    return path
