"""3,000 readers by way of a real Postfix, whose queue is as careful as ours."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.db.engine import connect
from tests.providers.postfix import MISSING, Postfix, postfix
from tests.running import a_folder, run, sqlite_of
from tests.world import add_readers

N_READERS = 3_000

pytestmark = pytest.mark.faults


@pytest.fixture
def server() -> Iterator[Postfix]:
    """A Postfix of our own. Where there is none this fails, and says what to install."""
    assert not MISSING, MISSING
    # Postfix works as a user of its own, who may not look into pytest's folders.
    with tempfile.TemporaryDirectory(prefix="newsletter-postfix-") as home, postfix(Path(home)) as running:
        yield running


def test_a_real_postfix_takes_and_delivers_3000_mails(tmp_path: Path, server: Postfix) -> None:
    """Each reader once, in at most four conversations at a time, and Postfix finds no fault with how we speak."""
    folder = a_folder(tmp_path / "weekly")
    run(folder, "status")
    engine = connect(sqlite_of(folder))
    add_readers(engine, "weekly", range(N_READERS))
    engine.dispose()
    settings = {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": f"smtp://127.0.0.1:{server.port}"}

    sent = run(folder, "send", "1", "--list", "weekly", "--yes", **settings)
    server.wait_until_empty()

    assert 0 == sent.returncode, sent.stderr
    told = json.loads(run(folder, "status", "1", "--format", "json", **settings).stdout)
    assert N_READERS == told["accepted"] == told["planned"]
    got = Counter(_envelope(path) for path in server.delivered.iterdir())
    assert {f"reader{number}@example.com": 1 for number in range(N_READERS)} == got
    # Whoever waits for Postfix to start connects and leaves; that is not us.
    odd = r"postfix/smtpd.*(?:improper|non-SMTP|reject|timeout|lost connection after (?!CONNECT)).*"
    assert [] == re.findall(odd, server.log.read_text())


def _envelope(path: Path) -> str:
    match = re.search(rb"^X-Rcpt-Args: <([^>]*)>", path.read_bytes(), re.MULTILINE)
    assert match
    return match[1].decode()
