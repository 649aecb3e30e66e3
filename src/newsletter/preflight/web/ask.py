"""Asks the web about many addresses at once: each host politely one after the other, all of them within one deadline."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait

from newsletter.ports.fetcher import Fetched, Fetcher, NotFetched, WhyNot
from newsletter.words.domain import host_of

Replies = Mapping[str, Fetched | NotFetched]

# A page's first megabyte holds every quote that anybody takes from it.
PAGE_BYTES = 1_500_000
# Where nobody reads the page, its beginning shows that it is there.
GLANCE_BYTES = 65_536
_HOSTS_AT_ONCE = 8
_SECONDS_IN_ALL = 60.0


def ask(fetcher: Fetcher, urls: Iterable[str], *, to_read: Collection[str] = (), between: float) -> Replies:
    """What each address answers, once each; of those `to_read` the whole page. What was not reached in time is said to be so."""
    hosts: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        hosts.setdefault(host_of(url), []).append(url)
    replies: dict[str, Fetched | NotFetched] = {}
    deadline = time.monotonic() + _SECONDS_IN_ALL

    def visit(addresses: list[str]) -> None:
        for number, url in enumerate(addresses):
            if number:
                time.sleep(between)
            if time.monotonic() < deadline:
                replies[url] = _one(fetcher, url, PAGE_BYTES if url in to_read else GLANCE_BYTES)

    with ThreadPoolExecutor(max_workers=_HOSTS_AT_ONCE) as pool:
        running: list[Future[None]] = [pool.submit(visit, addresses) for addresses in hosts.values()]
        wait(running)
    for one in running:
        one.result()
    late = NotFetched(WhyNot.OFFLINE, f"there was no time left after {_SECONDS_IN_ALL:g} seconds")
    return {url: replies.get(url, late) for addresses in hosts.values() for url in addresses}


def _one(fetcher: Fetcher, url: str, limit: int) -> Fetched | NotFetched:
    try:
        return fetcher.fetch(url, limit=limit, cut=True)
    except NotFetched as missing:
        return missing
