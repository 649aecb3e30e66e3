"""What forgets a person: one for each room, in an order in which each still finds what it needs."""

from __future__ import annotations

from newsletter.consent.forget_sql import forget as forget_consent
from newsletter.feedback.forget_sql import forget as forget_feedback
from newsletter.imports.forget_sql import forget as forget_uploads
from newsletter.ledger.account.forget_sql import forget as forget_ledger
from newsletter.notices.forget_sql import forget as forget_notices
from newsletter.readers.forget_sql import forget as forget_reader
from newsletter.schedule.forget_sql import forget as forget_schedule
from newsletter.segments.forget_sql import forget as forget_segments

FORGETS = (
    forget_ledger,
    forget_feedback,
    forget_notices,
    forget_schedule,
    forget_segments,
    forget_uploads,
    forget_consent,
    forget_reader,
)
