"""The stand-in provider's batches, its sandbox, and the limits that only a real account can show: each may be planned to differ."""

from __future__ import annotations

import json
import re
import time
import uuid
from typing import Any

Body = dict[str, Any]
_SCHEDULED = "/v3/user/scheduled_sends"


class Batches:
    """Every public value here is a guess about the real provider, and can be changed by a plan."""

    def __init__(self) -> None:
        self.made: set[str] = set()
        self.status: dict[str, tuple[str, float]] = {}
        self.times: dict[str, float] = {}
        # How many batches may be paused or cancelled at one time.
        self.slots = 10
        # Whether a cancelled batch leaves its slot when its time is past.
        self.frees_slots = True
        # Whether a cancel counts for mail that comes after it.
        self.cancels_what_comes_later = True
        self.refuses_unknown = True
        self.substitution_bytes = 10_000
        self.limits: dict[str, str] | None = None
        # A stand-in need not let anyone wait: of the time until a mail is due, only this share passes.
        self.hurry = 1.0

    def answer(self, method: str, path: str, content: bytes) -> tuple[int, bytes]:
        if (method, path) == ("POST", "/v3/mail/batch"):
            batch = uuid.uuid4().hex
            self.made.add(batch)
            return 201, json.dumps({"batch_id": batch}).encode()
        if (method, path) == ("GET", _SCHEDULED):
            return 200, json.dumps([self._shown(batch) for batch in self._taken_slots()]).encode()
        if (method, path) == ("POST", _SCHEDULED):
            return self._set(json.loads(content))
        if method == "DELETE" and path.startswith(f"{_SCHEDULED}/"):
            return (204, b"") if self.status.pop(path.rpartition("/")[2], None) else (404, _errors("no such batch"))
        return 404, _errors("not found")

    def refusal(self, body: Body) -> tuple[int, bytes] | None:
        batch = body.get("batch_id")
        if batch and batch not in self.made and self.refuses_unknown:
            return 400, _errors("The batch id is invalid.", "batch_id")
        if batch:
            self.times[batch] = time.time() + self.seconds_until(body)
        return None

    def is_dropped(self, body: Body) -> bool:
        """Cancelled, as seen when the mail's time has come."""
        status, since = self.status.get(body.get("batch_id", ""), ("", 0.0))
        return status == "cancel" and (self.cancels_what_comes_later or since > body["came_at"])

    def seconds_until(self, body: Body) -> float:
        """How long a mail is kept here before it goes on."""
        return max(body.get("send_at", 0) - time.time(), 0.0) * self.hurry

    def headers(self) -> dict[str, str]:
        """What an answer says of how fast one may be."""
        if self.limits is not None:
            return self.limits
        reset = str(int(time.time()) + 60)
        return {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "599", "X-RateLimit-Reset": reset}

    def _set(self, document: dict[str, str]) -> tuple[int, bytes]:
        batch, status = document.get("batch_id", ""), document.get("status", "")
        if batch not in self.made or not re.fullmatch("cancel|pause", status):
            return 400, _errors("no such batch or status")
        if batch in self.status:
            return 400, _errors("a status exists already, must use update")
        if len(self._taken_slots()) >= self.slots:
            return 400, _errors("the maximum number of cancellations and pauses is reached")
        self.status[batch] = (status, time.time())
        return 201, json.dumps(self._shown(batch)).encode()

    def _taken_slots(self) -> list[str]:
        now = time.time()
        return [batch for batch in self.status if not self.frees_slots or self.times.get(batch, now + 1) > now]

    def _shown(self, batch: str) -> dict[str, str]:
        return {"batch_id": batch, "status": self.status[batch][0]}


def is_sandboxed(body: Body) -> bool:
    return bool(body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"))


def _errors(message: str, field: str | None = None) -> bytes:
    return json.dumps({"errors": [{"message": message, "field": field, "help": None}]}).encode()
