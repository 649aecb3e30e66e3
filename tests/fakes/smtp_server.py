"""A mail server of our own, in a process of its own: it writes down whom it took, then misbehaves by plan.

    python -m tests.fakes.smtp_server --port 0 --log accepted.jsonl --plan plan.json --seed 7

It prints its port. Whom it takes is in the log before the answer goes out, whatever happens to the answer. The plan is
read again whenever its file has changed; see `tests.fakes.smtp_plan`.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import socket
import ssl
import struct
import sys
import time
from pathlib import Path

from tests.fakes.smtp_plan import Plan, Step, plan_from

_LONG = 3600.0


class Post:
    """What the server knows: its plan, whom it took, and every word that was said to it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.tls: ssl.SSLContext | None = None
        if options.tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.tls)
        self.log = _appended(options.log)
        self.heard = _appended(options.heard)
        self.bodies: Path | None = Path(options.bodies) if options.bodies else None
        # Of this plan, and of all time.
        self.connections = self.mails = 0
        self.open = 0
        self.met = self.taken = 0
        self.era = 0
        self._plan, self._written = Plan(), ""

    @property
    def plan(self) -> Plan:
        """Known by what is written there: two plans may be written within one tick of the file system's clock."""
        path = Path(self.options.plan) if self.options.plan else None
        if path and path.exists() and (written := path.read_text()) != self._written:
            document = json.loads(written)
            self._plan, self._written, self.era = plan_from(document), written, document.get("era", 0)
            self.connections = self.mails = 0
        return self._plan

    def take(self, sender: str, recipients: list[str], body: bytes) -> str:
        """Write down whom this mail reaches, and return its name in the queue."""
        self.taken += 1
        headers = _headers(body)
        line = {
            "attempt": headers.get("x-newsletter-attempt", ""),
            "delivery": _delivery(headers.get("message-id", "")),
            "sender": sender,
            "at": time.time(),
            "number": self.taken,
        }
        if self.log is not None:
            lines = [json.dumps({"email": email, **line}) for email in recipients]
            os.write(self.log, ("\n".join(lines) + "\n").encode())
            if self.options.sync:
                os.fsync(self.log)
        if self.bodies:
            (self.bodies / f"{self.taken}.eml").write_bytes(body)
        return f"Q{self.taken}"

    def hear(self, connection: int, words: str, *, encrypted: bool) -> None:
        if self.heard is not None:
            line = json.dumps({"connection": connection, "words": words, "encrypted": encrypted})
            os.write(self.heard, f"{line}\n".encode())


class Over(Exception):
    """This conversation has ended."""


