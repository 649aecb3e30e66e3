"""Every assumption, those that take long last."""

from __future__ import annotations

from tests.live.batches import BATCHES
from tests.live.calls import CALLS
from tests.live.mails import MAILS

ASSUMPTIONS = (*CALLS, *MAILS, *BATCHES)
