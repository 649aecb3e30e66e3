"""The stand-in provider's log and its lists, answered as the provider documents them."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.sendgrid_batches import Batches

_QUERY = re.compile(
    r"(?P<field>to_email|subject|sg_message_id|sg_message_id_created_at) (?P<sign>=|>=|<=|>|<) "
    r'(?:TIMESTAMP "(?P<time>[^"]+)"|"(?P<text>[^"\\]*)")'
)
_DETAILS = {"api_key_id": "made-up", "client_ip": "192.0.2.1", "events": [], "category": [], "custom_args": {}}
LISTS = ("bounces", "blocks", "invalid_emails", "spam_reports", "unsubscribes")


class Log:
    """What was taken, as it can be asked for."""

    def __init__(self) -> None:
        self.messages: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}
        self._due_at: dict[str, float] = {}
        self.hidden = False
        self.status = 200
        # Nobody asks for what a million readers would fill the memory with.
        self.remembers = True
        # Guesses about the real provider.
        self.processed_at_once = True
        self.names_tries = True

    def take(self, line: dict[str, Any], body: dict[str, Any], batches: Batches) -> None:
        if not self.remembers:
            return
        name = f"{line['reference']}.recvd-1-2-{line['delivery']:X}.0"
        self.messages[name] = {
            "from_email": body["from"]["email"],
            "sg_message_id": name,
            "subject": body["subject"],
            "to_email": line["email"],
            "status": "processed",
            "sg_message_id_created_at": datetime.fromtimestamp(line["at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "custom_args": {"nl_attempt": line["attempt"], "nl_delivery": str(line["delivery"])},
        }
        self._due_at[name] = line["at"] + batches.seconds_until(body)

    def answer(self, method: str, path: str, content: bytes) -> tuple[int, bytes]:
        if self.status != 200:
            return self.status, _errors("not now")
        where = urlsplit(path)
        if (method, where.path) == ("POST", "/v3/logs"):
            return self._search(content)
        if method == "GET" and where.path.startswith("/v3/logs/"):
            found = self.messages.get(unquote(where.path.removeprefix("/v3/logs/")))
            return (200, json.dumps(self._details(found)).encode()) if found else (404, _errors("not found"))
        if method == "GET" and where.path.startswith("/v3/suppression/"):
            return self._list(where.path.removeprefix("/v3/suppression/"), parse_qs(where.query))
        return 405, _errors("method not allowed")

    def _details(self, message: dict[str, Any]) -> dict[str, Any]:
        details = {**_DETAILS, **message}
        if not self.names_tries:
            details["custom_args"] = {}
        if self.processed_at_once or time.time() >= self._due_at[message["sg_message_id"]]:
            name = message["sg_message_id"]
            about = {"email": message["to_email"], "sg_message_id": name, "sg_event_id": f"processed-{name}"}
            details["events"] = [{"event": "processed", "timestamp": int(time.time()), "smtp-id": f"<{name}>", **about}]
        return details

    def _search(self, content: bytes) -> tuple[int, bytes]:
        document = json.loads(content)
        conditions = [_QUERY.fullmatch(one) for one in document.get("query", "").split(" AND ")]
        if not all(conditions) or not 1 <= document.get("limit", 10) <= 1000 or set(document) - {"query", "limit"}:
            return 400, _errors("the query can't be understood")
        found = (
            []
            if self.hidden
            else [one for one in self.messages.values() if all(_fits(one, c) for c in conditions if c)]
        )
        summaries = [{name: value for name, value in one.items() if name != "custom_args"} for one in found]
        return 200, json.dumps({"messages": summaries[: document.get("limit", 10)]}).encode()

    def _list(self, name: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
        if name not in self.lists:
            return 404, _errors("no such list")
        start, end = int(query.get("start_time", ["0"])[0]), int(query.get("end_time", ["9999999999"])[0])
        limit, offset = int(query.get("limit", ["50"])[0]), int(query.get("offset", ["0"])[0])
        if limit > 500:
            return 400, _errors("limit is too large")
        rows = [row for row in self.lists[name] if start <= row["created"] <= end]
        return 200, json.dumps(rows[offset : offset + limit]).encode()


def _fits(message: dict[str, Any], condition: re.Match[str]) -> bool:
    value, wanted = message[condition["field"]], condition["time"] or condition["text"]
    match condition["sign"]:
        case "=":
            return bool(value.lower() == wanted.lower())
        case ">=" | ">":
            return bool(value >= wanted)
        case _:
            return bool(value <= wanted)


def _errors(message: str) -> bytes:
    return json.dumps({"errors": [{"message": message}]}).encode()
