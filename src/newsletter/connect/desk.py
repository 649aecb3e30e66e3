"""The steps by which a provider is connected, looked at, done and taken back; what they keep is kept here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from newsletter.config import read_config
from newsletter.connect.records import SeenRecord, see_record
from newsletter.connect.test_mail import hand_over_test
from newsletter.consent.letters.look import LetterLook
from newsletter.consent.trial_address import whom_to_test
from newsletter.feedback.feedback import Feedback
from newsletter.folder.secrets_file import keep_secrets
from newsletter.ports.events import Unheard
from newsletter.ports.resolver import Resolver
from newsletter.providers.kind import ProviderKind, ProviderSetup, ProviderTried
from newsletter.providers.registry import PRACTICE
from newsletter.providers.steps import MailNeed, SetupStep, StepDone, StepLook, StepRound, StepState, one_line
from newsletter.readers.readers_sql import Readers
from newsletter.words.lack import refusal
from newsletter.words.mistake import Missing, Mistake, NewsletterError, NotNow, Unreachable

PROVIDER = "NEWSLETTER_PROVIDER"
# Long before the first newsletter that anybody brings along.
_FROM_THE_BEGINNING = datetime(2009, 1, 1, tzinfo=UTC)
_SECRET_KEY = "NEWSLETTER_SECRET_KEY"  # noqa: S105 - the name of a variable
_SET_IT = "Set what is missing in the settings, and do this again."


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeen:
    """Where one step stands, with its records as DNS has them."""

    step: SetupStep
    look: StepLook
    records: tuple[SeenRecord, ...] = ()

    @property
    def waits_for_dns(self) -> bool:
        return any(one.is_live is not True for one in self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectDesk:
    """`setup` is read again for each step, so that it has what the step before has kept. `environ` wins over what is kept.

    `heard_at` says when the provider told us something that it had signed, None for never. `check_goes_on` raises
    NotNow where no mail goes any more.
    """

    kind: ProviderKind
    environ: Mapping[str, str]
    setup: Callable[[], ProviderSetup]
    need: Callable[[], MailNeed]
    resolver: Callable[[], Resolver]
    readers: Callable[[], Readers]
    feedback: Callable[[], Feedback]
    look: Callable[[], LetterLook]
    heard_at: Callable[[], float | None]
    check_goes_on: Callable[[], None] = lambda: None
    seconds_to_hear: float = 20.0

    @property
    def steps(self) -> tuple[SetupStep, ...]:
        """The provider's own, and those that are the same for all."""
        bring = (self._suppressions,) if self.kind.keeps_lists else ()
        return (*self.kind.steps(), *bring, self._test, self._use)

    def step(self, name: str) -> SetupStep:
        """Raises Missing."""
        found = next((one for one in self.steps if one.name == name), None)
        if found is None:
            raise Missing(f"There is no step “{name}”.", fix=f"They are: {', '.join(one.name for one in self.steps)}.")
        return found

    def connect(self, given: Mapping[str, str]) -> ProviderTried:
        """Try what was answered, and keep it if we are let in. Real mail goes out only after the last step."""
        setup = self.setup()
        settings = self.kind.answers(given, setup.settings)
        return self.keep_tried(settings, self.kind.try_key)

    def keep_tried(
        self, settings: Mapping[str, str], try_it: Callable[[ProviderSetup], ProviderTried]
    ) -> ProviderTried:
        """Raises NewsletterError where it can't be right or does not work; then nothing is kept."""
        tried = try_it(self._checked(settings))
        self._keep(settings)
        return tried

    def see(self, name: str) -> StepSeen:
        """Look at one step, changing nothing. Never raises for what a provider or a network does."""
        step = self.step(name)
        try:
            look = step.look(self._round())
        except Unreachable as error:
            look = StepLook(state=StepState.UNKNOWN, words=error.message, fix=error.fix)
        except NewsletterError as error:
            look = StepLook(state=StepState.WRONG, words=error.message, fix=error.fix)
        resolver = self.resolver() if look.records else None
        records = tuple(see_record(one, resolver) for one in look.records) if resolver else ()
        return StepSeen(step=step, look=look, records=records)

    def do(self, name: str, answer: str = "") -> StepDone:
        """Raises NewsletterError with what to do; then nothing was kept."""
        step = self.step(name)
        if step.do is None:
            raise Mistake("This step only looks: there is nothing to do in it.", fix="Look at it instead.")
        return self._kept(step.do(self._round(answer)))

    def undo(self, name: str) -> StepDone:
        step = self.step(name)
        if step.undo is None:
            raise Mistake("This step can't be taken back by the program.", fix=step.undo_before)
        return self._kept(step.undo(self._round()))

    def _round(self, answer: str = "") -> StepRound:
        return StepRound(setup=self.setup(), count_need=self.need, answer=answer.strip(), await_event=self._await_event)

    def _kept(self, done: StepDone) -> StepDone:
        if done.keeps:
            self._checked(done.keeps)
            self._keep(done.keeps)
        return done

    def _checked(self, settings: Mapping[str, str]) -> ProviderSetup:
        """What the program would read at its next start. Raises Mistake where it could not start with it."""
        setup = self.setup()
        kept = {key: one_line(value) for key, value in self._variables(settings).items()}
        read_config(setup.directory, {**self.environ, **kept, PROVIDER: PRACTICE.name})
        mixed = {**setup.settings, **settings}
        found = replace(setup, settings={key: value for key, value in mixed.items() if value})
        self.kind.events(found)
        return found

    def _keep(self, settings: Mapping[str, str]) -> None:
        keep_secrets(self.setup().directory, self._variables(settings))

    def _variables(self, settings: Mapping[str, str]) -> dict[str, str]:
        return {one.variable: settings[one.key] for one in self.kind.settings if one.key in settings}

    def _await_event(self, ask: Callable[[], None]) -> bool:
        clock, before = self.setup().clock, self.heard_at()
        ask()
        until = clock.monotonic() + self.seconds_to_hear
        while (is_heard := self.heard_at() != before) is False and clock.monotonic() < until:
            clock.sleep(0.5)
        return is_heard

    @property
    def _suppressions(self) -> SetupStep:
        title = self.kind.title
        return SetupStep(
            name="suppressions",
            title="Addresses that must not be mailed",
            before=f"Brings in whom {title} does not mail any more: addresses that bounced, complained or left. "
            "They are blocked here too.",
            button="Bring them in",
            look=lambda one: StepLook(
                state=StepState.UNKNOWN, words="Brought in when you ask for it, and twice an hour once mail goes out."
            ),
            do=self._bring_in,
            undo_before="Each of them can be taken off under Readers, Blocked addresses.",
        )

    def _bring_in(self, one: StepRound) -> StepDone:
        source = self.kind.events(one.setup)
        if source is None:
            raise NotNow(f"{self.kind.title} keeps no list that can be asked for.", fix="There is nothing to do.")
        try:
            heard = self.feedback().keep(source, source.pull(_FROM_THE_BEGINNING))
            source.taken()
        except Unheard as reason:
            raise Unreachable(f"Nothing was brought in: {reason}.", fix="Mend that, and do it again.") from None
        if heard.new == 0:
            return StepDone(words="There is nobody new: all of them are blocked here already.")
        return StepDone(words=f"{heard.new:,} were told of; {heard.suppressed:,} addresses are blocked from now on.")

    @property
    def _test(self) -> SetupStep:
        return SetupStep(
            name="test",
            title="A test mail, looked at",
            before="Hands over one mail for the address that you name, and for nobody else.",
            button="Send the test mail",
            asks="Your own address",
            look=lambda one: StepLook(state=StepState.UNKNOWN, words="Sent only when you ask for it."),
            do=self._send_test,
        )

    def _send_test(self, one: StepRound) -> StepDone:
        if not one.answer:
            raise Mistake("There is no address to send it to.", fix="Name your own.")
        self.check_goes_on()
        address, _ = whom_to_test(self.readers(), one.answer, people=None)
        hand_over_test(self.kind.build(one.setup), one.setup, address, self.look())
        return StepDone(
            words=f"{self.kind.title} took the mail for {address}. Look for it, among the spam too. Its original should say "
            "pass behind SPF, DKIM and DMARC."
        )

    @property
    def _use(self) -> SetupStep:
        title = self.kind.title
        return SetupStep(
            name="use",
            title="Real mail",
            before=f"From the next start of the program on, mail goes to real people through {title}. Until then nothing leaves.",
            button="Send real mail",
            look=self._look_at_use,
            do=self._use_it,
            undo=self._practise,
            undo_before="From the next start on, mail stays on this machine again. Nothing else is changed.",
        )

    def _look_at_use(self, one: StepRound) -> StepLook:
        config = read_config(one.setup.directory, self.environ)
        if config.kind is not self.kind:
            now = (
                "Mail stays on this machine for now: practice."
                if config.is_practice
                else f"Mail goes through {config.kind.title}."
            )
            return StepLook(state=StepState.OPEN, words=now)
        if why := refusal(config.lacks):
            return StepLook(state=StepState.WRONG, words=why.message, fix=_SET_IT)
        return StepLook(state=StepState.DONE, words=f"Mail goes to real people through {self.kind.title}.")

    def _use_it(self, one: StepRound) -> StepDone:
        self._choose(self.kind, one)
        return StepDone(
            words=f"Mail goes to real people through {self.kind.title} from the next start of the program on."
        )

    def _practise(self, one: StepRound) -> StepDone:
        self._choose(PRACTICE, one)
        return StepDone(words="Mail stays on this machine from the next start of the program on.")

    def _choose(self, kind: ProviderKind, one: StepRound) -> None:
        """Raises NotNow with all that real mail still lacks, and where the choice is made outside."""
        chosen = self.environ.get(PROVIDER, "").strip() or kind.name
        if chosen != kind.name:
            raise NotNow(
                f"Which service sends is set outside of this newsletter, to {chosen}.",
                fix=f"Take {PROVIDER} out of the environment of the program, where the machine is looked after.",
            )
        lacks = read_config(one.setup.directory, {**self.environ, PROVIDER: kind.name}).lacks
        # Nobody has to think of a key that signs links: one is made.
        key = {_SECRET_KEY: secrets.token_hex(32)} if any(lack.setting == "secret_key" for lack in lacks) else {}
        if why := refusal([lack for lack in lacks if lack.setting != "secret_key"]):
            raise NotNow(why.message, fix=_SET_IT)
        keep_secrets(one.setup.directory, {**key, PROVIDER: kind.name})
