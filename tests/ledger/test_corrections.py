"""Corrections: who has which words, who still waits gets the new ones, and a mail goes to exactly those with the old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from newsletter.db.engine import reading, writing
from newsletter.ledger.drain import Drain
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.settle import Looker, leave, send_again
from newsletter.ledger.tables import attempt, mailing
from newsletter.readers.tables import subscriber, subscription
from newsletter.words.consignment import Consignment
from newsletter.words.correction import Correction
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.outcome import Deferred, Outcome, Uncertain
from tests.ledger.parts import Carrier, a_drain, send
from tests.world import add_readers, an_edition

FIRST = an_edition()
RIGHT = an_edition(words="Four ferries this week.")
NOTE = "We wrote that there are three ferries. There are four."


class Post:
    """A provider that knows who was handed which words; `answers` says what it answers to a call."""

    def __init__(self, engine: Engine, folder: Path, *, readers: int) -> None:
        self.handed: dict[str, Counter[str]] = {}
        self.answers: Callable[[Consignment], Outcome | None] = lambda _: None
        self.engine, self._folder = engine, folder
        self.ledger: Ledger = open_ledger(engine)
        self.size = readers

    def _take(self, consignment: Consignment) -> Outcome | None:
        answer = self.answers(consignment)
        if not isinstance(answer, Deferred):
            words = self.handed.setdefault(consignment.edition.digest, Counter())
            words.update(consignment.addresses)
        return answer

    def drain(self) -> Drain:
        """A new process: nothing of an earlier one is left but the database."""
        return a_drain(self.engine, self._folder, Carrier(self._take, readers=self.size))

    def send(self, **more: object) -> None:
        send(self.drain(), size=self.size, **more)

    def go_on(self) -> None:
        self.ledger.control.resume(1)
        self.drain().once()
        self.drain().once()

    def correct(self) -> Correction:
        return self.ledger.corrections.correct(RIGHT, note=NOTE, by="Ana")

    def mail(self, of: Correction) -> None:
        """What the page does, and then the sending."""
        for name in self.ledger.corrections.lists_that_got(of.issue):
            words = an_edition(of.mail, words=NOTE)
            self.ledger.planning.open_mailing(words, list_name=name, parcel_size=self.size, start_at=None)
        self.drain().once()

    def got(self, *words: str) -> Counter[str]:
        return sum((self.handed.get(one, Counter()) for one in words), Counter())

    def mailed(self, of: Correction) -> Counter[str]:
        return self.got(an_edition(of.mail, words=NOTE).digest)


def paused_after(post: Post, n_calls: int) -> Callable[[Consignment], Outcome | None]:
    """Somebody presses Pause while the last of so many calls is under way."""
    calls: list[Consignment] = []

    def answer(consignment: Consignment) -> Outcome | None:
        calls.append(consignment)
        if len(calls) == n_calls:
            post.ledger.control.pause(1, "a mistake in it")
        return None

    return answer


def everybody(n_readers: int) -> set[str]:
    return {f"reader{number}@example.com" for number in range(n_readers)}


@pytest.fixture
def post(engine: Engine, tmp_path: Path) -> Post:
    """Issue 1 went to the first twelve of forty readers, and is paused."""
    add_readers(engine, "weekly", range(40))
    post = Post(engine, tmp_path, readers=4)
    post.answers = paused_after(post, 3)
    post.send()
    post.answers = lambda _: None
    return post


def test_a_correction_reaches_exactly_those_3200_of_8012_who_have_the_wrong_words(
    engine: Engine, tmp_path: Path
) -> None:
    """Paused after 3,200: the other 4,812 get the right words once, and the mail of the correction goes to the 3,200."""
    add_readers(engine, "weekly", range(8_012))
    post = Post(engine, tmp_path, readers=400)
    post.answers = paused_after(post, 8)
    post.send()
    post.answers = lambda _: None

    done = post.correct()
    post.go_on()
    post.mail(done)

    wrong, right = post.got(FIRST.digest), post.got(RIGHT.digest)
    assert (3_200, 4_812) == (wrong.total(), right.total())
    assert everybody(8_012) == wrong.keys() | right.keys()
    assert wrong == post.mailed(done)
    assert [3_200, 4_812] == [one.accepted for one in post.ledger.corrections.count_versions(1)]


def test_a_call_that_was_claimed_before_keeps_its_words_and_the_next_has_the_new_ones(post: Post) -> None:
    """The correction comes while a call is under way, and nobody paused or stopped anything."""
    done: list[Correction] = []

    def answer(_: Consignment) -> Outcome | None:
        if not done:
            done.append(post.correct())
        return None

    post.answers = answer
    post.go_on()

    assert 16 == post.got(FIRST.digest).total()
    assert 24 == post.got(RIGHT.digest).total()
    post.mail(done[0])
    assert post.got(FIRST.digest) == post.mailed(done[0])


def test_pressed_twice_it_is_one_correction_and_one_mail(post: Post) -> None:
    """Two tabs, a press repeated after a crash, a press after all of it was done."""
    first = post.correct()

    assert first == post.correct()
    post.go_on()
    for _ in range(3):
        post.mail(first)

    assert [first] == post.ledger.corrections.list_of(1)
    assert {1} == set(post.mailed(first).values())
    assert 12 == post.mailed(first).total()


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_process_that_dies_in_the_mail_of_a_correction_leaves_nobody_with_two(post: Post, at: int) -> None:
    """Killed inside a call: its readers are in doubt; all others get it once from the process that comes after."""
    done = post.correct()
    calls: list[Consignment] = []

    def dies(consignment: Consignment) -> Outcome | None:
        calls.append(consignment)
        if len(calls) == at:
            raise SystemExit("killed")
        return None

    post.answers = dies
    with pytest.raises(SystemExit):
        post.mail(done)
    post.answers = lambda _: None
    post.mail(done)
    post.drain().once()

    assert {1} == set(post.mailed(done).values())
    in_doubt = {one for call in calls[at - 1 : at] for one in call.addresses}
    assert post.got(FIRST.digest).keys() - in_doubt == post.mailed(done).keys()


def test_half_a_plan_is_finished_by_the_process_that_comes_after(post: Post) -> None:
    """Killed between two slices of the plan of the mail."""
    done = post.correct()
    words = an_edition(done.mail, words=NOTE)
    half = post.ledger.planning.open_mailing(words, list_name="weekly", parcel_size=4, start_at=None)
    assert post.ledger.planning.plan_slice(half.id, n_readers=5)

    post.drain().once()

    assert post.got(FIRST.digest) == post.mailed(done)


def test_who_left_since_or_must_not_be_mailed_gets_no_correction(post: Post, engine: Engine) -> None:
    """They have the wrong words, and may not be mailed any more."""
    gone = "reader3@example.com"
    with writing(engine) as connection:
        person = select(subscriber.c.id).where(subscriber.c.email == gone).scalar_subquery()
        connection.execute(update(subscription).where(subscription.c.subscriber_id == person).values(status="ended"))
    done = post.correct()
    before = post.ledger.corrections.count_reach(done)

    post.mail(done)

    assert post.got(FIRST.digest).keys() - {gone} == post.mailed(done).keys()
    assert (12, 11, 0, 1) == (before.readers, before.due, before.have_it, before.left_out)
    after = post.ledger.corrections.count_reach(done)
    assert (12, 0, 11, 1) == (after.readers, after.due, after.have_it, after.left_out)


def test_who_is_in_doubt_gets_the_mail_and_never_the_corrected_issue_by_a_blind_resend(post: Post) -> None:
    """They may have the first version. Sent again blindly, they could have both."""
    fall_in_doubt(post)
    done = post.correct()
    doubtful = post.got(FIRST.digest).keys() - everybody(12)
    assert 4 == len(doubtful) == post.ledger.corrections.count_reach(done).in_doubt
    _let_leases_run_out(post.engine)

    with pytest.raises(NotNow, match="could get both"):
        send_again(_looker(post), 1)
    post.go_on()
    post.mail(done)

    assert doubtful <= post.mailed(done).keys()
    assert not doubtful & post.got(RIGHT.digest).keys()
    assert 4 == leave(_looker(post), 1)
    with pytest.raises(NotNow, match="could get both"):
        send_again(_looker(post), 1, left=True)


def test_evidence_that_somebody_does_not_have_it_sends_them_the_right_words_and_no_correction(post: Post) -> None:
    """Their call never arrived: they have nothing that would have to be corrected."""
    fall_in_doubt(post)
    done = post.correct()
    (one,) = post.ledger.doubts.list_attempts(1)
    assert one.is_superseded

    assert 4 == post.ledger.doubts.requeue(one.id, one.deliveries)
    post.go_on()
    post.mail(done)

    assert everybody(12) == post.mailed(done).keys()
    assert 28 == post.got(RIGHT.digest).total()


def test_a_second_correction_goes_to_all_who_have_other_words_and_ends_the_mail_of_the_first(post: Post) -> None:
    """Those who waited got the first correction's words, and have to hear of the second, too."""
    first = post.correct()
    post.go_on()
    post.ledger.planning.open_mailing(an_edition(first.mail), list_name="weekly", parcel_size=4, start_at=None)
    newer = an_edition(words="Five ferries this week.")

    second = post.ledger.corrections.correct(newer, note="Five.", by="Ben")
    post.drain().once()
    post.mail(second)

    assert (1, 2) == (first.number, second.number)
    assert RIGHT.digest == second.replaces
    assert not post.mailed(first)
    assert everybody(40) == post.mailed(second).keys()
    assert {MailingStatus.CANCELLED} == _statuses(post.engine, first.mail)


