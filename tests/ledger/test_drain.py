"""A whole sending in one process, on both databases: who leaves, who is slow, and what breaks on the way."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import OperationalError

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import connect, writing
from newsletter.ledger.attempts_sql import Attempts
from newsletter.ledger.claim import Parcels
from newsletter.ledger.drain import Drain
from newsletter.ledger.ledger import open_ledger
from newsletter.ledger.rows import Claim
from newsletter.ledger.tables import parcel, provider_state
from newsletter.providers.outbox.provider import Outbox
from newsletter.providers.sendgrid.provider import SendGrid
from newsletter.wiring import SystemClock
from newsletter.words.consignment import Consignment
from newsletter.words.ledger import MailingStatus
from newsletter.words.outcome import Deferred, Outcome
from newsletter.words.subscriber import SuppressionReason
from tests.fakes.running import sendgrid_server
from tests.ledger.parts import Carrier, a_drain, send, states
from tests.world import add_readers, an_edition


def test_everybody_gets_one_file_in_the_outbox(engine: Engine, tmp_path: Path) -> None:
    """The outbox holds a mail for every reader, and the mailing is finished."""
    add_readers(engine, "weekly", range(12))
    outbox = Outbox(tmp_path / "outbox", clock=SystemClock(), parcel_size=5)

    done = send(a_drain(engine, tmp_path, outbox))

    assert done.status == MailingStatus.FINISHED
    assert states(engine) == {"accepted": 12}
    assert len(list((tmp_path / "outbox" / "1").glob("*.eml"))) == 12


def test_what_the_outbox_knows_is_asked_after_a_crash(engine: Engine, tmp_path: Path) -> None:
    """A try that nobody saw the end of and that left nothing behind is queued again and sent, without anybody's help."""
    add_readers(engine, "weekly", range(12))
    outbox = Outbox(tmp_path / "outbox", clock=SystemClock(), parcel_size=5)
    drain = a_drain(engine, tmp_path, outbox)
    ledger = open_ledger(engine)
    first = send(a_drain(engine, tmp_path, Carrier(lambda _: Deferred("stop here", pauses=True))))
    ledger.control.resume(1)
    dead = ledger.parcels.claim(
        first.id,
        edition=first.edition_digest,
        token="dead",
        sender="the dead",
        provider="outbox",
        deadline_seconds=-1,
        with_fields=False,
    )
    assert dead is not None
    # Whoever swept died before it could look.
    assert ledger.attempts.sweep() == 1

    assert drain.once() == 1

    assert states(engine) == {"accepted": 12}


def test_the_stand_in_takes_everybody_once(engine: Engine, tmp_path: Path) -> None:
    """SendGrid's client, real sockets, four calls at once; each answer that is lost leaves its readers in doubt."""
    add_readers(engine, "weekly", range(60))
    with sendgrid_server(tmp_path / "sendgrid") as server:
        server.plan("accept", "accept-close", "413", "accept-reset", "400")
        sendgrid = SendGrid("SG.made-up", clock=SystemClock(), url=server.url)
        send(a_drain(engine, tmp_path, sendgrid), size=10)
        took = Counter(line["email"] for line in server.accepted())

    assert states(engine) == {"accepted": 40, "uncertain": 20}
    assert set(took.values()) == {1}
    assert len(took) == 60


def test_two_senders_share_the_work_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """Both hand over batches of one mailing at the same time, and nobody is in two of them."""
    engines = [connect(postgres_url), connect(postgres_url)]
    add_readers(engines[0], "weekly", range(200))
    carriers = [Carrier(lambda _: time.sleep(0.02), calls=3) for _ in engines]
    drains = [a_drain(engine, tmp_path, carrier) for engine, carrier in zip(engines, carriers, strict=True)]
    threads = [threading.Thread(target=send, args=(drain,)) for drain in drains]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    addresses = [one for carrier in carriers for call in carrier.handed for one in call]
    assert len(addresses) == len(set(addresses)) == 200
    assert all(carrier.handed for carrier in carriers), "one of them did everything"
    assert states(engines[0]) == {"accepted": 200}
    for engine in engines:
        engine.dispose()


def test_a_second_sender_follows_the_first_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """It hands over nothing, sees the progress of the other, and ends when the mailing does."""
    engine = connect(sqlite_url)
    add_readers(engine, "weekly", range(40))
    working, waiting = Carrier(lambda _: time.sleep(0.2)), Carrier()
    holder = threading.Thread(target=send, args=(a_drain(engine, tmp_path, working),))
    holder.start()
    while not working.handed:
        time.sleep(0.01)
    seen: list[str] = []
    follower = a_drain(engine, tmp_path, waiting)
    mailing = follower.ledger.mailings.find_unfinished(1, "weekly")
    assert mailing is not None
    done = follower.until_done(mailing, lambda settled, planned, why: seen.append(why))
    holder.join()

    assert not waiting.handed
    assert done.status == MailingStatus.FINISHED
    assert any("another process is sending" in why for why in seen)
    assert states(engine) == {"accepted": 40}
    engine.dispose()


