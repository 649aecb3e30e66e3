"""A place for backups is tried, and kept in `var/secrets.env` only if everything worked."""

from __future__ import annotations

import os
from pathlib import Path

from newsletter.backups.address import AwayAddress
from newsletter.backups.place import try_place
from newsletter.backups.sealed import check_phrase
from newsletter.folder.secrets_file import keep_secrets
from newsletter.words.mistake import Mistake

URL, PHRASE = "NEWSLETTER_BACKUP_URL", "NEWSLETTER_BACKUP_PHRASE"


def outside() -> str:
    """The name of the variable that is set in the environment, where what is kept in the folder would not count."""
    return next((name for name in (URL, PHRASE) if os.environ.get(name, "").strip()), "")


def keep_place(directory: Path, address: AwayAddress, phrase: str) -> AwayAddress:
    """Returns the address as it is kept. Raises NewsletterError with what was refused; then nothing is changed."""
    if phrase != phrase.strip(" \"'") or not phrase.isprintable():
        raise Mistake("The pass phrase begins or ends with a blank or a quote.", fix="Type it without.")
    check_phrase(phrase)
    tried = try_place(address, directory)
    keep_secrets(directory, {URL: tried.url, PHRASE: phrase})
    return tried


def forget_place(directory: Path) -> None:
    """Nothing leaves this machine any more; what lies there already stays."""
    keep_secrets(directory, {URL: "", PHRASE: ""})
