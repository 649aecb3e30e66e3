"""All tables at once: what migrations make, and what tests compare them with."""

from __future__ import annotations

from newsletter.store.tables import metadata

__all__ = ["metadata"]
