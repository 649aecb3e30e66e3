"""`check --mend`: make those changes to posts and issues that are sure to say the same to readers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.wiring import Parts
    from newsletter.words.finding import Finding, Mend

# One mend may bring another to light, such as a tracking parameter behind an open line.
ROUNDS = 5


def mend_files(parts: Parts, found: Sequence[Finding]) -> list[str]:
    """Make every sure mend of these findings, and say what was done. What the files held before is kept in var/history.

    A line that two mends want is left for the next round.
    """
    from newsletter.preflight.mends import mended

    sheets, done, taken = parts.sheets, [], set[tuple[str, int | None]]()
    for one in found:
        mend = one.mend
        if mend is None or not mend.is_sure or one.waived is not None or (mend.place.file, mend.place.line) in taken:
            continue
        taken.add((mend.place.file, mend.place.line))
        try:
            sheet = sheets.read(mend.place.file)
            sheets.change(
                mend.place.file,
                sheet.version,
                partial(mended, mend=mend),
                by="check --mend",
                at=parts.clock.now(),
            )
        except NewsletterError:
            continue
        done.append(f"{mend.place}: {_shown(mend)} [{one.code}]")
    return done


def _shown(mend: Mend) -> str:
    return f"{mend.old.strip()} → {mend.new.strip() or '(nothing)'}" if mend.new is not None else f"without {mend.old}"
