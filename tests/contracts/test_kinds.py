"""Every kind of provider keeps the contract, and the example of docs/adding-a-provider.md carries an issue."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from newsletter.config import read_config
from newsletter.ledger.plan import plan
from newsletter.providers.registry import KINDS, PRACTICE
from newsletter.wiring import Parts, Timing
from tests.contracts.kind import KindContract
from tests.contracts.lines.events import SECRET
from tests.contracts.lines.kind import LinesKind
from tests.contracts.lines.provider import Lines
from tests.contracts.provider import ProviderContract, Received
from tests.providers.parcels import SystemClock
from tests.running import a_folder
from tests.world import add_readers, an_edition


class TestOutboxKind(KindContract):
    """Practice."""

    kind, settings = PRACTICE, {}


class TestSendGridKind(KindContract):
    """SendGrid, which is asked nothing."""

    kind, settings = KINDS["sendgrid"], {"sendgrid_api_key": "SG.test"}


class TestSesKind(KindContract):
    """Amazon SES, which is asked nothing."""

    kind, settings = KINDS["ses"], {"ses_region": "eu-west-1", "ses_access_key": "AKIA", "ses_secret_key": "made up"}


class TestSmtpKind(KindContract):
    """A mail server, which is asked nothing."""

    kind, settings = KINDS["smtp"], {"smtp_url": "smtp://localhost:25"}


class TestLinesKind(KindContract):
    """The example."""

    kind, settings = LinesKind(), {"lines_file": "mails.jsonl"}


def test_every_kind_is_held_to_it() -> None:
    """A kind that is added to the registry is added here, and no two kinds share a setting."""
    held = {case.kind.name for case in KindContract.__subclasses__()}

    assert KINDS.keys() <= held
    settings = [one for kind in KINDS.values() for one in kind.settings]
    assert len({one.key for one in settings}) == len({one.variable for one in settings}) == len(settings)


class LinesWorld:
    """The lines in the file, read by the standard library's parser."""

    def __init__(self, file: Path) -> None:
        self.provider = Lines(file, clock=SystemClock())
        self._file = file

    def received(self) -> list[Received]:
        found = []
        for line in self._file.read_text().splitlines() if self._file.exists() else ():
            told = json.loads(line)
            mail = message_from_bytes(told["message"].encode(), policy=default)
            html, text = (part.get_content() for kind in ("html", "plain") if (part := mail.get_body((kind,))))
            headers = {name: str(value) for name, value in mail.items()}
            found.append(
                Received(told["attempt"], told["delivery"], headers["To"], headers["Subject"], html, text, headers)
            )
        return found

    def break_down(self) -> None:
        self._file.mkdir()


class TestLines(ProviderContract):
    """The example hands over as the others do."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> LinesWorld:
        return LinesWorld(tmp_path / "mails.jsonl")


def test_the_example_carries_an_issue_and_tells_of_it(tmp_path: Path) -> None:
    """With nothing of the program changed: planned, sent, and a bounce heard afterwards keeps its reader from the next."""
    folder, file = a_folder(tmp_path / "weekly"), tmp_path / "mails.jsonl"
    settings = {"lines_file": str(file), "lines_secret": "open sesame"}
    config = replace(read_config(folder, {}), kind=LinesKind(), provider_settings=settings, lacks=())
    parts = Parts(directory=folder, config=config, timing=Timing())
    add_readers(parts.engine, "weekly", range(3))

    mailing, _ = plan(parts.ledger, parts.clock, an_edition(), list_name="weekly", parcel_size=parts.parcel_size)
    parts.drain(threading.Event()).until_done(mailing, lambda *_: None)

    account = parts.ledger.accounts.find(1)
    assert account is not None and account.handover == {**account.handover, "accepted": 3}
    assert {f"reader{number}@example.com" for number in range(3)} == {
        mail.email for mail in LinesWorld(file).received()
    }
    source = config.kind.events(parts.provider_setup)
    assert source is not None and "lines" in source.name
    told = json.dumps([{"id": "1", "bounced": "reader1@example.com"}]).encode()
    assert 1 == parts.feedback.keep(source, parts.feedback.read(source, {SECRET: "open sesame"}, told)).suppressed
    assert parts.readers.find_suppression("reader1@example.com") == "hard_bounce"
    parts.engine.dispose()
