"""Where backups lie outside of this machine, as one address: a bucket that speaks S3, or a folder of a server by SFTP."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from newsletter.words.mistake import Mistake

S3, SFTP = "s3", "sftp"
_FORM = "Write s3://KEY:SECRET@HOST/BUCKET/FOLDER?region=REGION, or sftp://USER:PASSWORD@HOST/FOLDER."
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\]")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_SSH_PORT = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayAddress:
    """`user` and `secret` are an access key with its secret (S3), or a user with a password (SFTP; "" for the key of this newsletter).

    `host` is "" for Amazon's own S3. `folder` has no slash at its ends. `host_key` is the fingerprint that an SFTP
    server showed when it was first tried, "" before.
    """

    kind: str
    host: str = ""
    port: int | None = None
    user: str = ""
    secret: str = field(default="", repr=False)
    bucket: str = ""
    folder: str = ""
    region: str = ""
    host_key: str = ""

    def __post_init__(self) -> None:
        """Raises Mistake for what can't be a place."""
        if self.host and not _HOST.fullmatch(self.host):
            raise Mistake(
                f"“{self.host}” is not the name of a server.", fix="Such as s3.example.com, without https://."
            )
        if self.kind == S3:
            self._check_bucket()
        elif not self.host or not self.user:
            raise Mistake("There is no server or no user yet.", fix="Whoever looks after the server has named both.")
        if ".." in self.folder.split("/"):
            raise Mistake("The folder leads out of itself with “..”.", fix="Name it from the top.")

    def _check_bucket(self) -> None:
        if not _BUCKET.fullmatch(self.bucket):
            raise Mistake(
                f"“{self.bucket}” can't be the name of a bucket." if self.bucket else "There is no bucket yet.",
                fix="It has 3 to 63 small letters, digits, dots and hyphens.",
            )
        if not self.user or not self.secret:
            raise Mistake("The access key or its secret is missing.", fix="The storage service made them together.")

    @property
    def shown(self) -> str:
        """Without any secret, as a person would say it."""
        where = f"{self.host or 'Amazon S3'}{f':{self.port}' if self.port else ''}"
        path = "/".join(part for part in (self.bucket, self.folder) if part)
        return f"{where}, {path}" if path else where

    @property
    def url(self) -> str:
        """As the settings hold it, secrets and all."""
        access = (
            f"{quote(self.user, safe='')}:{quote(self.secret, safe='')}" if self.secret else quote(self.user, safe="")
        )
        path = "/".join(quote(part) for part in (self.bucket, self.folder) if part)
        asked = urlencode([(k, v) for k, v in (("region", self.region), ("host_key", self.host_key)) if v])
        port = f":{self.port}" if self.port else ""
        return f"{self.kind}://{access}@{self.host}{port}/{path}{f'?{asked}' if asked else ''}"


def read_away_address(url: str) -> AwayAddress:
    """Raises Mistake with how it is written; the address itself, which holds a secret, is never repeated."""
    try:
        parts = urlsplit(url)
        asked, port = parse_qs(parts.query), parts.port
    except ValueError:
        raise Mistake("This is not the address of a place for backups.", fix=_FORM) from None
    if parts.scheme not in (S3, SFTP):
        raise Mistake("This is not the address of a place for backups.", fix=_FORM)
    bucket, path = "", unquote(parts.path)
    if parts.scheme == S3:
        bucket, _, path = path.strip("/").partition("/")
    return AwayAddress(
        kind=parts.scheme,
        host=f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or "",
        port=None if (parts.scheme, port) == (SFTP, _SSH_PORT) else port,
        user=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        bucket=bucket,
        folder=path.strip("/"),
        region=asked.get("region", [""])[0],
        host_key=asked.get("host_key", [""])[0],
    )
