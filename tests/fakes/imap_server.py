"""An IMAP server on this machine, with TLS: one user, one folder, and a say in what happens before each command."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path

USER, PASSWORD, FOLDER = "mara@example.com", 'se"cr\\et', "Fünde"


@dataclass(slots=True)
class ImapServer:
    """`mails` by uid with their flags. `before` is called with each command before it is carried out."""

    port: int = 0
    mails: dict[int, tuple[bytes, set[str]]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _: None

    def deliver(self, mail: bytes) -> int:
        uid = len(self.mails) + 1
        self.mails[uid] = (mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), set())
        return uid

    def seen(self) -> list[int]:
        return [uid for uid, (_, flags) in self.mails.items() if "\\Seen" in flags]


@contextmanager
def imap_server(certificate: Path) -> Iterator[ImapServer]:
    """Serve until the block ends."""
    server = ImapServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("* OK ready")
            while line := self.rfile.readline().decode("latin-1").rstrip("\r\n"):
                tag, _, rest = line.partition(" ")
                server.commands.append(rest)
                server.before(rest)
                if not self.carry_out(tag, rest):
                    return

        def carry_out(self, tag: str, rest: str) -> bool:
            word = rest.upper()
            answer = "OK done"
            if word.startswith("CAPABILITY"):
                self.say("* CAPABILITY IMAP4rev1")
            elif word.startswith("LOGIN"):
                good = f'LOGIN {USER} "{PASSWORD.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'
                answer = "OK in" if rest == good else "NO [AUTHENTICATIONFAILED] wrong"
            elif word.startswith("SELECT"):
                self.say(f"* {len(server.mails)} EXISTS")
                answer = "OK [READ-WRITE] open" if rest == 'SELECT "F&APw-nde"' else "NO there is none"
            elif found := re.match(r'UID SEARCH UNSEEN UNDELETED FROM "([^"]*)"', rest, re.IGNORECASE):
                uids = [
                    uid
                    for uid, (mail, flags) in server.mails.items()
                    if "\\Seen" not in flags and found[1] in _from(mail)
                ]
                self.say(" ".join(["* SEARCH", *map(str, uids)]))
            elif word == "UID SEARCH UNSEEN UNDELETED":
                uids = [uid for uid, (_, flags) in server.mails.items() if "\\Seen" not in flags]
                self.say(" ".join(["* SEARCH", *map(str, uids)]))
            elif found := re.match(r"UID FETCH (\d+) \(UID FLAGS BODY\.PEEK\[\]<0\.(\d+)>\)", rest):
                mail, flags = server.mails[int(found[1])][0][: int(found[2])], server.mails[int(found[1])][1]
                self.say(f"* 1 FETCH (UID {found[1]} FLAGS ({' '.join(flags)}) BODY[]<0> {{{len(mail)}}}")
                self.wfile.write(mail)
                self.say(")")
            elif found := re.match(r"UID STORE ([\d,]+) ([+-])FLAGS\.SILENT \((\\Seen|\$\w+)\)", rest):
                for uid in found[1].split(","):
                    flags = server.mails[int(uid)][1]
                    (flags.add if found[2] == "+" else flags.discard)(found[3])
            elif word == "LOGOUT":
                self.say("* BYE")
                self.say(f"{tag} OK out")
                return False
            else:
                answer = f"BAD {rest}"
            self.say(f"{tag} {answer}")
            return True

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    class Quiet(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that is killed hangs up, which is what some tests are about."""

        def finish_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
            # Closed here: the server knows only the socket below it.
            with secure.wrap_socket(request, server_side=True, do_handshake_on_connect=False) as wrapped:
                wrapped.do_handshake()
                super().finish_request(wrapped, client_address)

    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate)
    with Quiet(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


def _from(mail: bytes) -> str:
    return parseaddr(message_from_bytes(mail).get("from", ""))[1].lower() + message_from_bytes(mail).get("from", "")
