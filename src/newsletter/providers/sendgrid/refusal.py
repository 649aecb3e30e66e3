"""What SendGrid answers to a question about its settings, as a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.providers.sendgrid.api import NoAnswer
from newsletter.words.mistake import NewsletterError, NotNow, Unreachable

_AGAIN = "Nothing was changed. Try again in a minute."


@contextmanager
def in_sentences(what: str, permission: str) -> Iterator[None]:
    """Turn NoAnswer into a refusal. `what` is what the key should do, `permission` what SendGrid calls that."""
    try:
        yield
    except NoAnswer as no:
        raise _refusal(no, what, permission) from None


def _refusal(no: NoAnswer, what: str, permission: str) -> NewsletterError:
    match no.status:
        case 401:
            return NotNow(
                "SendGrid does not take the key any more.",
                fix="Make a new one at SendGrid (Settings, API Keys) and enter it in place of the old one.",
            )
        case 403:
            return NotNow(
                f"The key may not {what}.",
                fix=f"At SendGrid, under Settings, API Keys, give it the permission {permission}. Nothing was changed.",
            )
        case 429:
            return Unreachable("SendGrid was asked too often.", fix=_AGAIN)
        case status if 400 <= status < 500:
            return NotNow(
                f"SendGrid refuses to {what}: {no.said or f'it answered {status}'}", fix="Nothing was changed."
            )
    return Unreachable(f"{no}.", fix=_AGAIN)
