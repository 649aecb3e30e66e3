"""What went wrong, in words that hold no address, no key and nothing that was sent."""

from __future__ import annotations

import ssl
import traceback


def in_words(error: Exception) -> str:
    """An error of a connection or a disk in words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def bug_in_words(error: Exception) -> str:
    """A bug's kind and place, for the log. The error's own words may hold a reader's address."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return f"{type(error).__name__} at {where}"
