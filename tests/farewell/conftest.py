"""A newsletter whose public pages are served, on each of the two databases."""

from __future__ import annotations

from tests.web.conftest import world

__all__ = ["world"]