class Conversation:
    """One connection."""

    def __init__(self, post: Post, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.post, self.reader, self.writer = post, reader, writer
        self.plan = post.plan
        self.era = post.era
        post.connections += 1
        post.met += 1
        self.number, self.name = post.connections, post.met
        self.is_encrypted = bool(post.options.implicit)
        self.is_known = self.plan.login is None
        self.mail: Step | None = None
        self.sender = ""
        self.recipients: list[str] = []

    async def run(self) -> None:
        self.post.open += 1
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, Over, ssl.SSLError
        ):
            if 0 < self.plan.most_connections < self.post.open:
                await self._write("421 4.7.0 too many connections from you")
                raise Over
            await self._say("connect", "220 mail.example.net ESMTP ready")
            while True:
                await self._command((await self.reader.readuntil(b"\n")).decode("latin-1").rstrip("\r\n"))
        self.post.open -= 1
        with contextlib.suppress(OSError, ssl.SSLError):
            self.writer.close()

    async def _command(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        self.post.hear(self.name, line, encrypted=self.is_encrypted)
        match word.upper():
            case "EHLO":
                await self._say("ehlo", "\r\n".join(self._features()))
            case "HELO":
                await self._say("helo", "250 mail.example.net")
            case "STARTTLS" if self.post.tls and not self.is_encrypted:
                await self._say("starttls", "220 go ahead")
                await self.writer.start_tls(self.post.tls)
                self.is_encrypted = True
            case "AUTH":
                await self._auth(rest)
            case "MAIL":
                await self._mail(rest)
            case "RCPT":
                await self._rcpt(rest)
            case "DATA":
                await self._data()
            case "RSET":
                self._forget()
                await self._say("rset", "250 2.0.0 forgotten")
            case "NOOP":
                await self._say("noop", "250 2.0.0 here")
            case "QUIT":
                await self._say("quit", "221 2.0.0 goodbye")
                raise Over
            case _:
                await self._say("unknown", "500 5.5.1 what?")

    def _features(self) -> list[str]:
        offered = [one for one in self.plan.offers if one != "STARTTLS" or (self.post.tls and not self.is_encrypted)]
        words = ["mail.example.net", *offered]
        return [f"250{' ' if place == len(words) - 1 else '-'}{word}" for place, word in enumerate(words)]

    async def _auth(self, rest: str) -> bool:
        way, _, first = rest.partition(" ")
        if way == "PLAIN":
            if first and self.plan.asks == "first":
                return await self._say("auth-first", "501 5.5.4 tell me when I ask")
            if not first or self.plan.asks == "again":
                await self._write("334 ")
                first = (await self.reader.readuntil(b"\n")).decode().strip()
            _, user, password = base64.b64decode(first).decode().split("\0")
        else:
            await self._say("auth-user", "334 VXNlcm5hbWU6")
            user = await self._word()
            await self._say("auth-password", "334 UGFzc3dvcmQ6")
            password = await self._word()
        self.is_known = self.plan.login is None or [user, password] == self.plan.login
        return await self._say("auth", "235 2.7.0 welcome" if self.is_known else "535 5.7.8 wrong user or password")

    async def _word(self) -> str:
        return base64.b64decode(await self.reader.readuntil(b"\n")).decode()

    async def _mail(self, rest: str) -> None:
        if self.sender:
            return await self._say("nested", "503 5.5.1 one at a time")
        if not self.is_known:
            return await self._say("unknown", "530 5.7.0 log in first")
        self.plan = self.post.plan
        if self.era != self.post.era:
            raise Over
        self.post.mails += 1
        self.mail = self.plan.step(self.post.mails, self.post.options.seed)
        if await self._say("mail", "250 2.1.0 yes"):
            self.sender = _between_brackets(rest)
        return None

    async def _rcpt(self, rest: str) -> None:
        if not self.sender:
            return await self._say("unknown", "503 5.5.1 who is it from?")
        email = _between_brackets(rest)
        if answer := self.plan.poison.get(email):
            return await self._say("poison", answer)
        if await self._say("rcpt", "250 2.1.5 yes"):
            self.recipients.append(email)
        return None

    async def _data(self) -> None:
        if not self.recipients and not self.plan.naive:
            return await self._say("unknown", "503 5.5.1 to whom?")
        if not await self._say("data", "354 go on"):
            return None
        if self.mail and self.mail.at == "body":
            await self.reader.read(100)
            await self._misbehave(self.mail, "451 enough")
        body = await self._body()
        step = self.mail if self.mail and self.mail.at == "end" else None
        queued = ""
        if self.recipients and (step is None or step.takes):
            queued = self.post.take(self.sender, self.recipients, body)
        await self._say("end", f"250 2.0.0 queued as {queued}" if self.recipients else "554 5.5.1 no valid recipients")
        return self._forget()

    async def _body(self) -> bytes:
        """What the client wrote, its doubled dots single again."""
        if not self.post.options.fast:
            content = b"\r\n" + await self._until_dot()
            return content.replace(b"\r\n..", b"\r\n.")[2:]
        await self._until_dot()
        return b""

    async def _until_dot(self) -> bytes:
        # A mail without any line would be the dot alone.
        first = await self.reader.readexactly(3)
        if first == b".\r\n":
            return b""
        return first + (await self.reader.readuntil(b"\r\n.\r\n"))[:-3]

    def _forget(self) -> None:
        self.sender, self.recipients, self.mail = "", [], None

    async def _say(self, stage: str, answer: str) -> bool:
        """Answer as the plan has it; True where that was a yes."""
        session = self.plan.session_step(self.number)
        step = next((one for one in (self.mail, session) if one and one.at == stage), None)
        if step is None:
            await self._write(answer)
            return answer[0] in "23"
        return await self._misbehave(step, answer)

    async def _misbehave(self, step: Step, answer: str) -> bool:
        if step.seconds:
            await asyncio.sleep(step.seconds)
        match step.do:
            case "say":
                await self._write(step.say or answer)
                if step.say.startswith("421") or step.then_hangs_up:
                    raise Over
                return (step.say or answer)[0] in "23"
            case "drop":
                raise Over
            case "reset":
                line: socket.socket = self.writer.get_extra_info("socket")
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.writer.transport.abort()
                raise Over
            case "hang":
                await asyncio.sleep(_LONG)
                raise Over
            case "cut":
                await self._write(answer[:2], end="")
                raise Over
            case "garbage":
                await self._write("\x00\x01 what is this\r\n<html>")
                return False
            case "flood":
                await self._write("\r\n".join(["250-again and again"] * 20_000))
                return False
            case _:
                for letter in f"{answer}\r\n":
                    await self._write(letter, end="")
                    await asyncio.sleep(0.1)
                return True

    async def _write(self, words: str, end: str = "\r\n") -> None:
        self.writer.write((words + end).encode("latin-1"))
        await self.writer.drain()


def _appended(path: str | None) -> int | None:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) if path else None


def _headers(body: bytes) -> dict[str, str]:
    lines = body.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _delivery(message_id: str) -> int | None:
    number = message_id.partition(".delivery-")[2].partition("@")[0]
    return int(number) if number.isdecimal() else None


def _between_brackets(words: str) -> str:
    return words.partition("<")[2].partition(">")[0]


async def serve(options: argparse.Namespace) -> None:
    post = Post(options)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Conversation(post, reader, writer).run()

    tls = post.tls if options.implicit else None
    server = await asyncio.start_server(converse, options.host, options.port, limit=1 << 25, backlog=256, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", help="where to write down whom it took, one JSON object a line")
    parser.add_argument("--heard", help="where to write down every command, one JSON object a line")
    parser.add_argument("--plan", help="a JSON file as tests.fakes.smtp_plan.Plan describes it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bodies", help="a folder to keep the accepted mails in")
    parser.add_argument("--tls", help="a PEM file with certificate and key: offer STARTTLS")
    parser.add_argument("--implicit", action="store_true", help="speak TLS from the first byte")
    parser.add_argument("--fast", action="store_true", help="take mails without looking into them")
    parser.add_argument("--sync", action="store_true", help="fsync the log before each answer")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args(arguments)))


if __name__ == "__main__":
    main(sys.argv[1:])
