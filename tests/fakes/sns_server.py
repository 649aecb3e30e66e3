"""A stand-in for the SNS API: it holds questions against the service's own model, which botocore brings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import botocore.session
from botocore.model import ServiceModel

_ARN = "arn:aws:sns:eu-west-1:123456789012:"


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("sns")


class SnsServer:
    """`subscriptions` are the endpoints by their names."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.topics: list[str] = []
        self.subscriptions: dict[str, str] = {}
        self.problems: list[str] = []
        self.denied: set[str] = set()

    def answer(self, given: dict[str, str]) -> tuple[int, str]:
        action = given.pop("Action")
        self.asked.append(action)
        shape = _model().operation_model(action).input_shape
        assert shape is not None
        if unknown := given.keys() - shape.members.keys() - {"Version"}:
            self.problems.append(f"{action}: {unknown}")
        if missing := set(shape.required_members) - given.keys():
            self.problems.append(f"{action} lacks {missing}")
        if action in self.denied:
            said = "<Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not allowed</Message></Error>"
            return 403, f"<ErrorResponse>{said}</ErrorResponse>"
        return (
            200,
            f"<{action}Response><{action}Result>{self._result(action, given)}</{action}Result></{action}Response>",
        )

    def _result(self, action: str, given: dict[str, str]) -> str:
        match action:
            case "CreateTopic":
                self.topics.append(given["Name"])
                return f"<TopicArn>{_ARN}{given['Name']}</TopicArn>"
            case "Subscribe":
                self.subscriptions.setdefault("PendingConfirmation", given["Endpoint"])
                return "<SubscriptionArn>pending confirmation</SubscriptionArn>"
            case "Unsubscribe":
                self.subscriptions.pop(given["SubscriptionArn"])
                return ""
        assert action == "ListSubscriptionsByTopic"
        rows = "".join(
            f"<member><SubscriptionArn>{escape(name)}</SubscriptionArn><Endpoint>{escape(url)}</Endpoint></member>"
            for name, url in self.subscriptions.items()
        )
        return f"<Subscriptions>{rows}</Subscriptions>"


class _SnsHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sns: SnsServer

    def do_POST(self) -> None:
        given = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if "/eu-west-1/sns/aws4_request" not in self.headers["Authorization"]:
            self.sns.problems.append("it was not signed for SNS")
        status, text = self.sns.answer(given)
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def sns_server() -> Iterator[SnsServer]:
    """Start one in a thread of this process."""
    sns = SnsServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_SnsHandler,), {"sns": sns}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    sns.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield sns
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
