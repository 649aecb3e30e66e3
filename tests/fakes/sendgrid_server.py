"""A SendGrid of our own, in a process of its own: it checks every body, writes down whom it took, then misbehaves.

    python -m tests.fakes.sendgrid_server --port 0 --log accepted.jsonl --plan plan.json --seed 7

It prints its port. Whom it takes is in the log before the answer goes out, whatever happens to the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import ssl
import struct
import sys
import time
import uuid
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import orjson

from tests.fakes.mail_send_rules import problems
from tests.fakes.plan import Step, plan_from
from tests.fakes.sendgrid_batches import Batches, is_sandboxed
from tests.fakes.sendgrid_log import Log
from tests.fakes.sendgrid_postman import Postman
from tests.fakes.sendgrid_teller import Teller

_REASONS = {200: "OK", 202: "Accepted", 302: "Found", 400: "Bad Request", 413: "Payload Too Large"}
_LONG = 3600.0


class Account:
    """What the provider knows: its plan, whom it took, what it was asked, and what was wrong with it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.plan = plan_from(json.loads(Path(options.plan).read_text()) if options.plan else {})
        self.seed, self.fast, self.sync = options.seed, options.fast, options.sync
        self.bodies: Path | None = Path(options.bodies) if options.bodies else None
        self.key: str | None = options.key
        self.log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) if options.log else None
        self.calls = 0
        self.counts: Counter[str] = Counter()
        self.problems: list[dict[str, str]] = []
        self.agents: set[str] = set()
        self.told, self.teller, self.batches = Log(), Teller(), Batches()
        self.postman = Postman(Path(options.mailbox) if options.mailbox else None)
        self.background: set[asyncio.Task[None]] = set()

    def replan(self, document: dict[str, Any]) -> None:
        self.plan = plan_from(document)
        self.calls = 0
        self.problems = []

    def take(self, body: dict[str, Any], call: int) -> tuple[str, list[dict[str, Any]]]:
        """Write down whom this call reaches; the message id, and what was written."""
        reference = uuid.uuid4().hex[:22]
        attempt = body["custom_args"]["nl_attempt"]
        at = time.time()
        taken = [
            {
                "call": call,
                "attempt": attempt,
                "delivery": int(person["custom_args"]["nl_delivery"]),
                "email": person["to"][0]["email"],
                "at": at,
                "reference": reference,
                # Whatever else travelled with the call comes back in its events.
                "beside": {name: value for name, value in body["custom_args"].items() if name != "nl_attempt"},
            }
            for person in body["personalizations"]
        ]
        if self.log is not None:
            os.write(self.log, b"\n".join([*map(orjson.dumps, taken), b""]))
            if self.sync:
                os.fsync(self.log)
        if self.bodies:
            (self.bodies / f"{reference}.json").write_bytes(orjson.dumps(body))
        self.counts["readers"] += len(taken)
        body["came_at"] = at
        for line in taken:
            self.told.take(line, body, self.batches)
        if self.postman.folder:
            self._keep(self._deliver(body))
        return reference, taken

    async def _deliver(self, body: dict[str, Any]) -> None:
        """When its time has come, unless its batch was cancelled."""
        await asyncio.sleep(self.batches.seconds_until(body))
        if not self.batches.is_dropped(body):
            self.postman.deliver(body)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def tell(self, taken: list[dict[str, Any]]) -> None:
        """Events of these mails: before the answer to their own call, or some time after it."""
        telling = asyncio.to_thread(self.teller.tell, taken)
        if self.teller.when == "early":
            await telling
        else:
            self._keep(telling)

    def state(self) -> dict[str, Any]:
        return {
            **self.counts,
            "problems": self.problems[:50],
            "n_problems": len(self.problems),
            "agents": [*self.agents],
            "posted": self.teller.posted,
            "refused": self.teller.refused,
            "telling": self.teller.under_way,
        }