def test_who_leaves_in_between_is_not_in_a_later_call(engine: Engine, tmp_path: Path) -> None:
    """During the first call two people leave and one is suppressed: they are skipped, each with the reason."""
    add_readers(engine, "weekly", range(20))
    membership = Membership(engine)

    def leave(consignment: Consignment) -> None:
        if "reader0@example.com" in consignment.addresses:
            membership.leave("reader7@example.com", list_name=None)
            membership.leave("reader18@example.com", list_name="weekly")
            membership.suppress("reader12@example.com", SuppressionReason.COMPLAINT)
            membership.leave("reader1@example.com", list_name=None)  # in this very call: too late

    carrier = Carrier(leave)
    send(a_drain(engine, tmp_path, carrier))

    handed = {one for call in carrier.handed for one in call}
    assert handed.isdisjoint({f"reader{n}@example.com" for n in (7, 12, 18)})
    assert states(engine) == {"accepted": 17, "skipped": 3}


@pytest.mark.parametrize("verb", ["pause", "cancel"])
def test_a_pause_or_cancel_during_a_call_lets_no_other_begin(engine: Engine, tmp_path: Path, verb: str) -> None:
    """The call under way is written down; nothing more goes out. Paused and resumed, the rest goes."""
    add_readers(engine, "weekly", range(20))
    ledger = open_ledger(engine)

    def act(_: Consignment) -> None:
        if len(carrier.handed) == 2:
            ledger.control.pause(1, "by hand") if verb == "pause" else ledger.control.cancel(1)

    carrier = Carrier(act)
    done = send(a_drain(engine, tmp_path, carrier))

    assert len(carrier.handed) == 2
    if verb == "cancel":
        assert states(engine) == {"accepted": 10, "skipped": 10}
        return
    assert done.status == MailingStatus.PAUSED
    assert states(engine) == {"accepted": 10, "pending": 10}
    ledger.control.resume(1)
    send(a_drain(engine, tmp_path, carrier))
    assert states(engine) == {"accepted": 20}


def test_a_provider_that_breaks_leaves_its_readers_in_doubt(engine: Engine, tmp_path: Path) -> None:
    """Its bug stops neither the other batches nor the process."""
    add_readers(engine, "weekly", range(20))

    def break_once(_: Consignment) -> Outcome | None:
        if len(carrier.handed) == 2:
            raise RuntimeError("a bug")
        return None

    carrier = Carrier(break_once)
    send(a_drain(engine, tmp_path, carrier))

    assert states(engine) == {"accepted": 15, "uncertain": 5}


def test_what_can_not_be_packed_is_not_sent_and_pauses(engine: Engine, tmp_path: Path) -> None:
    """An error of our own before the call: nobody is in doubt, and after five tries a person is asked."""
    add_readers(engine, "weekly", range(5))
    carrier = Carrier()
    drain = a_drain(engine, tmp_path, carrier, newsletter=None)
    for _ in range(5):
        with writing(engine) as connection:
            connection.execute(delete(provider_state))
        stands = _one_round(drain)

    assert not carrier.handed
    assert states(engine) == {"pending": 5}
    assert stands == MailingStatus.PAUSED


def _one_round(drain: Drain) -> MailingStatus:
    """One tick; the mailing's status after it."""
    if drain.ledger.mailings.find_unfinished(1, "weekly") is None:
        drain.ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=5, start_at=None)
    drain.once()
    mailing = drain.ledger.mailings.find_unfinished(1, "weekly")
    assert mailing is not None
    return mailing.status


def test_a_batch_larger_than_the_provider_takes_is_halved(engine: Engine, tmp_path: Path) -> None:
    """Planned for one provider, sent through another."""
    add_readers(engine, "weekly", range(16))
    carrier = Carrier(readers=4)

    send(a_drain(engine, tmp_path, carrier), size=16)

    assert [4, 4, 4, 4] == [len(call) for call in carrier.handed]
    assert states(engine) == {"accepted": 16}


class Away(Attempts):
    """A database that goes away when an outcome is to be written."""

    is_away = True

    def record_by_token(self, *arguments: object, **more: object) -> bool:
        if self.is_away:
            raise OperationalError("UPDATE", {}, Exception("server closed the connection"))
        return super().record_by_token(*arguments, **more)  # type: ignore[arg-type]


