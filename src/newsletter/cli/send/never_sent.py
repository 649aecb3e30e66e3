"""What is said of an issue that the ledger knows nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.words.mistake import Missing, Mistake, NewsletterError

if TYPE_CHECKING:
    from newsletter.wiring import Parts


def never_sent(parts: Parts, number: int) -> NewsletterError:
    old = next((one for one in parts.issues.list_moved_in() if one.number == number), None)
    if old:
        return Mistake(
            f"Issue {number} was not sent from here: it was published with {old.moved_from}, and who got it is not known."
        )
    try:
        parts.issues.get_issue(number)
    except Missing as missing:
        return missing
    except NewsletterError:  # it is there: what is wrong in it is not what was asked
        pass
    return Mistake(f"Issue {number} was never sent.", fix=f"Send it with: newsletter send {number} --list NAME")
