"""A sign of life to a service elsewhere, which notices when this machine is dead."""

from __future__ import annotations

import logging
import threading
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

log = logging.getLogger(__name__)
_SECONDS = 10.0


class Heartbeat:
    """GETs the address in a thread of its own, so that a slow service delays nothing."""

    def beat(self, url: str) -> None:
        """Tell the service that we are alive. Never raises: the service notices when the call does not come."""
        threading.Thread(target=_get, args=(url,), name="heartbeat", daemon=True).start()


def _get(url: str) -> None:
    if not url.startswith(("https://", "http://")):
        return
    try:
        with urlopen(Request(url, headers={"User-Agent": "newsletter"}), timeout=_SECONDS) as answer:  # noqa: S310
            answer.read(1)
    except (URLError, OSError, HTTPException, ValueError) as error:
        log.warning("the heartbeat was not heard: %s", type(error).__name__)
