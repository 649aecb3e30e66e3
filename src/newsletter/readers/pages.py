"""A list as readers meet it, and what is left of addresses that are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.words.erasure import RequestOf


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list as readers meet it. Anybody can join an open one."""

    id: int
    name: str
    title: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """When a person was erased and at whose request; `returned_at` if they signed up again themselves."""

    erased_at: datetime
    request_of: RequestOf
    returned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerAddress:
    """An address that its reader has given up for another one: when, and where they are now; None where they are gone."""

    moved_at: datetime
    present: str | None
