"""An address as a picture that a phone's camera reads."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup


def qr_code(address: str) -> Markup:
    """A QR code as SVG, to stand in a page."""
    out = io.BytesIO()
    segno.make(address).save(out, kind="svg", scale=4, xmldecl=False, svgns=True, nl=False)
    return Markup(out.getvalue().decode())  # noqa: S704 - segno's own drawing, without a letter of the address
