"""Codes from an app that count with the clock (RFC 6238): six digits, half a minute each."""

from __future__ import annotations

import re
from datetime import datetime

import pyotp

_SECONDS = 30


def address_for_app(secret: str, *, email: str, newsletter: str) -> str:
    """The `otpauth://` address that apps read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=newsletter)


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The time step that a code belongs to: this one, or one beside it for clocks that differ; None for a wrong code."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"\d{6}", digits):
        return None
    here = int(now.timestamp()) // _SECONDS
    app = pyotp.TOTP(secret)
    return next(
        (step for step in (here, here - 1, here + 1) if pyotp.utils.strings_equal(app.generate_otp(step), digits)), None
    )
