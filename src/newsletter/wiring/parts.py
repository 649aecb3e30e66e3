"""Builds the parts of a running newsletter."""

from __future__ import annotations

import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.config import read_config
from newsletter.jobs.driver import Outlook, outlook
from newsletter.providers.registry import KINDS
from newsletter.wiring.books import Books
from newsletter.wiring.clock import Timing
from newsletter.words.lack import refusal
from newsletter.words.mistake import Mistake, NewsletterError

if TYPE_CHECKING:
    from newsletter.consent.letters.post_office import PostOffice
    from newsletter.farewell.desk import FarewellDesk
    from newsletter.feedback.feedback import Feedback, Listening
    from newsletter.fetch.http import HttpFetcher
    from newsletter.ledger.drain import Drain
    from newsletter.ledger.pack import TokenKey
    from newsletter.ledger.send import Sender
    from newsletter.ledger.settle import Looker
    from newsletter.ledger.trials.send_test import Tester
    from newsletter.ports.clock import Clock
    from newsletter.ports.provider import Evidence, Provider
    from newsletter.providers.kind import ProviderSetup
    from newsletter.report.mail_owner import MailOwners
    from newsletter.words.mistake import NotNow


@dataclass(frozen=True)
class Parts(Books):
    """The parts of the newsletter in one folder, each built when it is first asked for."""

    @property
    def clock(self) -> Clock:
        return self.timing.clock

    @property
    def post_office(self) -> PostOffice:
        """Posts the mails that answer readers' requests; call `post_waiting` whenever there may be some."""
        from newsletter.consent.letters.post_office import PostOffice
        from newsletter.wiring.letter_theme import letter_look

        titles = {page.name: page.title for page in self.readers.list_pages()}
        return PostOffice(
            queue=self.consent.queue,
            provider=self._letter_carrier,
            newsletter=self.config.newsletter,
            clock=self.clock,
            key_id=self.key.id,
            key=self.key.secret,
            new_token=lambda: secrets.token_hex(16),
            translations=self.translations,
            title=lambda name: titles.get(name, name),
            look=letter_look(self),
        )

    @cached_property
    def carrier(self) -> Provider | NewsletterError:
        """The provider that carries the mail, also while nothing may be sent yet; or why there is none."""
        kind = self.config.kind
        keys = {setting.key for setting in kind.settings}
        if why := refusal([lack for lack in self.config.lacks if lack.setting in keys]):
            return why
        try:
            return kind.build(self.provider_setup)
        except NewsletterError as error:
            return error

    @property
    def provider_setup(self) -> ProviderSetup:
        return replace(self.config.provider_setup(self.clock), call=self.timing.call)

    @cached_property
    def refusal(self) -> NewsletterError | None:
        """Why nothing can be sent, with what to do; None where everything that real mail needs is set."""
        built = self.carrier
        not_built = built if isinstance(built, NewsletterError) else None
        return refusal(self.config.lacks) or not_built

    @cached_property
    def machine_token(self) -> str:
        """Opens the studio to the person at this machine: a new one with every start, written nowhere."""
        return secrets.token_hex(16)

    @property
    def farewell_desk(self) -> FarewellDesk:
        from newsletter.farewell.desk import FarewellDesk

        return FarewellDesk(
            farewells=self.farewells,
            mailings=self.ledger.mailings,
            newsletter=self.config.newsletter,
            clock=self.clock,
        )

    def find_hold(self) -> NotNow | None:
        """Why nothing is sent for now, whatever is set: it has said farewell, or this is a copy. Asked again each time."""
        return self.farewells.find_hold() or self.live.find_hold()

    def check_may_send(self) -> None:
        """Called before anything is promised that would be sent. Raises what is missing."""
        self.farewells.check()
        if self.refusal:
            raise self.refusal

    def outlook(self, *, of_slot: bool = False) -> Outlook:
        """Whether what waits for its time will be sent, as things stand: what holds it, or by what it goes."""
        if held := self.farewells.find_hold():
            return Outlook(is_driven=False, words=held.message, on_screen=held.message)
        if held := self.live.find_hold():
            words = f"Nothing is sent from here. {held.message}"
            return Outlook(is_driven=False, words=words, on_screen="Nothing is sent from this copy.")
        if self.refusal:
            words = f"Nothing can be sent yet. {self.refusal.message}"
            return Outlook(is_driven=False, words=words, on_screen=words)
        return outlook(self.drivers.list_drivers(), of_slot=of_slot)

    @cached_property
    def provider(self) -> Provider:
        """The provider that carries the mail; where something is missing, one that takes nothing."""
        built, why = self.carrier, self.refusal
        if why is None:
            assert not isinstance(built, NewsletterError)
            return built
        return self._closed(why)

    @property
    def _letter_carrier(self) -> Provider:
        """For the mails that answer readers: during a farewell they wait as all mail does."""
        held = self.farewells.find_hold()
        return self._closed(held) if held else self.provider

    def _closed(self, why: NewsletterError) -> Provider:
        from newsletter.providers.refuser import ClosedProvider

        built, kind = self.carrier, self.config.kind
        limits = kind.limits() if isinstance(built, NewsletterError) else built.limits
        return ClosedProvider(kind.name, why, limits=limits, whole_or_nothing=kind.whole_or_nothing)

    @cached_property
    def keys(self) -> dict[int, bytes]:
        """Every key whose links are still good, the one that signs new ones first."""
        from newsletter.words.token import read_keys

        return read_keys(self.config.secret_key)

    @cached_property
    def key(self) -> TokenKey:
        from newsletter.ledger.pack import TokenKey

        number, secret = next(iter(self.keys.items()))
        return TokenKey(id=number, secret=secret)

    @cached_property
    def mail_owners(self) -> MailOwners:
        """Whose mail is this?"""
        from newsletter.report.mail_owner import MailOwners

        return MailOwners(readers=self.readers, roster=self.roster, copies=self.copies, keys=self.keys)

    @cached_property
    def evidence(self) -> Evidence | None:
        """What can be asked about a try afterwards, where the provider has that."""
        if isinstance(self.carrier, NewsletterError):
            return None
        return self.config.kind.evidence(self.provider_setup, self.ledger.doubts.find_try)

    @cached_property
    def feedback(self) -> Feedback:
        from newsletter.feedback.feedback import Feedback

        return Feedback(
            log=self.events,
            alarms=self.alarms,
            clock=self.clock,
            telling=self.telling,
            newsletter=self.config.newsletter,
            owners=lambda: self.owners,
            tracking=self.config.tracking,
        )

    @property
    def owners(self) -> tuple[str, ...]:
        """The addresses that hear of any slot, else the one that answers readers."""
        named = dict.fromkeys(
            address for timetable in self.schedule.timetables.list_all() for address in timetable.ways.tell
        )
        return tuple(named) or (self.config.newsletter.reply_to or self.config.newsletter.sender,)

    @cached_property
    def _listening(self) -> Listening:
        from newsletter.feedback.feedback import Listening

        kind = self.config.kind
        is_for_good = kind.for_good()
        follow = partial(self.feedback.follow_refusals, kind.name, is_for_good) if is_for_good else None
        return Listening(self.feedback, kind.events(self.provider_setup), follow)

    def listen(self) -> None:
        """One beat for what providers report: ask for what was missed, stop what does harm, tell the owner."""
        if not self.config.is_practice:
            self._listening.beat()

    def _glance(self) -> None:
        """The same in the middle of sending, so that what does harm stops before it is over."""
        if not self.config.is_practice:
            # `doctor` reports a webhook key that can't be used; it stops nobody from sending.
            with suppress(Mistake):
                self._listening.glance()

    @property
    def telling(self) -> tuple[str, ...]:
        """The providers that report what became of a mail, so that silence means something."""
        return tuple(kind.name for kind in KINDS.values() if kind.tells)

    @cached_property
    def looker(self) -> Looker:
        from newsletter.ledger.settle import Looker

        return Looker(
            doubts=self.ledger.doubts,
            evidence=self.evidence,
            whole_or_nothing=self.provider.whole_or_nothing,
            provider=self.provider.name,
        )

    @cached_property
    def sender(self) -> Sender:
        from newsletter.ledger.on_disk.journal import Journals
        from newsletter.ledger.on_disk.spool import Spool
        from newsletter.ledger.send import Patience, Sender

        return Sender(
            name=secrets.token_hex(12),
            newsletter=self.config.newsletter,
            key=self.key,
            ledger=self.ledger,
            provider=self.provider,
            spool=Spool(self.directory / "var" / "spool"),
            journals=Journals(self.directory / "var" / "spool", self.clock.monotonic),
            live=self.live,
            clock=self.clock,
            new_token=lambda: secrets.token_hex(16),
            patience=self.timing.patience or Patience(),
            pace=self.config.pace,
        )

    @cached_property
    def tester(self) -> Tester:
        from newsletter.ledger.trials.send_test import Tester

        return Tester(
            provider=self.provider,
            newsletter=self.config.newsletter,
            trials=self.ledger.trials,
            clock=self.clock,
            new_token=lambda: secrets.token_hex(16),
        )

    @cached_property
    def fetcher(self) -> HttpFetcher:
        from newsletter.fetch.http import HttpFetcher

        return HttpFetcher()

    @property
    def parcel_size(self) -> int:
        most = self.provider.limits.readers
        return self.config.pace.parcel_size(min(self.config.parcel_size or most, most))

    def drain(self, stop: threading.Event) -> Drain:
        from newsletter.ledger.drain import Drain

        return Drain(
            sender=self.sender,
            looker=self.looker,
            lock=self.lock,
            stop=stop,
            refusal=self.refusal,
            glance=self._glance,
            check_goes_on=self.farewells.check,
        )

    def sweep(self) -> None:
        """Called before a decision about readers in doubt: write down what is known, and sweep.

        Sweeps all tries of dead senders where the lock proves that nobody is sending; else those past their deadline.
        """
        sender = self.sender
        with self.lock.try_hold() as held:
            sender.spool.replay(self.ledger.attempts.record_by_token)
            sender.journals.replay(self.ledger.attempts.record_by_token)
            alone = sender.name if held and self.lock.is_exclusive else None
            self.ledger.attempts.sweep(alive=alone)

    def after_sending(self) -> None:
        """What is left to do when nothing more is due."""
        self.config.kind.after_sending(self.provider_setup)


def open_newsletter(directory: Path, timing: Timing | None = None) -> Parts:
    """The newsletter in a folder, by the machine's own clock where no other is given.

    Raises Mistake where `newsletter.toml` or a setting is wrong.
    """
    return Parts(directory=directory, config=read_config(directory), timing=timing or Timing())
