"""A client of the SES API that signs each call, makes it once, and waits for a bounded time."""

from __future__ import annotations

import importlib.util
import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from newsletter.words.mistake import Mistake

# Together less than the 25 s that one parcel may take: a mail that is begun in time has its answer soon after.
_CONNECT_SECONDS = 5
_READ_SECONDS = 15
LAST_ANSWER = timedelta(seconds=_CONNECT_SECONDS + _READ_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SesAccess:
    """Where SES is and as whom we ask. Without keys the machine's own credentials are used: a role, a profile, AWS_*.

    `url` replaces the address that goes with the region.
    """

    region: str
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    url: str | None = None

    def __post_init__(self) -> None:
        """Raises Mistake for half a pair of keys, and where the library is not installed."""
        if bool(self.access_key) != bool(self.secret_key):
            raise Mistake(
                "Of the two keys for Amazon SES one is missing.",
                fix="Set NEWSLETTER_SES_ACCESS_KEY and NEWSLETTER_SES_SECRET_KEY, or neither to use this machine's own "
                "credentials. Or run: newsletter connect ses",
            )
        if importlib.util.find_spec("boto3") is None:
            raise Mistake(
                "Amazon SES is chosen, but its library is not installed.",
                fix="In the checkout, run: make setup. Elsewhere install newsletter[ses].",
            )


class SesClient:
    """One client for all threads, made with the first call: loading the library takes most of a second."""

    def __init__(self, access: SesAccess, *, calls: int = 1, service: str = "sesv2") -> None:
        """`calls` is how many may be in flight at once. `service` is SES, or SNS in the same region."""
        self.access = access
        self._calls, self._service = calls, service
        self._lock = threading.Lock()
        self._client: Any = None

    @property
    def prefix(self) -> str:
        """How the service is called in the names of permissions."""
        return "sns" if self._service == "sns" else "ses"

    def ask(self, operation: str, **values: object) -> dict[str, Any]:
        """One call of the API, named as boto3 names it. Raises ClientError for a refusal, else BotoCoreError."""
        with self._lock:
            if self._client is None:
                self._client = _connected(self.access, self._calls, self._service)
        answer: dict[str, Any] = getattr(self._client, operation)(**values)
        return answer

    def close(self) -> None:
        """Close every connection. Only when no call is in flight."""
        if self._client is not None:
            self._client.close()


def _connected(access: SesAccess, calls: int, service: str) -> Any:
    import boto3
    from botocore.config import Config

    # Its debug log holds whole mails.
    logging.getLogger("botocore").setLevel(logging.INFO)
    session = boto3.session.Session(
        aws_access_key_id=access.access_key, aws_secret_access_key=access.secret_key, region_name=access.region
    )
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        max_pool_connections=calls,
        # SES has no idempotency key: a call that is made again may send the mail twice.
        retries={"total_max_attempts": 1, "mode": "standard"},
        # As for other providers: readers' addresses go to one host only, whatever the environment says of proxies.
        proxies={},
    )
    # An address that replaces that of SES does not do for the other service.
    return session.client(service, endpoint_url=access.url if service == "sesv2" else None, config=config)
