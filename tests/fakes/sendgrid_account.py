"""The part of SendGrid that is set up once: key, credits, domain, webhook, lists. Bodies are held against its documents."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fakes.mail_send_rules import problems
from tests.fakes.sendgrid_log import Log

KEY = "SG.made-up-key"
PUBLIC_KEY = base64.b64encode(
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
ALL_SCOPES = [
    *("mail.send", "user.credits.read", "whitelabel.create", "whitelabel.read", "suppression.read"),
    *("user.webhooks.event.settings.update", "user.webhooks.event.settings.read", "user.webhooks.event.test.create"),
]
_FLAGS = (
    *("enabled", "group_resubscribe", "delivered", "group_unsubscribe", "spam_report", "bounce", "deferred"),
    *("unsubscribe", "processed", "open", "click", "dropped"),
)
# What the official descriptions allow in each body, with nothing else: by method and path.
_BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "domains"): {
        "type": "object",
        "required": ["domain"],
        "additionalProperties": False,
        "properties": {
            "domain": {"type": "string"},
            "subdomain": {"type": "string"},
            "automatic_security": {"type": "boolean"},
            "default": {"type": "boolean"},
        },
    },
    ("POST", "webhook"): {
        "type": "object",
        "required": ["url"],
        "additionalProperties": False,
        "properties": {"url": {"type": "string"}, **{flag: {"type": "boolean"} for flag in _FLAGS}},
    },
    ("PATCH", "signed"): {
        "type": "object",
        "required": ["enabled"],
        "additionalProperties": False,
        "properties": {"enabled": {"type": "boolean"}},
    },
    ("POST", "test"): {
        "type": "object",
        "required": ["url"],
        "additionalProperties": False,
        "properties": {"url": {"type": "string"}, "id": {"type": "string"}},
    },
}
_BODIES["PATCH", "webhook"] = _BODIES["POST", "webhook"]


class SendGridAccount:
    """What it answers and what it was asked. `refusals` give a status for every path that begins so."""

    def __init__(self) -> None:
        self.url = ""
        self.scopes = list(ALL_SCOPES)
        self.credits: dict[str, Any] = {
            "remain": 39_000,
            "total": 40_000,
            "overage": 0,
            "used": 1_000,
            "last_reset": "2026-11-01",
            "next_reset": "2026-12-01",
            "reset_frequency": "monthly",
        }
        self.domains: list[dict[str, Any]] = []
        self.webhooks: list[dict[str, Any]] = []
        self.public_keys: dict[str, str] = {}
        self.lists = Log()
        self.sees_records = False
        self.mails: list[dict[str, Any]] = []
        self.tests: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.refusals: dict[str, tuple[int, str]] = {}
        self.hangs: set[str] = set()
        self.problems: list[str] = []

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        for begin, (status, said) in self.refusals.items():
            if f"{method} {path}".startswith(begin) or path.startswith(begin):
                return status, {"errors": [{"message": said}]}
        parts = path.removeprefix("/v3/").split("/")
        match method, parts:
            case "GET", ["scopes"]:
                return 200, {"scopes": self.scopes}
            case "GET", ["user", "credits"]:
                return 200, self.credits
            case "POST", ["mail", "send"]:
                self.problems += [one["message"] for one in problems(body)]
                self.mails.append(body)
                return 202, None
            case _, ["whitelabel", "domains", *rest]:
                return self._domain(method, rest, query, body)
            case _, ["user", "webhooks", "event", "settings", *rest]:
                return self._webhook(method, rest, body)
            case "POST", ["user", "webhooks", "event", "test"]:
                self._check("POST", "test", body)
                self.tests.append(body)
                return 204, None
        return 404, {"errors": [{"message": "not found"}]}

    def _domain(self, method: str, rest: list[str], query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if method == "GET" and not rest:
            return 200, [one for one in self.domains if one["domain"] == query["domain"][0]]
        if method == "POST" and not rest:
            self._check("POST", "domains", body)
            self.domains.append(_domain(body["domain"], 300 + len(self.domains)))
            return 201, self.domains[-1]
        found = next(one for one in self.domains if str(one["id"]) == rest[0])
        if method == "DELETE":
            self.domains.remove(found)
            return 204, None
        assert (method, rest[1:]) == ("POST", ["validate"])
        found["valid"] = self.sees_records
        reason = None if self.sees_records else "Expected CNAME to match u7.wl.sendgrid.net, but found none."
        results = {name: {"valid": self.sees_records, "reason": reason} for name in found["dns"]}
        return 200, {"id": found["id"], "valid": self.sees_records, "validation_results": results}

    def _webhook(self, method: str, rest: list[str], body: Any) -> tuple[int, Any]:
        if (method, rest) == ("GET", ["all"]):
            shown = [one | self._signature(one["id"]) for one in self.webhooks]
            return 200, {"max_allowed": 2, "webhooks": shown}
        if (method, rest) == ("POST", []):
            self._check("POST", "webhook", body)
            made = {**dict.fromkeys(_FLAGS, False), **body, "id": f"77d4a5da-{len(self.webhooks)}"}
            self.webhooks.append(made)
            return 201, made
        found = next(one for one in self.webhooks if one["id"] == rest[-1])
        if rest[0] == "signed":
            self._check(method, "signed", body)
            self.public_keys[found["id"]] = PUBLIC_KEY
            return 200, {"id": found["id"], "public_key": PUBLIC_KEY}
        if method == "DELETE":
            self.webhooks.remove(found)
            return 204, None
        self._check(method, "webhook", body)
        found.update(body)
        return 200, found

    def _signature(self, name: str) -> dict[str, str]:
        return {"public_key": self.public_keys[name]} if name in self.public_keys else {}

    def _check(self, method: str, what: str, body: Any) -> None:
        self.problems += [str(one.message) for one in jsonschema_rs.iter_errors(_BODIES[method, what], body)]


def _domain(domain: str, number: int) -> dict[str, Any]:
    records = {
        "mail_cname": (f"em7.{domain}", "u7.wl.sendgrid.net"),
        "dkim1": (f"s1._domainkey.{domain}", "s1.domainkey.u7.wl.sendgrid.net"),
        "dkim2": (f"s2._domainkey.{domain}", "s2.domainkey.u7.wl.sendgrid.net"),
    }
    dns = {
        name: {"valid": False, "type": "cname", "host": host, "data": data} for name, (host, data) in records.items()
    }
    return {"id": number, "domain": domain, "subdomain": "em7", "automatic_security": True, "valid": False, "dns": dns}


class _AccountHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    account: SendGridAccount

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", "0")))
        address = urlsplit(self.path)
        if address.path in self.account.hangs:
            self.close_connection = True
            return
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self._write(401, {"errors": [{"message": "authorization required"}]})
        elif address.path.startswith("/v3/suppression/"):
            status, raw = self.account.lists.answer(self.command, self.path, content)
            self._raw(status, raw)
        else:
            body = json.loads(content) if content else None
            self._write(*self.account.answer(self.command, address.path, parse_qs(address.query), body))

    def _write(self, status: int, document: Any) -> None:
        self._raw(status, b"" if document is None else json.dumps(document).encode())

    def _raw(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Message-Id", "made-up")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def sendgrid_account() -> Iterator[SendGridAccount]:
    """Start one in a thread of this process."""
    account = SendGridAccount()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_AccountHandler,), {"account": account}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    account.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield account
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