def test_a_reader_of_two_lists_gets_one_mail(engine: Engine, tmp_path: Path) -> None:
    """The issue went to both lists; each of their readers had it once, and hears of the correction once."""
    add_readers(engine, "weekly", range(6))
    add_readers(engine, "friends", range(4, 9))
    post = Post(engine, tmp_path, readers=4)
    post.send()
    post.send(list_name="friends")

    done = post.correct()
    post.mail(done)

    assert everybody(9) == post.mailed(done).keys()
    assert {1} == set(post.mailed(done).values())


def test_while_a_call_with_the_wrong_words_is_under_way_it_says_so(post: Post) -> None:
    """Nobody can say yet who of its readers has them."""
    post.ledger.control.resume(1)
    of = post.ledger.mailings.find_latest(1, "weekly")
    assert of is not None
    claim = post.ledger.parcels.claim(
        of.id,
        edition=of.edition_digest,
        token="open",
        sender="me",
        provider="carrier",
        deadline_seconds=60,
        with_fields=False,
    )
    assert claim is not None

    done = post.correct()

    assert post.ledger.corrections.is_called(done)
    post.ledger.attempts.record(claim.attempt_id, [(None, Uncertain("reset"))])
    assert not post.ledger.corrections.is_called(done)


def test_what_never_went_or_went_in_these_very_words_is_not_corrected(post: Post) -> None:
    """Nothing is written down, and no number is taken."""
    with pytest.raises(Missing):
        post.ledger.corrections.correct(an_edition(7), note=NOTE, by="Ana")
    with pytest.raises(NotNow):
        post.ledger.corrections.correct(FIRST, note=NOTE, by="Ana")

    assert [] == post.ledger.corrections.list_of(1)


def test_the_mail_of_a_correction_is_no_issue_that_was_sent(post: Post) -> None:
    """The next issue is counted from issues, and reports list issues."""
    post.mail(post.correct())

    assert [1] == post.ledger.accounts.list_issues_sent()


def fall_in_doubt(post: Post) -> None:
    """The next call ends in doubt, and somebody pauses."""

    def answer(_: Consignment) -> Outcome:
        post.ledger.control.pause(1, "a mistake in it")
        return Uncertain("nobody saw the answer")

    post.answers = answer
    post.ledger.control.resume(1)
    post.drain().once()
    post.answers = lambda _: None


def _looker(post: Post) -> Looker:
    return Looker(doubts=post.ledger.doubts, evidence=None, whole_or_nothing=True)


def _let_leases_run_out(engine: Engine) -> None:
    with writing(engine) as connection:
        first = select(attempt.c.started_at).order_by(attempt.c.id).limit(1).scalar_subquery()
        connection.execute(update(attempt).values(deadline_at=first))


def _statuses(engine: Engine, issue: int) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(mailing.c.status).where(mailing.c.issue == issue)))
