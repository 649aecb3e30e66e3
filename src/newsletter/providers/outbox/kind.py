"""The outbox beside sending: where its files are, and the page to look through them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.providers.kind import ProviderKind, ProviderSetup

if TYPE_CHECKING:
    from newsletter.ports.provider import Evidence, Limits, Tried
    from newsletter.providers.outbox.provider import Outbox


class OutboxKind(ProviderKind):
    """Practice. The mails that it has written can be looked up on the disk afterwards."""

    name, title = "outbox", "the practice outbox"
    is_practice = True
    path = "var/outbox"

    def folder(self, directory: Path) -> Path:
        return directory / self.path

    def page(self, directory: Path) -> Path:
        """Shows what was sent, for a browser."""
        return self.folder(directory) / "index.html"

    def limits(self) -> Limits:
        from newsletter.providers.outbox.provider import LIMITS

        return LIMITS

    def build(self, setup: ProviderSetup) -> Outbox:
        from newsletter.providers.outbox.provider import LIMITS, Outbox

        # Seconds that each parcel takes, for practising interruptions.
        delay = float(os.environ.get("NEWSLETTER_PRACTICE_DELAY", "0"))
        size = setup.parcel_size or LIMITS.readers
        return Outbox(self.folder(setup.directory), clock=setup.clock, parcel_size=size, practice_delay=delay)

    def evidence(self, setup: ProviderSetup, find_try: Callable[[str, Sequence[int]], Tried | None]) -> Evidence:
        return self.build(setup)

    def after_sending(self, setup: ProviderSetup) -> None:
        from newsletter.providers.outbox.index import write_index

        write_index(self.folder(setup.directory))
