"""Begins a farewell, once nothing is on its way, with the new addresses of what readers have links to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.farewell.farewell_sql import Farewells
from newsletter.ledger.mailings_sql import Mailings
from newsletter.ports.clock import Clock
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.newsletter import Newsletter

_YEAR = timedelta(days=365)
# The pages besides issues that ask where they are now (`web/public/routes.py`).
_PAGES = ("/", "/feed.xml", "/subscribe")
_ENDED = (MailingStatus.FINISHED, MailingStatus.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FarewellDesk:
    """Where a farewell is said; days are those of the newsletter's own calendar."""

    farewells: Farewells
    mailings: Mailings
    newsletter: Newsletter
    clock: Clock

    def in_a_year(self) -> date:
        """For so long links in old mails are followed."""
        return self._today() + _YEAR

    def begin(self, until: date, moves: Mapping[str, str] | None) -> None:
        """Nothing is sent from now on. `moves` are new addresses by path; None leaves those that there are.

        Raises NotNow while a sending is under way or waits, and Mistake for a day that is over or addresses that lead
        in a circle.
        """
        if until <= self._today():
            raise Mistake(f"{until} is not to come.", fix="Name a later day; in a year is usual.")
        going = self.mailings.list_in([status for status in MailingStatus if status not in _ENDED])
        if going:
            raise NotNow(
                f"A sending of issue {going[0].issue} is not over, and its readers would be left half served.",
                fix="Let it end, or cancel it, and then say farewell.",
            )
        self.farewells.begin(until, None if moves is None else self._inside(moves), self.clock.now())

    def _today(self) -> date:
        return self.clock.now().astimezone(ZoneInfo(self.newsletter.zone)).date()

    def _inside(self, moves: Mapping[str, str]) -> dict[str, str]:
        """The paths as they are asked for here: without the path of the public address."""
        public = urlsplit(self.newsletter.public_url)
        root = public.path.rstrip("/")
        found = {old.removeprefix(root) if old.startswith(f"{root}/") else old: new for old, new in moves.items()}
        ours = {f"{root}{old}" for old in found}
        for old, new in found.items():
            if old not in _PAGES and not old.removeprefix("/issues/").isdecimal():
                raise Mistake(
                    f"{old} is no page that can lead elsewhere.",
                    fix=f"Issues can, such as /issues/12, and {', '.join(_PAGES)}. Leave the others out.",
                )
            to = urlsplit(new)
            if to.netloc == public.netloc and to.path.rstrip("/") in ours:
                raise Mistake(
                    f"{old} would lead back here, and in a circle.", fix="Name the address of the other system."
                )
        return found
