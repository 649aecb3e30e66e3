"""Which providers there are: the one place that names them."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.providers.kind import ProviderKind
from newsletter.providers.outbox.kind import OutboxKind
from newsletter.providers.sendgrid.kind import SendGridKind
from newsletter.providers.ses.kind import SesKind
from newsletter.providers.smtp.kind import SmtpKind

# The provider where none is set.
PRACTICE = OutboxKind()
KINDS: Mapping[str, ProviderKind] = {kind.name: kind for kind in (PRACTICE, SendGridKind(), SesKind(), SmtpKind())}
