"""Forwarded mails of ten programs in many languages are taken apart: whose words, which link, which subject."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from newsletter.collect.mail.message import ReadMail, read_mail
from tests.voices.judge import HERE

FOLDER = HERE / "forwards"
TRUTH: dict[str, dict[str, Any]] = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
# Links of the sender's own words come before those of what is passed on: here they cite an old one.
CITES_ANOTHER = {"07-thunderbird-en"}


def flat(text: str) -> str:
    return re.sub(r"[\s>*_]+|https?://\S+", "", text)


@pytest.mark.parametrize("name", TRUTH)
def test_a_forwarded_mail_is_taken_apart(name: str) -> None:
    """The comment without head lines and signatures, the forwarded words without theirs, and the links."""
    truth, mail = TRUTH[name], read_mail((FOLDER / f"{name}.eml").read_bytes())
    assert flat(mail.own) == flat(truth["comment"])
    assert flat(mail.passed_on).startswith(flat(truth["first"]))
    assert flat(truth["last"]) in flat(mail.passed_on)
    assert mail.subject == truth["subject"]
    assert name in CITES_ANOTHER or set(truth["links"]) <= {link.url for link in mail.links}


def test_most_forwarded_mails_say_who_wrote_them() -> None:
    """By their head, in whatever language its labels are."""
    named = sum(authors(read_mail((FOLDER / f"{name}.eml").read_bytes()), truth) for name, truth in TRUTH.items())
    assert named >= 0.9 * len(TRUTH)


def authors(mail: ReadMail, truth: dict[str, Any]) -> bool:
    return flat(truth["sender"]) in flat(mail.author)
