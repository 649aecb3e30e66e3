"""The stand-in provider tells what became of the mails that it took: signed, repeated until taken, as planned."""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.fakes.sendgrid_events import Telling, told
from tests.fakes.signing import Signer

_TRIES = 40


class Teller:
    """`when` is early (before the mail's own call is answered), late (afterwards) or never. Posts to `url`."""

    def __init__(self) -> None:
        self.url, self.when, self.seconds = "", "never", 0.0
        self.signer, self.telling = Signer(), Telling()
        self.posted, self.refused, self.under_way = 0, 0, 0
        # Guesses about the real provider: how it repeats a message that was not taken.
        self.repeats, self.signs_anew, self.garbles_again = True, True, False
        self._lock = threading.Lock()

    def plan(self, document: dict[str, Any]) -> None:
        self.url, self.when = document["url"], document.get("when", "late")
        self.seconds = document.get("seconds", 0.0)
        self.signer = Signer(document["pem"])
        self.telling = Telling(**document.get("telling", {}))

    def tell(self, taken: list[dict[str, Any]]) -> None:
        """Tell everything about these mails; each message is repeated until it is answered with 2xx."""
        with self._lock:
            self.under_way += 1
        try:
            if self.when == "late":
                time.sleep(self.seconds)
            for body in told(taken, self.telling):
                self._post(body)
        finally:
            with self._lock:
                self.under_way -= 1

    def _post(self, body: bytes) -> None:
        first = time.time()
        for number in range(_TRIES if self.repeats else 1):
            # A second later for each: the stand-in does not wait as long as the real one.
            at = first + number if self.signs_anew else first
            signed = self.signer.headers(body + b" " if number and self.garbles_again else body, at=at)
            headers = {"Content-Type": "application/json", **signed}
            try:
                with urlopen(Request(self.url, data=body, headers=headers), timeout=10):
                    self.posted += 1
                    return
            except (HTTPError, URLError, OSError):
                self.refused += 1
                time.sleep(min(0.05 * 2**number, 1.0))
