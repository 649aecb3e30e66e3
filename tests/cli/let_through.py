"""The program as it ships, except that its fetcher is let through to one port of this machine."""

from __future__ import annotations

import sys

from newsletter.cli import main
from newsletter.fetch.http import HttpFetcher
from newsletter.wiring import Parts

if __name__ == "__main__":
    ports = [int(sys.argv[1])]
    local = HttpFetcher(allow=lambda address: address == "127.0.0.1", ports=ports, seconds=5)
    Parts.fetcher = property(lambda _: local)  # type: ignore[assignment, method-assign]
    main(sys.argv[2:])
