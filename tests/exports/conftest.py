"""The list of readers that imports are tested with as well."""

from __future__ import annotations

from tests.imports.conftest import import_text, membership, readers

__all__ = ["import_text", "membership", "readers"]
