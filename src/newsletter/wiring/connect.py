"""Builds the desk at which a provider is connected, from the settings as the files have them now."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from newsletter.config import read_config
from newsletter.providers.registry import PRACTICE
from newsletter.wiring.letter_theme import letter_look

if TYPE_CHECKING:
    from newsletter.connect.desk import ConnectDesk
    from newsletter.ports.resolver import Resolver
    from newsletter.providers.kind import ProviderKind, ProviderSetup
    from newsletter.providers.steps import MailNeed
    from newsletter.wiring import Parts


def connect_desk(
    parts: Parts, kind: ProviderKind, *, name_servers: Sequence[tuple[str, int]] | None = None
) -> ConnectDesk:
    """`name_servers` are asked for records in place of this machine's."""
    from newsletter.connect.desk import ConnectDesk
    from newsletter.feedback.heard_file import heard_at

    return ConnectDesk(
        kind=kind,
        environ=dict(os.environ),
        setup=partial(_setup, parts, os.environ),
        need=partial(_need, parts),
        resolver=partial(_resolver, name_servers),
        readers=lambda: parts.readers,
        feedback=lambda: parts.feedback,
        look=partial(letter_look, parts),
        heard_at=partial(heard_at, parts.directory, kind.name),
        check_goes_on=parts.farewells.check,
    )


def _setup(parts: Parts, environ: Mapping[str, str]) -> ProviderSetup:
    # As if for practice: what only real sending needs may still be missing.
    return read_config(parts.directory, {**environ, "NEWSLETTER_PROVIDER": PRACTICE.name}).provider_setup(parts.clock)


def _need(parts: Parts) -> MailNeed:
    from newsletter.connect.need import mail_need

    return mail_need(
        parts.schedule.timetables.list_all(),
        parts.readers.list_names(),
        parts.readers.count_active,
        parts.clock.now(),
    )


def _resolver(name_servers: Sequence[tuple[str, int]] | None) -> Resolver:
    from newsletter.fetch.dns import DnsResolver

    return DnsResolver(name_servers)
