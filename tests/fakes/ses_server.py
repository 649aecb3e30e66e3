"""A stand-in for the SES API: it holds questions and answers against the service's own model, which botocore brings."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session
from botocore.model import OperationModel, ServiceModel
from botocore.validate import validate_parameters

from tests.fakes.sns import TOPIC

_BASE = "/v2/email"
REGION = "eu-west-1"
KEY, SECRET = "AKIAEXAMPLEEXAMPLE00", "a-made-up-secret"

LIVE_ACCOUNT: dict[str, Any] = {
    "SendingEnabled": True,
    "ProductionAccessEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 10_000.0, "SentLast24Hours": 1_000.0},
}
LIVE_IDENTITY: dict[str, Any] = {
    "IdentityType": "DOMAIN",
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS", "Tokens": ["aaa", "bbb", "ccc"]},
    "MailFromAttributes": {
        "MailFromDomain": "bounces.example.org",
        "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    },
}


_MADE = frozenset(
    {
        *("CreateEmailIdentity", "DeleteEmailIdentity", "CreateConfigurationSet"),
        *("CreateConfigurationSetEventDestination", "UpdateConfigurationSetEventDestination"),
        "DeleteConfigurationSetEventDestination",
    }
)


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("sesv2")


class SesServer:
    """What it answers, and what it took. `plan` says how it behaves, call by call of SendEmail; then it accepts."""

    def __init__(self) -> None:
        self.url = ""
        self.account: dict[str, Any] = LIVE_ACCOUNT
        self.identities: dict[str, dict[str, Any]] = {"example.org": LIVE_IDENTITY}
        self.suppressed: list[dict[str, Any]] = []
        self.accepted: list[dict[str, Any]] = []
        self.taken_at: list[float] = []
        self.asked: list[str] = []
        self.kinds = ["BOUNCE", "COMPLAINT", "DELIVERY", "REJECT", "DELIVERY_DELAY"]
        self.groups: set[str] = set()
        self.destinations: dict[tuple[str, str], dict[str, Any]] = {}
        self.problems: list[str] = []
        self.denied: set[str] = set()
        self.plan: list[str | tuple[int, str, str]] = []
        self.lock = threading.Lock()
        self.stop = lambda: None

    def step(self) -> str | tuple[int, str, str]:
        with self.lock:
            return self.plan.pop(0) if self.plan else "accept"

    def answer(self, operation: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The answer of everything that is not SendEmail."""
        if operation in self.denied:
            return 403, {"__type": "AccessDeniedException", "message": "User is not authorized"}
        if operation == "GetAccount":
            return 200, self.account
        if operation == "GetEmailIdentity":
            found = self.identities.get(given["EmailIdentity"])
            missing = {"__type": "NotFoundException", "message": f"Email identity {given['EmailIdentity']} not found"}
            return (200, found) if found else (404, missing)
        if operation == "GetConfigurationSetEventDestinations":
            kinds = {"Name": "to-us", "Enabled": True, "MatchingEventTypes": self.kinds}
            made = [one for (group, _), one in self.destinations.items() if group == given["ConfigurationSetName"]]
            return 200, {"EventDestinations": made or [{**kinds, "SnsDestination": {"TopicArn": TOPIC}}]}
        if operation == "ListSuppressedDestinations":
            return 200, self._suppressed(given)
        if operation in _MADE:
            return self._make(operation, given)
        return 400, {"__type": "BadRequestException", "message": f"the stand-in has no {operation}"}

    def _make(self, operation: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What is made once, and taken away again."""
        there = {"__type": "AlreadyExistsException", "message": "it is there already"}
        gone = {"__type": "NotFoundException", "message": "it is not there"}
        name, group = given.get("EmailIdentity", ""), given.get("ConfigurationSetName", "")
        place = group, given.get("EventDestinationName", "")
        match operation:
            case "CreateEmailIdentity":
                self.identities[name] = {**LIVE_IDENTITY, "VerifiedForSendingStatus": False}
            case "DeleteEmailIdentity":
                return (200, {}) if self.identities.pop(name, None) else (404, gone)
            case "CreateConfigurationSet":
                if group in self.groups:
                    return 400, there
                self.groups.add(group)
            case "DeleteConfigurationSetEventDestination":
                return (200, {}) if self.destinations.pop(place, None) else (404, gone)
            case _:
                if operation.startswith("Create") and place in self.destinations:
                    return 400, there
                self.destinations[place] = {"Name": place[1], **given["EventDestination"]}
        return 200, {}

    def _suppressed(self, given: dict[str, Any]) -> dict[str, Any]:
        begin, size = int(given.get("NextToken", "0")), int(given.get("PageSize", 100))
        rest = {"NextToken": str(begin + size)} if begin + size < len(self.suppressed) else {}
        return {"SuppressedDestinationSummaries": self.suppressed[begin : begin + size], **rest}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ses: SesServer

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def do_PUT(self) -> None:
        self.do_POST()

    def do_DELETE(self) -> None:
        self._serve(b"")

    def _serve(self, body: bytes) -> None:
        operation, given = self._question(body)
        self.ses.asked.append(operation.name)
        self._check(operation, given)
        if operation.name == "SendEmail":
            self._send_email(operation, given)
        else:
            status, answer = self.ses.answer(operation.name, given)
            self._answer(status, answer, operation)

    def _question(self, body: bytes) -> tuple[OperationModel, dict[str, Any]]:
        """Which operation it is, by the model's method and path, and its input as the model names it."""
        address = urlsplit(self.path)
        parts = address.path.split("/")
        for name in _model().operation_names:
            operation = _model().operation_model(name)
            wanted = operation.http["requestUri"].split("/")
            fits = all(ours == theirs or ours.startswith("{") for ours, theirs in zip(wanted, parts, strict=False))
            if operation.http["method"] == self.command and len(wanted) == len(parts) and fits:
                given = json.loads(body) if body else {}
                given |= {ours[1:-1]: unquote(value) for ours, value in zip(wanted, parts, strict=True) if "{" in ours}
                given |= {key: values[0] for key, values in parse_qs(address.query).items()}
                return operation, given
        raise AssertionError(f"no operation of SES: {self.command} {self.path}")

    def _check(self, operation: OperationModel, given: dict[str, Any]) -> None:
        try:
            assert f"Credential={KEY}/" in self.headers["Authorization"]
            assert f"/{REGION}/ses/aws4_request" in self.headers["Authorization"]
            if operation.name == "SendEmail":
                raw = given["Content"]["Raw"]
                raw["Data"] = base64.b64decode(raw["Data"], validate=True)
            if operation.name in {"SendEmail", *_MADE}:
                validate_parameters(given, operation.input_shape)
        except Exception as error:
            self.ses.problems.append(f"{operation.name}: {error}")
            raise

    def _send_email(self, operation: OperationModel, given: dict[str, Any]) -> None:
        step = self.ses.step()
        if isinstance(step, tuple):
            status, kind, message = step
            self._answer(status, {"__type": kind, "message": message} if kind else {}, operation)
            return
        if step.startswith("accept"):
            with self.ses.lock:
                self.ses.accepted.append(given)
                self.ses.taken_at.append(time.monotonic())
        self.close_connection = step != "accept"
        match step:
            case "accept":
                self._answer(200, {"MessageId": f"0100-{len(self.ses.accepted)}"}, operation)
            case "accept-half":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            case "accept-garbage":
                self.wfile.write(b"220 mail.example.net ESMTP\r\n")
            case "html":
                content = b"<html>Please log in</html>"
                # Said, so that the next mail does not go out on a connection that is about to end.
                head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(content)
                self.wfile.write(head + content)
            case _:
                assert step in {"accept-close", "close"}, step

    def _answer(self, status: int, answer: dict[str, Any], operation: OperationModel) -> None:
        if status == 200:
            validate_parameters(answer, operation.output_shape)
        kind = answer.get("__type")
        content = json.dumps(
            {key: value for key, value in answer.items() if key != "__type"}, default=_seconds
        ).encode()
        lines = [f"HTTP/1.1 {status} Answer", f"Date: {formatdate(usegmt=True)}", "Content-Type: application/json"]
        lines += [f"x-amzn-ErrorType: {kind}"] if kind else []
        self.wfile.write("\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]).encode() + content)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Quiet."""


def _seconds(value: Any) -> float:
    """The model writes a time as seconds since 1970."""
    seconds: float = value.timestamp()
    return seconds


@contextmanager
def ses_server() -> Iterator[SesServer]:
    """Start one in a thread of this process."""
    ses = SesServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"ses": ses}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    ses.url, ses.stop = f"http://127.0.0.1:{server.server_port}", stop
    try:
        yield ses
    finally:
        stop()
        thread.join()
