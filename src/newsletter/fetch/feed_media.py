"""What a feed's entry encloses: a recording, a film, a file; its address, and its kind, length and size in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_PLAYED = {"audio", "video"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """`kind` is a media type; `n_bytes` and `seconds` are 0 where the feed does not say."""

    url: str
    kind: str
    n_bytes: int
    seconds: int

    @property
    def is_played(self) -> bool:
        return self.kind.partition("/")[0] in _PLAYED

    @property
    def said(self) -> str:
        """Such as `audio, 1:02:03, 12.3 MB`."""
        family, _, exact = self.kind.partition("/")
        kind = family if family in {*_PLAYED, "image"} else exact or "file"
        minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        length = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
        # Many write 0 or 1 byte because the format wants a number.
        size = f"{self.n_bytes / 1_000_000:.1f} MB" if self.n_bytes >= 50_000 else ""
        return ", ".join(part for part in (kind, length if self.seconds else "", size) if part)


def main_of(enclosed: Sequence[Media]) -> Media | None:
    """Of several the first that is heard or seen: a picture often stands before the recording."""
    return next((media for media in enclosed if media.is_played), enclosed[0] if enclosed else None)


def of_enclosure(said: Mapping[str, object], duration: str) -> Media:
    """An enclosure of RSS or Atom, or a media:content; `duration` is what itunes:duration says of the entry."""
    return Media(
        url=str(said.get("href") or said.get("url") or ""),
        kind=str(said.get("type") or said.get("medium") or "").strip().lower(),
        n_bytes=_number(said.get("length") or said.get("filesize")),
        seconds=_seconds(duration or str(said.get("duration") or "")),
    )


def of_attachment(said: Mapping[str, object]) -> Media:
    """An attachment of JSON Feed."""
    return Media(
        url=str(said.get("url") or ""),
        kind=str(said.get("mime_type") or "").strip().lower(),
        n_bytes=_number(said.get("size_in_bytes")),
        seconds=_number(said.get("duration_in_seconds")),
    )


def _seconds(duration: str) -> int:
    """`3723`, `62:03` or `1:02:03`."""
    parts = duration.strip().partition(".")[0].split(":")
    if len(parts) > 3:
        return 0
    total = 0
    for part in parts:
        total = total * 60 + _number(part)
    return total


def _number(said: object) -> int:
    match = re.match(r"\s*(\d{1,12})(?:\.\d*)?\s*$", str(said or ""), re.ASCII)
    return int(match[1]) if match else 0
