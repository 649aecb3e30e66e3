"""Each assumption that the settings allow to be tried, against the real account: `make live`, and never `make test`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.live.account import Account, from_environment
from tests.live.all import ASSUMPTIONS
from tests.live.assumption import Assumption

_SETTINGS = {"mailbox": "NEWSLETTER_LIVE_MAILBOX", "hook": "NEWSLETTER_LIVE_HOOK_PORT"}
_TRIED = [one for one in ASSUMPTIONS if all(os.environ.get(_SETTINGS[need]) for need in one.needs)]


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """The account that the environment names. Without settings this fails with a sentence, and nothing is sent."""
    found = from_environment(os.environ)
    yield found
    if found.hook:
        found.hook.close()


@pytest.mark.live
@pytest.mark.parametrize("assumption", _TRIED, ids=lambda one: one.name)
def test_the_assumption_holds(assumption: Assumption, account: Account) -> None:
    """What we take for true of SendGrid is so."""
    finding = assumption.check(account)

    print(f"\n{assumption.claim}\n    {'holds' if finding.holds else 'DOES NOT HOLD'}: {finding.seen}")
    if not finding.holds:
        pytest.fail(f"{assumption.name}. What rests on it: {assumption.rests}", pytrace=False)
