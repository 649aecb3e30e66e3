"""A stand-in for one's own mailbox over IMAP: a folder of .eml files, as much as somebody needs who looks for one by subject."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PASSWORD = "ana@example.com", "p@ss/word"


@contextmanager
def own_mailbox(folder: Path) -> Iterator[int]:
    """Serve a folder; its port."""
    handler = type("Handler", (_Conversation,), {"folder": folder})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


class _Conversation(socketserver.StreamRequestHandler):
    folder: Path
    logged_in = False
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, words = line.partition(" ")
            name, _, rest = words.partition(" ")
            self._say(f"{tag} {self._obey(name.upper(), rest)}")
            if name.upper() == "LOGOUT":
                return

    def _obey(self, name: str, rest: str) -> str:
        match name:
            case "CAPABILITY":
                self._say("* CAPABILITY IMAP4rev1")
            case "LOGIN":
                self.logged_in = rest.replace('"', "") == f"{USER} {PASSWORD}"
                return "OK done" if self.logged_in else "NO wrong password"
            case "EXAMINE" | "SEARCH" | "FETCH" if not self.logged_in:
                return "NO log in first"
            case "EXAMINE":
                self._say(f"* {len(self._paths())} EXISTS")
            case "SEARCH":
                wanted = re.fullmatch(r'SUBJECT "([^"]*)"', rest)
                if not wanted:
                    return "BAD only by subject"
                self._say(" ".join(["* SEARCH", *map(str, self._search(wanted[1]))]))
            case "FETCH":
                raw = self._paths()[int(rest.split()[0]) - 1].read_bytes()
                self.wfile.write(f"* {rest.split()[0]} FETCH (BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")
            case "LOGOUT":
                self._say("* BYE")
            case _:
                return "BAD what?"
        return "OK done"

    def _search(self, wanted: str) -> list[int]:
        mails = [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in self._paths()]
        return [number for number, one in enumerate(mails, start=1) if wanted in str(one["Subject"])]

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
