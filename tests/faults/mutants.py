"""Ways to send that are wrong. The judge must find each of them out, or it is worth nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Engine, text

from newsletter.ports.ledger import Claim, MailingRow
from newsletter.ports.provider import Provider
from newsletter.sending.drain import Drain
from newsletter.sending.pack import pack
from newsletter.sending.send import Sender
from newsletter.store.engine import writing
from newsletter.store.ledger import SqlLedger
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.outcome import Accepted, Deferred, Outcome, Uncertain


class CursorAtFetch(Sender):
    """Moves on when a batch is fetched: a kill in the call loses everyone in it, and the books say that they have it."""

    def _hand_over(self, claim: Claim, mailing: MailingRow, edition: Edition, *, fresh_until: float) -> None:
        self.ledger.record_by_token(claim.token, [(None, Accepted())])
        list(self.provider.hand_over(_packed(self, claim, mailing, edition)))


class SendThenMark(Sender):
    """Nothing durable says that a call is under way; who was reached is marked afterwards."""

    def _hand_over(self, claim: Claim, mailing: MailingRow, edition: Edition, *, fresh_until: float) -> None:
        self.ledger.record_by_token(claim.token, [(None, Deferred("not yet"))])
        for _, outcome in self.provider.hand_over(_packed(self, claim, mailing, edition)):
            if isinstance(outcome, Accepted):
                self.ledger.record_by_token(claim.token, [(None, outcome)])


class BlindRetry:
    """Takes every time-out and reset for a no, and calls again."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.name, self.limits, self.whole_or_nothing = provider.name, provider.limits, provider.whole_or_nothing
        self.explain = provider.explain

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        for deliveries, outcome in self._provider.hand_over(consignment):
            yield deliveries, Deferred(outcome.reason) if isinstance(outcome, Uncertain) else outcome


class UniquePerMailing(SqlLedger):
    """Plans everyone on the list, whatever they were sent by another mailing of the same issue."""

    def plan_slice(self, mailing_id: int, *, n_readers: int) -> bool:
        with writing(self._engine) as connection:
            connection.execute(text("DROP INDEX IF EXISTS delivery_once"))
            status = connection.scalar(text("SELECT status FROM mailing WHERE id = :id"), {"id": mailing_id})
            if status == "planning":
                for statement in _EVERYONE:
                    connection.execute(text(statement), {"id": mailing_id})
        return False


class NeverACopy:
    """Takes whatever database it finds for the live one, a restored backup as well."""

    def check(self) -> None: ...

    def note(self, attempt_id: int) -> None: ...

    def declare(self) -> None: ...


_EVERYONE = (
    "INSERT INTO parcel (mailing_id, number, status, n_readers) VALUES (:id, 1, 'ready', 1)",
    """INSERT INTO delivery (issue, subscriber_id, parcel_id, handover)
       SELECT m.issue, s.subscriber_id, p.id, 'pending' FROM mailing m JOIN parcel p ON p.mailing_id = m.id
       JOIN subscription s ON s.list_id = m.list_id AND s.status = 'active' WHERE m.id = :id""",
    """UPDATE mailing SET status = 'sending', planned = (SELECT count(*) FROM delivery d JOIN parcel p
       ON p.id = d.parcel_id WHERE p.mailing_id = :id) WHERE id = :id""",
)


def _packed(sender: Sender, claim: Claim, mailing: MailingRow, edition: Edition) -> Consignment:
    deadline_at = sender.clock.now() + sender.provider.limits.deadline
    return pack(claim, mailing, edition, sender.newsletter, sender.key, deadline_at=deadline_at)


def _with_sender(kind: type[Sender]) -> Callable[[Drain, Engine], Drain]:
    names = Sender.__dataclass_fields__
    return lambda drain, _: replace(drain, sender=kind(**{name: getattr(drain.sender, name) for name in names}))


def _blind(drain: Drain, _: Engine) -> Drain:
    return replace(drain, sender=replace(drain.sender, provider=BlindRetry(drain.sender.provider)))


def _per_mailing(drain: Drain, engine: Engine) -> Drain:
    return replace(drain, planning=UniquePerMailing(engine))


def _anywhere(drain: Drain, _: Engine) -> Drain:
    return replace(drain, sender=replace(drain.sender, live=NeverACopy()))


MUTANTS: dict[str, Callable[[Drain, Engine], Drain]] = {
    "cursor at fetch": _with_sender(CursorAtFetch),
    "send, then mark": _with_sender(SendThenMark),
    "blind retry": _blind,
    "unique per mailing": _per_mailing,
    "never a copy": _anywhere,
}
