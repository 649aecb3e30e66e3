"""The provider for a mail server at an address, and what it has to say of one parcel."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.words.outcome import Outcome
from tests.contracts.provider import outcomes
from tests.providers.parcels import SystemClock, a_consignment

# On this machine as well, but not called so: the provider treats it as a server far away.
ELSEWHERE = "127.0.0.2"
PASSWORD = "very-secret-horse"
LOGIN = f"mara:{PASSWORD}"


def smtp_at(url: str, *, certificate: Path | None = None, seconds: float = 3) -> SmtpProvider:
    tls = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    span = timedelta(seconds=seconds)
    return SmtpProvider(url, clock=SystemClock(), deadline=span, last_answer=span, tls=tls)


def the_outcome(smtp: SmtpProvider) -> Outcome:
    """The one outcome that all three readers of a parcel got."""
    (one,) = {outcome for _, outcome in outcomes(smtp, a_consignment())}
    return one
