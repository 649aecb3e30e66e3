"""The place outside of this machine: opened by its address, and tried before anybody relies on it."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from newsletter.backups.address import S3, AwayAddress
from newsletter.backups.s3 import S3Place
from newsletter.backups.sftp import SftpPlace
from newsletter.words.mistake import Unreachable

AwayPlace = S3Place | SftpPlace
_PATIENCE, _PATIENCE_OF_A_TRY = 60.0, 15.0


def open_place(address: AwayAddress, directory: Path, *, patience: float = _PATIENCE) -> AwayPlace:
    """Asks nobody yet. `directory` is the newsletter's. Raises Mistake where the library for it is not installed."""
    if address.kind == S3:
        return S3Place(address, patience=patience)
    return SftpPlace(address, directory, patience=patience)


def try_place(address: AwayAddress, directory: Path) -> AwayAddress:
    """Write, read, list and delete a small file there. Returns the address to keep, with the key that the server showed.

    Raises NewsletterError with what was refused and what to do.
    """
    place = open_place(address, directory, patience=_PATIENCE_OF_A_TRY)
    name, words = f"newsletter-try-{secrets.token_hex(6)}.txt", secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="newsletter-try-") as room:
        sent, back = Path(room) / "sent", Path(room) / "back"
        sent.write_text(words, encoding="ascii")
        place.put(sent, name)
        place.fetch(name, back)
        if back.read_text(encoding="ascii", errors="replace") != words:
            raise Unreachable("What was written there came back as something else.", fix="Choose another place.")
    is_listed = any(one.name == name for one in place.list_files())
    place.delete([name])
    if not is_listed:
        raise Unreachable("What was written there is not in the list of what lies there.", fix="Choose another place.")
    return place.address if isinstance(place, SftpPlace) else address
