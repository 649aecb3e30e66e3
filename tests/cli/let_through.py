"""The program as it ships, except that its fetcher is let through to one port of this machine."""

from __future__ import annotations

import sys

from newsletter.cli import main
from newsletter.fetch.http import HttpFetcher
from newsletter.wiring import Parts, Timing

# Not only where this is the program: the processes that it forks are let through as well.
_local = HttpFetcher(allow=lambda address: address == "127.0.0.1", ports=[int(sys.argv[1])], seconds=5)
Parts.fetcher = property(lambda _: _local)  # type: ignore[assignment, method-assign]

if __name__ == "__main__":
    main(sys.argv[2:], obj=Timing(children="fork"))
