"""Consent, handed out by subject: who comes onto lists and leaves them, what they asked for, and who is asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from newsletter.consent.ask_again_sql import AskingAgain
from newsletter.consent.budgets_sql import Budgets
from newsletter.consent.departures_sql import Departures
from newsletter.consent.erase_sql import Forget
from newsletter.consent.expiry_sql import Expiry
from newsletter.consent.letters.queue_sql import Queue
from newsletter.consent.membership_sql import Membership
from newsletter.consent.profiles_sql import Profiles
from newsletter.consent.requests_sql import Requests
from newsletter.consent.unanswered_sql import UnansweredMails
from newsletter.words.erasure import EraseKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The parts of consent; each stands for itself, over the same tables."""

    membership: Membership
    requests: Requests
    departures: Departures
    queue: Queue
    unanswered: UnansweredMails
    expiry: Expiry
    budgets: Budgets
    profiles: Profiles
    asking_again: AskingAgain


def open_consent(
    engine: Engine,
    erase_key: EraseKey,
    forgets: Sequence[Forget] = (),
    *,
    keep_visitor_days: int | None = None,
) -> Consent:
    """`forgets` delete what each room keeps about a person.

    `keep_visitor_days`: how long IP and program stay with a request; 0 is never, None is as long as the request.
    """
    return Consent(
        membership=Membership(engine, erase_key),
        requests=Requests(engine, erase_key, keeps_visitors=keep_visitor_days != 0),
        departures=Departures(engine),
        queue=Queue(engine, erase_key),
        unanswered=UnansweredMails(engine, erase_key),
        expiry=Expiry(engine, erase_key, keep_visitor_days=keep_visitor_days),
        budgets=Budgets(engine),
        profiles=Profiles(engine, erase_key, forgets),
        asking_again=AskingAgain(engine),
    )
