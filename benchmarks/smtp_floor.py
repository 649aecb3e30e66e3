"""Bare smtplib, pushing one ready mail again and again: what sending by the standard library costs at least.

python -m benchmarks.smtp_floor smtp://HOST:PORT MAIL.eml MAILS CONNECTIONS
"""

from __future__ import annotations

import smtplib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit


def main(url: str, mail: Path, n_mails: int, n_connections: int) -> None:
    where, content = urlsplit(url), mail.read_bytes()

    def push(share: int) -> None:
        with smtplib.SMTP(where.hostname or "", where.port or 25, local_hostname="localhost") as server:
            for number in range(share):
                server.sendmail("mara@ferries.example.com", f"reader{number}@example.com", content)

    shares = [n_mails // n_connections + (number < n_mails % n_connections) for number in range(n_connections)]
    with ThreadPoolExecutor(n_connections) as threads:
        list(threads.map(push, shares))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
