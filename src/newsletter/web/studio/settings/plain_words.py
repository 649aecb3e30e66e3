"""Refusals in words for somebody who edits and does not program: no setting's name, file or command."""

from __future__ import annotations

import re
from collections.abc import Mapping

from newsletter.words.mistake import NewsletterError

_CODE = re.compile(
    r"(?<![A-Z0-9])[A-Z][A-Z0-9]*+_[A-Z0-9_]|\bnewsletter [a-z-]+ |newsletter\.toml|\bvar/|\bdocs/|`[^`]*+` = | = \"|[a-z_]="
)
_SOMETHING = "This can't be saved as it is."
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def plain_words(error: NewsletterError, names: Mapping[str, str]) -> str:
    """What happened and what to do. `names` are those of the fields, by the setting that a message names in backticks."""
    message = error.message
    for key, name in names.items():
        message = message.replace(f"`{key}`", f"“{name}”")
    return f"{without_code(message) or _SOMETHING} {without_code(error.fix)}".strip()


def without_code(text: str) -> str:
    """The sentences that a person can act on in the studio."""
    kept = [sentence for sentence in _SENTENCE.split(text.strip()) if not _CODE.search(sentence)]
    return " ".join(kept).replace("`", "")
