"""Pictures made for tests."""

from __future__ import annotations

import io

from PIL import Image


def a_png(colour: tuple[int, int, int]) -> bytes:
    """A small picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()
