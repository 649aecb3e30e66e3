"""A stand-in for S3: it checks every signature, and holds questions and answers against the service's own model, which botocore brings."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

import botocore.session
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.model import ServiceModel
from botocore.validate import validate_parameters

BUCKET, REGION = "weekly-backups", "eu-central-1"
KEY, SECRET = "AKIAEXAMPLEEXAMPLE00", "a-made-up+secret/with=signs"


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("s3")


class S3Server:
    """`denied` are names of operations that the key may not do; `seconds` is how long each answer takes."""

    def __init__(self) -> None:
        self.port = 0
        self.objects: dict[str, bytes] = {}
        self.parts: dict[int, bytes] = {}
        self.denied: set[str] = set()
        self.asked: list[str] = []
        self.problems: list[str] = []
        self.region, self.seconds = REGION, 0.0
        self.garbles = False

    def url(self, *, folder: str = "ferries", key: str = KEY, secret: str = SECRET, bucket: str = BUCKET) -> str:
        from newsletter.backups.address import AwayAddress

        return AwayAddress(
            kind="s3", host="127.0.0.1", port=self.port, user=key, secret=secret, bucket=bucket, folder=folder, region=REGION
        ).url  # fmt: skip

    def answer(self, operation: str, given: dict[str, Any], body: bytes) -> tuple[int, dict[str, Any] | bytes]:
        if given["Bucket"] != BUCKET:
            return 404, {"Code": "NoSuchBucket"}
        if operation in self.denied:
            return 403, {"Code": "AccessDenied"}
        key = given.get("Key", "")
        match operation:
            case "PutObject":
                self.objects[key] = body[::-1] if self.garbles else body
            case "GetObject":
                return (200, self.objects[key]) if key in self.objects else (404, {"Code": "NoSuchKey"})
            case "DeleteObject":
                self.objects.pop(key, None)
                return 204, b""
            case "CreateMultipartUpload":
                return 200, {"Bucket": BUCKET, "Key": key, "UploadId": "u1"}
            case "UploadPart":
                self.parts[given["PartNumber"]] = body
            case "CompleteMultipartUpload":
                self.objects[key] = b"".join(self.parts[number] for number in sorted(self.parts))
                return 200, {"Bucket": BUCKET, "Key": key}
            case "ListObjectsV2":
                return 200, self._listed(given)
        return 200, b""

    def _listed(self, given: dict[str, Any]) -> dict[str, Any]:
        """Two on a page, as a bucket with thousands would."""
        begin = int(given.get("ContinuationToken", "0"))
        names = sorted(
            name
            for name in self.objects
            if name.startswith(given["Prefix"]) and "/" not in name[len(given["Prefix"]) :]
        )
        more = {"NextContinuationToken": str(begin + 2)} if begin + 2 < len(names) else {}
        lying = [{"Key": name, "Size": len(self.objects[name])} for name in names[begin : begin + 2]]
        return {"Name": BUCKET, "IsTruncated": bool(more), "Contents": lying, **more}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3: S3Server

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        _, bucket, key = (unquote(parts.path) + "/").split("/", 2)
        operation, given = _question(self.command, bucket, key.removesuffix("/"), asked)
        self.s3.asked.append(operation)
        time.sleep(self.s3.seconds)
        self.s3.problems += _wrong(operation, given, "input")
        status, answer = self._refused() or self.s3.answer(operation, given, body)
        if status == 200 and isinstance(answer, dict):
            self.s3.problems += _wrong(operation, answer, "output")
        self._send(
            status, answer if isinstance(answer, bytes) else _xml(operation if status == 200 else "Error", answer)
        )

    def _refused(self) -> tuple[int, dict[str, Any]] | None:
        """Whether the key is known, the signature its own, and the region that of the bucket."""
        words = dict(part.split("=", 1) for part in self.headers["Authorization"].split(" ", 1)[1].split(", "))
        key, _, region, *_ = words["Credential"].split("/")
        if key != KEY:
            return 403, {"Code": "InvalidAccessKeyId"}
        signed = {name: self.headers[name] for name in words["SignedHeaders"].split(";")}
        request = AWSRequest(self.command, f"http://{self.headers['Host']}{self.path}", headers=signed)
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        auth = S3SigV4Auth(Credentials(KEY, SECRET), "s3", region)
        text = auth.string_to_sign(request, auth.canonical_request(request))
        if auth.signature(text, request) != words["Signature"]:
            return 403, {"Code": "SignatureDoesNotMatch"}
        if region != self.s3.region:
            return 400, {"Code": "AuthorizationHeaderMalformed", "Region": self.s3.region}
        return None

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("ETag", '"e"')
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing is printed."""


def _question(method: str, bucket: str, key: str, asked: dict[str, str]) -> tuple[str, dict[str, Any]]:
    given: dict[str, Any] = {"Bucket": bucket, **({"Key": key} if key else {})}
    if method == "GET" and not key:
        names = {"prefix": "Prefix", "delimiter": "Delimiter", "continuation-token": "ContinuationToken"}
        return "ListObjectsV2", {**given, **{names[name]: value for name, value in asked.items() if name in names}}
    if "uploads" in asked:
        return "CreateMultipartUpload", given
    if "uploadId" in asked:
        part = {"PartNumber": int(asked["partNumber"])} if "partNumber" in asked else {}
        operation = "UploadPart" if part else "CompleteMultipartUpload"
        return operation, {**given, "UploadId": asked["uploadId"], **part}
    return {"GET": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}[method], given


def _wrong(operation: str, values: dict[str, Any], side: str) -> list[str]:
    model = _model().operation_model(operation)
    shape = model.input_shape if side == "input" else model.output_shape
    wrong = [validate_parameters(values, shape), *(f"no {name}" for name in set(values) - set(shape.members))]
    return [f"{operation}: {one}" for one in wrong if one]


def _xml(name: str, values: dict[str, Any]) -> bytes:
    root = Element(name)
    for key, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            child = SubElement(root, key)
            if isinstance(one, dict):
                for inner, text in one.items():
                    SubElement(child, inner).text = str(text)
            else:
                child.text = str(one).lower() if isinstance(one, bool) else str(one)
    return tostring(root)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    s3 = S3Server()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"s3": s3}))
    server.daemon_threads = True
    s3.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield s3
    finally:
        server.shutdown()
        server.server_close()