class Conversation:
    """One connection."""

    def __init__(self, account: Account, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.account, self.reader, self.writer = account, reader, writer

    async def run(self) -> None:
        self.account.counts["connections"] += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            while await self._request():
                pass
        self.writer.close()

    async def _request(self) -> bool:
        """Answer one request; False when the connection is over."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = line.split(" ", 2)
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in lines if one)
        }
        length = int(headers.get("content-length", "0"))
        if path.startswith("/control/"):
            return self._control(method, path, await self.reader.readexactly(length))
        if path.startswith(("/v3/logs", "/v3/suppression/")):
            content = await self.reader.readexactly(length)
            self.account.counts["asked"] += 1
            return self._answer(*self.account.told.answer(method, path, content))
        if path == "/v3/mail/batch" or path.startswith("/v3/user/scheduled_sends"):
            return self._answer(*self.account.batches.answer(method, path, await self.reader.readexactly(length)))
        if (method, path) != ("POST", "/v3/mail/send"):
            await self.reader.readexactly(length)
            return self._answer(404 if method == "POST" else 200, b"a page")
        return await self._mail(headers, length)

    def _control(self, method: str, path: str, content: bytes) -> bool:
        if (method, path) == ("POST", "/control/plan"):
            self.account.replan(json.loads(content))
        if (method, path) == ("POST", "/control/tell"):
            self.account.teller.plan(json.loads(content))
        if (method, path) == ("POST", "/control/log"):
            vars(self.account.told).update(json.loads(content))
        if (method, path) == ("POST", "/control/guess"):
            for place, what in json.loads(content).items():
                vars(getattr(self.account, place)).update(what)
        return self._answer(200, orjson.dumps(self.account.state()))

    async def _mail(self, headers: dict[str, str], length: int) -> bool:
        account = self.account
        account.calls += 1
        account.counts["calls"] += 1
        call = account.calls
        step = account.plan.step(call, account.seed)
        account.counts[step.do] += 1
        if step.seconds:
            await asyncio.sleep(step.seconds)
        if step.do == "reset-early":
            return self._reset()
        if step.do == "413-early":
            self._answer(413, _errors("The request is too large."), {"Connection": "close"})
            await self.writer.drain()
            return False
        content = await self.reader.readexactly(length)
        if account.fast:
            account.counts["readers"] += content.count(b'"nl_delivery"')
            return self._answer(202, b"", {"X-Message-Id": f"fast-{call}"})
        account.agents.add(headers.get("user-agent", ""))
        if refusal := self._refusal(headers, content, length):
            return self._answer(*refusal)
        body = orjson.loads(content)
        if is_sandboxed(body):
            return self._answer(200, b"", account.batches.headers())
        return await self._perform(step, body, call)

    def _refusal(self, headers: dict[str, str], content: bytes, length: int) -> tuple[int, bytes] | None:
        """What no plan decides: a wrong key, a body that breaks the documented rules, poison in it."""
        account = self.account
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if not key or key == "None" or (account.key and key != account.key):
            return 401, _errors("The provided authorization grant is invalid, expired, or revoked")
        if headers.get("content-type") != "application/json":
            return 415, _errors("Unsupported content type")
        if length >= 30_000_000:
            return 413, _errors("The request is too large.")
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError:
            account.problems.append({"message": "not JSON", "field": ""})
            return 400, _errors("Bad Request")
        if found := problems(body, substitution_bytes=account.batches.substitution_bytes):
            account.problems.extend(found)
            return 400, orjson.dumps({"errors": found})
        if refusal := account.batches.refusal(body):
            return refusal
        people = body["personalizations"]
        if len(people) > account.plan.at_most:
            return 413, _errors("The request is too large.")
        poisoned = [row for row, person in enumerate(people) if person["to"][0]["email"] in account.plan.poison]
        if poisoned and account.plan.blames:
            fields = [f"personalizations.{row}.to.0.email" for row in poisoned]
            return 400, orjson.dumps({"errors": [_error("Does not contain a valid address.", name) for name in fields]})
        return (400, _errors("Bad Request")) if poisoned else None

    async def _perform(self, step: Step, body: dict[str, Any], call: int) -> bool:
        do = step.do
        reference, readers = self.account.take(body, call) if do.startswith("accept") else ("", [])
        taken = {"X-Message-Id": reference, **self.account.batches.headers()}
        if readers and self.account.teller.when != "never":
            await self.account.tell(readers)
        match do:
            case "accept":
                return self._answer(202, b"", taken | step.headers)
            case "accept-hangup":
                self._answer(202, b"", taken)
                await self.writer.drain()
                return False
            case "accept-500":
                return self._answer(500, _errors("Internal Server Error"))
            case "accept-reset" | "reset":
                return self._reset()
            case "accept-close":
                return False
            case "accept-hang" | "hang":
                await asyncio.sleep(_LONG)
                return False
            case "accept-half":
                return await self._last(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: hal")
            case "accept-cut":
                return await self._last(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: cut\r\nContent-Length: 90\r\n\r\nhalf")
            case "accept-garbage":
                return await self._last(b"\x00\x01\x02 this is not an answer\r\n\r\n")
            case "accept-drip":
                return await self._drip(reference)
            case _:
                return self._plain_answer(step)

    def _plain_answer(self, step: Step) -> bool:
        match step.do:
            case "html":
                return self._answer(200, b"<html>hello</html>")
            case "html-202":
                return self._answer(202, b"<html>hello</html>")
            case "redirect":
                return self._answer(302, b"", {"Location": "/elsewhere"})
            case "400-named":
                return self._answer(400, _errors("Does not contain a valid address.", "personalizations.0.to.0.email"))
            case status:
                errors = (
                    orjson.dumps({"errors": step.errors}) if step.errors is not None else _errors(f"status {status}")
                )
                return self._answer(int(status), errors, step.headers)

    async def _drip(self, reference: str) -> bool:
        for byte in f"HTTP/1.1 202 Accepted\r\nX-Message-Id: {reference}\r\nContent-Length: 0\r\n\r\n".encode():
            self.writer.write(bytes([byte]))
            await self.writer.drain()
            await asyncio.sleep(0.1)
        return True

    async def _last(self, words: bytes) -> bool:
        self.writer.write(words)
        await self.writer.drain()
        return False

    def _reset(self) -> bool:
        line: socket.socket = self.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        return False

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> bool:
        lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Answer')}", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + content)
        return True


def _error(message: str, field: str | None = None) -> dict[str, Any]:
    return {"message": message, "field": field, "help": None}


def _errors(message: str, field: str | None = None) -> bytes:
    return orjson.dumps({"errors": [_error(message, field)]})


async def serve(options: argparse.Namespace) -> None:
    account = Account(options)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Conversation(account, reader, writer).run()

    tls = None
    if options.tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls)
    server = await asyncio.start_server(converse, "127.0.0.1", options.port, limit=1 << 22, backlog=256, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", help="where to write down whom it took, one JSON object a line")
    parser.add_argument("--plan", help="a JSON file as tests.fakes.plan.Plan describes it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bodies", help="a folder to keep the accepted bodies in")
    parser.add_argument("--mailbox", help="a folder to deliver the mails into, as .eml files")
    parser.add_argument("--key", help="the only key that is right; any, if left out")
    parser.add_argument("--tls", help="a PEM file with certificate and key: speak https")
    parser.add_argument("--fast", action="store_true", help="only count, for measuring a sender")
    parser.add_argument("--sync", action="store_true", help="fsync the log before each answer")
    options = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options))


if __name__ == "__main__":
    main(sys.argv[1:])
