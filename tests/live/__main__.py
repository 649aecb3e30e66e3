"""Tries what only a live SendGrid account can show: `make live`. Says before how many mails go to whom, and refuses without settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.live.account import Refusal, from_environment
from tests.live.all import ASSUMPTIONS

_HOW = "How: docs/live.md"


def main(settings: Mapping[str, str]) -> int:
    """0 where every assumption that could be tried holds, 1 where one does not, 2 where settings are missing."""
    try:
        account = from_environment(settings)
    except (Refusal, ValueError) as refusal:
        print(f"{refusal} {_HOW}", file=sys.stderr)
        return 2
    asked = [one for one in ASSUMPTIONS if one.needs <= account.has]
    most = sum(one.mails for one in asked)
    print(f"At most {most} mails go to {account.to}, from {account.sender}, by way of {account.url}; to nobody else.")
    print("All else is asked in the sandbox or of the account's lists. It takes about 20 minutes.")
    for one in ASSUMPTIONS:
        if one not in asked:
            print(f"Not tried, for want of {' and '.join(sorted(one.needs - account.has))}: {one.claim}")
    if account.hook:
        account.hook.close()
    sys.stdout.flush()
    options = [
        "-q",
        "-s",
        "-m",
        "live",
        "--tb=short",
        "-p",
        "no:cacheprovider",
        "--override-ini",
        "addopts=--import-mode=importlib",
    ]
    return int(pytest.main([*options, str(Path(__file__).with_name("test_live.py"))]))


if __name__ == "__main__":
    sys.exit(main(os.environ))
