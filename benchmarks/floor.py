"""The bare sendgrid client, posting one ready body again and again: the least that sending through it can cost.

    python -m benchmarks.floor URL BODY.json CALLS dict|text

`dict` is how the library is meant to be used: it serialises what it is given. `text` hands it the finished JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(url: str, body: Path, n_calls: int, form: str) -> None:
    from sendgrid import SendGridAPIClient

    client = SendGridAPIClient("a made-up key", host=url)
    text = body.read_text()
    document = json.loads(text) if form == "dict" else text
    # Given any other content type than plain application/json, the library sends text as it is.
    headers = {"Content-Type": "application/json; charset=utf-8"} if form == "text" else None
    for _ in range(n_calls):
        answer = client.client.mail.send.post(request_body=document, request_headers=headers)
        if answer.status_code != 202:
            raise SystemExit(f"the stand-in answered {answer.status_code}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
