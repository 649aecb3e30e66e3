"""The sample newsletter's issue in every built-in template, as one reader gets it: real copy for the oracles."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from newsletter.compose.press import press
from newsletter.config import read_config
from newsletter.folder.bundle import bundled
from newsletter.ledger.pack import TokenKey
from newsletter.ledger.sample import SampleMail, sample
from newsletter.wiring import open_newsletter
from newsletter.words.edition import Edition
from newsletter.words.newsletter import Newsletter

NAMES = tuple(sorted(path.name for path in bundled("templates").iterdir() if path.is_dir()))
DATE = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
KEY = TokenKey(id=1, secret=b"a made-up key for the oracles")


@dataclass(frozen=True, slots=True)
class Made:
    """A mail with what it was made of; `mjml` has the gaps spelled out."""

    mail: SampleMail
    edition: Edition
    newsletter: Newsletter
    mjml: str


@cache
def made(template: str) -> Made:
    folder = Path(mkdtemp(prefix="newsletter-oracle-"))
    try:
        copy = Path(shutil.copytree(bundled("seeds"), folder / "seeds"))
        paper = replace(read_config(copy, environ={}).newsletter, template=template)
        rendered = press(open_newsletter(copy).shelf, paper, 1).rendered
        mail = sample(rendered.edition, paper, KEY, None, list_id=1, date=DATE)
        return Made(mail, rendered.edition, paper, rendered.mjml)
    finally:
        shutil.rmtree(folder)
