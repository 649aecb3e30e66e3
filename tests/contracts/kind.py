"""What every kind of provider promises settings, screens and commands."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from newsletter.fetch.http import HttpFetcher
from newsletter.ports.events import Unverified
from newsletter.ports.mailbox import OpenMailbox
from newsletter.providers.kind import ProviderKind, ProviderSetup
from newsletter.words.mistake import NotNow
from newsletter.words.tracking import Tracking
from tests.providers.parcels import SystemClock
from tests.world import WEEKLY


def no_mailbox(url: str, setting: str) -> AbstractContextManager[OpenMailbox]:
    raise NotNow("No mailbox is there.", fix="")


class KindContract:
    """Collected once for each provider, in `test_kinds.py`."""

    kind: ProviderKind
    # Values with which it can be built.
    settings: dict[str, str]

    @pytest.fixture
    def setup(self, tmp_path: Path) -> ProviderSetup:
        return ProviderSetup(
            directory=tmp_path,
            newsletter=WEEKLY,
            settings=self.settings,
            tracking=Tracking.NONE,
            parcel_size=None,
            clock=SystemClock(),
            keys={1: b"k" * 40},
            open_mailbox=no_mailbox,
            fetcher=HttpFetcher,
        )

    def test_what_is_built_is_what_was_promised(self, setup: ProviderSetup) -> None:
        """Checks go by the kind's limits while the provider can't be built: the same mail must pass both."""
        built, limits = self.kind.build(setup), self.kind.limits()

        assert (built.name, built.whole_or_nothing) == (self.kind.name, self.kind.whole_or_nothing)
        assert (built.limits.readers, built.limits.bytes_per_reader) == (limits.readers, limits.bytes_per_reader)
        assert built.limits.bytes_per_gap == limits.bytes_per_gap

    def test_its_names_can_stand_where_they_are_used(self) -> None:
        """In an address, in the environment, in `newsletter.toml`; and each secret is explained on a page."""
        assert re.fullmatch("[a-z][a-z0-9]*", self.kind.name)
        assert self.kind.title
        for one in self.kind.settings:
            assert one.key.partition("_")[0] in {self.kind.name, "dkim"}
            assert re.fullmatch("[A-Z][A-Z0-9_]*", one.variable)
            assert bool(one.about) == one.is_secret

    def test_its_own_settings_pass_its_checks(self) -> None:
        """And what connects it can be kept: each value has a setting."""
        known = {one.key: one for one in self.kind.settings}

        assert self.settings.keys() <= known.keys()
        assert {one.key for one in self.kind.settings if one.is_needed} <= self.settings.keys()
        for key, value in self.settings.items():
            known[key].check(value, False)

    def test_it_can_be_connected_unless_it_is_practice(self) -> None:
        """`newsletter connect NAME --help` shows an example."""
        command = self.kind.connect_command()

        assert (command is None) == self.kind.is_practice
        assert command is None or f"newsletter connect {self.kind.name}" in (command.help or "")

    def test_it_tells_or_it_does_not(self, setup: ProviderSetup) -> None:
        """Silence means something only where somebody would tell; and nobody is believed without a proof."""
        source = self.kind.events(setup)

        assert (source is not None) == self.kind.tells
        if source is not None:
            assert (source.name, source.whole_or_nothing) == (self.kind.name, self.kind.whole_or_nothing)
            with pytest.raises(Unverified):
                source.verify_and_parse({}, b"[]")
