"""A bucket that speaks S3, Amazon's or another service's, as a place for backups."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from newsletter.backups.address import AwayAddress
from newsletter.backups.refused import WRITING, AwayFile, library_is_there, refused, silent
from newsletter.words.mistake import Mistake, Unreachable

# Two pieces of 16 MB at once: a large backup has to leave room for the sender.
_PIECE, _AT_ONCE = 16_000_000, 2
_making = threading.Lock()
_ON_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")
_SAID = {
    "InvalidAccessKeyId": ("does not know this access key", "Copy the access key once more, or make a new one there."),
    "SignatureDoesNotMatch": ("says that the secret does not belong to the key", "Copy the secret once more; it is shown only once there."),
    "PermanentRedirect": ("has this bucket in another region", "Look up the region of the bucket and enter it."),
    "301": ("has this bucket in another region", "Look up the region of the bucket and enter it."),
    "NoSuchBucket": ("has no bucket of this name", "Make it there first, and keep it private."),
    "RequestTimeTooSkewed": ("says that the clock of this machine is wrong", "Let the clock of this machine be set by itself."),
    "SlowDown": ("wants fewer calls", "Wait for some minutes, then try again."),
    "AccessDenied": ("", "Give the key leave to read, write, list and delete in this bucket."),
    "403": ("", "Give the key leave to read, write, list and delete in this bucket."),
}  # fmt: skip


class S3Place:
    """`patience` is for how many seconds one answer may be waited for."""

    def __init__(self, address: AwayAddress, *, patience: float) -> None:
        library_is_there("boto3", "S3")
        self._address, self._patience = address, patience
        self._folder = f"{address.folder}/" if address.folder else ""

    def put(self, path: Path, name: str) -> None:
        """Raises NewsletterError; then nothing of this name can be taken for whole."""
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(multipart_chunksize=_PIECE, multipart_threshold=_PIECE, max_concurrency=_AT_ONCE)
        with self._asking(WRITING) as client, path.open("rb") as file:
            client.upload_fileobj(file, self._address.bucket, self._folder + name, Config=config)

    def fetch(self, name: str, path: Path) -> None:
        with self._asking("read what lies there") as client, path.open("wb") as file:
            answer = client.get_object(Bucket=self._address.bucket, Key=self._folder + name)
            for piece in answer["Body"].iter_chunks(1_000_000):
                file.write(piece)

    def list_files(self) -> Sequence[AwayFile]:
        with self._asking("list what lies there") as client:
            pages = client.get_paginator("list_objects_v2").paginate(
                Bucket=self._address.bucket, Prefix=self._folder, Delimiter="/"
            )
            return [
                AwayFile(name=one["Key"].removeprefix(self._folder), size=one["Size"])
                for page in pages
                for one in page.get("Contents", ())
            ]

    def delete(self, names: Sequence[str]) -> None:
        with self._asking("delete what lies there") as client:
            for name in names:
                client.delete_object(Bucket=self._address.bucket, Key=self._folder + name)

    def _made(self) -> Any:
        from botocore.config import Config

        # Its debug log holds what is sent.
        logging.getLogger("botocore").setLevel(logging.INFO)
        at = self._address
        plain = at.host in _ON_THIS_MACHINE
        port = f":{at.port}" if at.port else ""
        config = Config(
            connect_timeout=min(self._patience, 10),
            read_timeout=self._patience,
            retries={"total_max_attempts": 3, "mode": "standard"},
            # Many services that speak S3 know none of the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"} if at.host else {},
        )
        with _making:
            return _session().client(
                "s3",
                endpoint_url=f"http{'' if plain else 's'}://{at.host}{port}" if at.host else None,
                region_name=at.region or "us-east-1",
                aws_access_key_id=at.user,
                aws_secret_access_key=at.secret,
                config=config,
            )

    @contextmanager
    def _asking(self, step: str) -> Iterator[Any]:
        """A client for one thing to do; every refusal of the service as a sentence about this step."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

        shown = self._address.host or "Amazon S3"
        try:
            with closing(self._made()) as client:
                yield client
        except ClientError as error:
            raise _refusal(shown, step, error.response) from None
        except (ConnectTimeoutError, ReadTimeoutError, TimeoutError):
            raise silent(shown, self._patience) from None
        except (BotoCoreError, Boto3Error) as error:
            raise _unreachable(shown, type(error).__name__) from None


@cache
def _session() -> Any:
    """One for all clients: it has read the description of the service, which takes a third of a second."""
    import boto3

    return boto3.session.Session()


def _refusal(shown: str, step: str, answer: dict[str, Any]) -> Mistake:
    code = str(answer.get("Error", {}).get("Code", ""))
    status = str(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
    said, fix = _SAID.get(code) or _SAID.get(status) or (f"answered “{code}”", "Look at the service's own pages.")
    return Mistake(f"{shown} {said}." if said else f"{shown} does not let this key {step}.", fix=fix)


def _unreachable(shown: str, kind: str) -> Unreachable:
    if kind == "SSLError":
        return refused(f"{shown} shows no certificate that this machine trusts.", "Check the name of the server.")
    if kind in ("EndpointConnectionError", "InvalidEndpoint", "InvalidRegionError"):
        return refused(f"{shown} can't be reached.", "Check the name of the server, the region, and the firewall.")
    return refused(f"The connection to {shown} broke ({kind}).", "Try again in a minute.")