def test_an_outcome_waits_on_disk_while_the_database_is_away(engine: Engine, tmp_path: Path) -> None:
    """It is replayed before anything is called unknown: everybody accepted, nobody in doubt."""
    add_readers(engine, "weekly", range(5))
    carrier, away = Carrier(), Away(engine)
    ledger = replace(open_ledger(engine), attempts=away)
    drain = a_drain(engine, tmp_path, carrier, ledger=ledger)
    drain.ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=5, start_at=None)
    mailing = drain.ledger.mailings.list_in([MailingStatus.PLANNING])[0]
    while ledger.planning.plan_slice(mailing.id, n_readers=100):
        pass
    drain.sender.live.check()
    drain.sender.send_parcel(ledger.mailings.get(mailing.id), an_edition())
    assert states(engine) == {"sending": 5}
    assert len(list((tmp_path / "spool").iterdir())) == 1

    away.is_away = False
    send(a_drain(engine, tmp_path, carrier))

    assert states(engine) == {"accepted": 5}
    assert not list((tmp_path / "spool").iterdir())
    assert len(carrier.handed) == 1


def test_a_full_disk_beside_a_database_that_is_away_leaves_doubt(engine: Engine, tmp_path: Path) -> None:
    """Nothing can be kept: the sender does not break, and the readers are in doubt when the lease is over."""
    add_readers(engine, "weekly", range(5))
    (tmp_path / "spool").write_text("in the way of the folder")
    ledger = replace(open_ledger(engine), attempts=Away(engine))
    drain = a_drain(engine, tmp_path, Carrier(), ledger=ledger)
    mailing = ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=5, start_at=None)
    while ledger.planning.plan_slice(mailing.id, n_readers=100):
        pass
    drain.sender.live.check()
    drain.sender.send_parcel(ledger.mailings.get(mailing.id), an_edition())

    assert ledger.attempts.sweep(alive="another") == 1
    assert states(engine) == {"uncertain": 5}


class Unconfirmed(Parcels):
    """A database that commits the claim, and then loses the connection before it could say so."""

    failures = 1

    def claim(self, *arguments: object, **more: object) -> Claim | None:
        claim = super().claim(*arguments, **more)  # type: ignore[arg-type]
        if claim and self.failures:
            self.failures -= 1
            raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))
        return claim


def test_a_claim_whose_commit_was_not_confirmed_makes_no_call(engine: Engine, tmp_path: Path) -> None:
    """The try is found by its token and given back; the batch goes out once, with another."""
    add_readers(engine, "weekly", range(5))
    carrier = Carrier()

    send(a_drain(engine, tmp_path, carrier, ledger=replace(open_ledger(engine), parcels=Unconfirmed(engine))))

    assert len(carrier.handed) == 1
    assert states(engine) == {"accepted": 5}


def test_a_claim_that_was_never_committed_costs_nothing(engine: Engine, tmp_path: Path) -> None:
    """The try is not in the ledger: there is nothing to give back, and it is done again."""
    add_readers(engine, "weekly", range(5))

    class Refusing(Unconfirmed):
        def claim(self, *arguments: object, **more: object) -> Claim | None:
            if self.failures:
                self.failures -= 1
                raise OperationalError("BEGIN", {}, Exception("database is locked"))
            return Parcels.claim(self, *arguments, **more)  # type: ignore[arg-type]

    carrier = Carrier()
    send(a_drain(engine, tmp_path, carrier, ledger=replace(open_ledger(engine), parcels=Refusing(engine))))

    assert len(carrier.handed) == 1
    assert states(engine) == {"accepted": 5}


def test_an_old_claim_is_not_called_on(engine: Engine, tmp_path: Path) -> None:
    """The machine slept between the claim and the call: the batch is given back, and nobody is in doubt.

    However often: it says nothing of the provider, so nothing is paused.
    """
    add_readers(engine, "weekly", range(5))

    class Sleepy(SystemClock):
        asked = 0

        def monotonic(self) -> float:
            Sleepy.asked += 1
            return super().monotonic() - (60 if Sleepy.asked == 1 else 0)

    carrier = Carrier()
    drain = a_drain(engine, tmp_path, carrier, clock=Sleepy())
    mailing = drain.ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=5, start_at=None)
    while drain.ledger.planning.plan_slice(mailing.id, n_readers=100):
        pass
    drain.sender.live.check()
    for _ in range(7):
        Sleepy.asked = 0
        with writing(engine) as connection:
            connection.execute(update(parcel).values(not_before=None))
        assert drain.sender.send_parcel(drain.ledger.mailings.get(mailing.id), an_edition())

    assert not carrier.handed
    assert states(engine) == {"pending": 5}
    assert drain.ledger.mailings.get(mailing.id).status is MailingStatus.SENDING
