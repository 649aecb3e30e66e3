"""Every row of the outcome table, against a real mail server over a real socket, for the one reader and for the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.providers.smtp.provider import SmtpProvider
from newsletter.words.gap import Part
from newsletter.words.outcome import Accepted, Deferred, Refused, Uncertain
from tests.fakes.smtp_running import SmtpServer
from tests.providers.parcels import SystemClock, a_consignment, an_edition
from tests.providers.smtp_five import ACCEPTED, DELIVERIES, at, emails, told


@pytest.fixture
def server(mail_server: SmtpServer) -> SmtpServer:
    return mail_server


def test_250_after_the_mail_is_accepted(smtp: SmtpProvider, server: SmtpServer) -> None:
    """Each reader by themselves, on one connection."""
    before = len(server.accepted())

    assert told(smtp) == [ACCEPTED] * 5
    assert emails(server, before) == [f"reader{row}@example.com" for row in range(5)]
    assert len({line["connection"] for line in server.heard()[-15:]}) == 1


def test_outcomes_come_as_the_answers_do(smtp: SmtpProvider, server: SmtpServer) -> None:
    """What was taken is told before the next mail is handed over: a crash puts few in doubt."""
    server.plan(then={"at": "end", "seconds": 0.12})
    before = len(server.accepted())
    found = iter(smtp.hand_over(a_consignment(("Ada", "Ben", "Cleo"))))

    assert next(found) == ([101], ACCEPTED)
    assert len(server.accepted()) == before + 1
    assert list(found) == [([102], ACCEPTED), ([103], ACCEPTED)]


@pytest.mark.parametrize("do", ["drop", "reset", "cut", "garbage", "flood", "hang", "drip"])
def test_an_answer_lost_after_the_final_dot_puts_that_reader_in_doubt_and_no_other(
    smtp: SmtpProvider, server: SmtpServer, do: str
) -> None:
    """Those before are accepted, those after are surely still to be mailed."""
    server.plan("accept", "accept", {"at": "end", "do": do})
    before = len(server.accepted())

    found = told(smtp)

    assert found[:2] == [ACCEPTED] * 2
    assert isinstance(found[2], Uncertain)
    assert [type(outcome) for outcome in found[3:]] == [Deferred] * 2
    assert emails(server, before) == [f"reader{row}@example.com" for row in range(3)]


def test_a_drop_that_took_nothing_looks_the_same_from_here(smtp: SmtpProvider, server: SmtpServer) -> None:
    """So it is in doubt as well, and never sent again by guesswork."""
    server.plan({"at": "end", "do": "drop", "takes": False})

    assert isinstance(told(smtp)[0], Uncertain)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("do", ["drop", "reset", "cut", "garbage"])
def test_a_break_before_the_mail_went_out_costs_nobody_anything(
    smtp: SmtpProvider, server: SmtpServer, stage: str, do: str
) -> None:
    """A connection that was of use may end at any time: the same mail goes out on a new one, once."""
    server.plan("accept", "accept", {"at": stage, "do": do})
    before = len(server.accepted())

    assert told(smtp) == [ACCEPTED] * 5
    assert sorted(emails(server, before)) == [f"reader{row}@example.com" for row in range(5)]


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("do", ["drop", "reset", "hang", "garbage", "flood", "cut"])
def test_a_connection_that_never_was_of_use_backs_off(
    smtp: SmtpProvider, server: SmtpServer, stage: str, do: str
) -> None:
    """Nothing went out: everyone waits, and the calls that got nowhere are counted."""
    server.plan(then={"at": stage, "do": do})
    before = len(server.accepted())

    found = told(smtp)

    assert all(isinstance(outcome, Deferred) and outcome.backs_off for outcome in found)
    assert emails(server, before) == []


def test_a_drop_in_the_middle_of_a_mail_is_surely_not_taken(server: SmtpServer) -> None:
    """Without the final dot there is no mail: even a large one, half of which is out, is not in doubt."""
    smtp = SmtpProvider(server.url(), clock=SystemClock(), deadline=timedelta(seconds=5))
    large = an_edition(html=Part(("<p>" + "ice and more ice " * 500_000,)))
    server.plan({"at": "body", "do": "reset"}, offers=[one for one in server.offers if "SIZE" not in one])

    found = told(smtp, names=("Ada",), edition=large)

    assert isinstance(found[0], Deferred)
    assert found[0].backs_off


@pytest.mark.parametrize("stage", ["connect", "ehlo"])
@pytest.mark.parametrize("do", ["drop", "reset", "hang", "garbage", "flood", "cut"])
def test_a_server_that_does_not_even_greet_backs_off(
    smtp: SmtpProvider, server: SmtpServer, stage: str, do: str
) -> None:
    """Nothing went out."""
    server.plan(ever={"at": stage, "do": do})

    found = told(smtp)

    assert all(isinstance(outcome, Deferred) and outcome.backs_off for outcome in found)


def test_a_greeting_that_says_later_makes_everyone_wait(smtp: SmtpProvider, server: SmtpServer) -> None:
    """A busy server is no failure."""
    server.plan(ever=at("connect", "421 4.3.2 too many connections"))

    found = told(smtp)

    assert all(isinstance(outcome, Deferred) and outcome.retry_after and not outcome.backs_off for outcome in found)


def test_a_greeting_that_says_no_pauses(smtp: SmtpProvider, server: SmtpServer) -> None:
    """Such as an address on a block list: a person has to act."""
    server.plan(ever=at("connect", "554 5.7.1 not from there"))

    found = told(smtp)

    assert all(isinstance(outcome, Deferred) and outcome.pauses for outcome in found)
    assert "not from there" in found[0].reason  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "answer",
    [
        "450 4.2.1 busy",
        "450 busy",
        "451 4.2.2 full for now",
        "450 4.1.2 no such domain, just now",
        "451 4.7.1 greylisted, come back in five minutes",
        "451 greylisted",
    ],
)
def test_later_for_one_reader_holds_up_nobody_else(smtp: SmtpProvider, server: SmtpServer, answer: str) -> None:
    """Their parcel comes again; the other readers have their mail."""
    server.plan("accept", at("rcpt", answer))

    found = told(smtp)

    assert [found[0], *found[2:]] == [ACCEPTED] * 4
    assert isinstance(found[1], Deferred)
    assert (found[1].retry_after, found[1].pauses, found[1].backs_off) == (None, False, False)


@pytest.mark.parametrize("stage", ["data", "end"])
@pytest.mark.parametrize("answer", ["450 later", "450 4.7.1 greylisted", "451 4.7.1 greylisted", "452 4.2.2 full"])
def test_later_for_one_mail_holds_up_nobody_else(
    smtp: SmtpProvider, server: SmtpServer, stage: str, answer: str
) -> None:
    """Some servers greylist when they have seen the mail. Five in a row, and everybody waits."""
    server.plan("accept", at(stage, answer), "accept", then=at(stage, answer))

    found = told(smtp, names=("Ada", "Ben", "Cleo", "Dan", "Eve", "Fay", "Gil", "Hal", "Ida", "Jo"))

    assert [found[0], found[2]] == [ACCEPTED] * 2
    held = [one for one in found if isinstance(one, Deferred)]
    assert [one.about_reader for one in held] == [True] * 6 + [False] * 2
    assert [one.retry_after is None for one in held] == [True] * 6 + [False] * 2


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("mail", "451 4.3.0 out of space"),
        ("mail", "452 4.3.1 out of space"),
        ("rcpt", "452 4.3.1 out of space"),
        ("rcpt", "452 out of space"),
        ("rcpt", "452 4.5.3 too many"),
        ("data", "451 4.3.0 not now"),
        ("end", "451 4.3.0 the scanner is away"),
        ("end", "421 4.3.2 going down"),
    ],
)
def test_later_for_everyone_stops_the_parcel_and_says_how_long(
    smtp: SmtpProvider, server: SmtpServer, stage: str, answer: str
) -> None:
    """Those before are accepted; this one and the others wait, and nobody is in doubt."""
    server.plan("accept", at(stage, answer))

    found = told(smtp)

    assert found[0] == ACCEPTED
    assert all(isinstance(outcome, Deferred) and outcome.retry_after for outcome in found[1:])


@pytest.mark.parametrize(
    ("stage", "answer", "of_one"),
    [
        ("rcpt", "452 4.5.3 too many", True),
        ("end", "451 4.3.0 the scanner is away", True),
        ("mail", "451 4.3.0 out of space", False),
        ("end", "421 4.3.2 going down", False),
    ],
)
def test_the_mail_at_which_a_server_stops_is_told_apart(
    smtp: SmtpProvider, server: SmtpServer, stage: str, answer: str, of_one: bool
) -> None:
    """Everyone waits; but the one it stopped at is named, so that the next try can begin with the others."""
    server.plan("accept", at(stage, answer))

    found = told(smtp)

    assert ACCEPTED == found[0]
    assert [of_one, False, False, False] == [isinstance(one, Deferred) and one.about_reader for one in found[1:]]


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_421_in_mid_list_goes_on_with_a_new_connection(smtp: SmtpProvider, server: SmtpServer, stage: str) -> None:
    """Many servers take only so many mails on one connection, and say so with this."""
    server.plan("accept", "accept", at(stage, "421 4.7.0 enough on this one"))
    before = len(server.accepted())

    assert told(smtp) == [ACCEPTED] * 5
    assert len(emails(server, before)) == 5


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_421_without_end_makes_everyone_wait(smtp: SmtpProvider, server: SmtpServer, stage: str) -> None:
    """A new connection is tried only after one that took something."""
    server.plan("accept", then=at(stage, "421 4.7.0 go away"))

    found = told(smtp)

    assert found[0] == ACCEPTED
    assert all(isinstance(outcome, Deferred) and outcome.retry_after for outcome in found[1:])


@pytest.mark.parametrize("naive", [False, True])
@pytest.mark.parametrize(
    "answer", ["550 5.1.1 no such user", "550 no such user", "553 5.1.3 odd", "552 5.2.2 over quota"]
)
def test_a_reader_whom_the_server_refuses_is_refused_and_the_others_have_their_mail(
    smtp: SmtpProvider, server: SmtpServer, answer: str, naive: bool
) -> None:
    """Also where the server, allowed to take commands in a row, asks for the mail of the reader it has refused."""
    poison = {"reader1@example.com": answer, "reader3@example.com": answer, "reader4@example.com": answer}
    server.plan(poison=poison, naive=naive)
    before = len(server.accepted())

    found = told(smtp)

    assert [found[0], found[2]] == [ACCEPTED] * 2
    for row in (1, 3, 4):
        outcome = found[row]
        assert isinstance(outcome, Refused)
        assert outcome.named == {DELIVERIES[row]}
        assert answer in outcome.reason
    assert emails(server, before) == ["reader0@example.com", "reader2@example.com"]


@pytest.mark.parametrize("stage", ["data", "end"])
def test_a_mail_that_is_refused_for_one_reader_is_refused_for_that_one(
    smtp: SmtpProvider, server: SmtpServer, stage: str
) -> None:
    """As by a filter that dislikes one name."""
    server.plan("accept", at(stage, "554 5.6.0 not like this"))

    found = told(smtp)

    assert [found[0], *found[2:]] == [ACCEPTED] * 4
    assert isinstance(found[1], Refused)
    assert found[1].named == {102}


@pytest.mark.parametrize(("stage", "answer"), [("end", "554 5.7.1 spam"), ("data", "554 no"), ("rcpt", "554 5.7.1 no")])
def test_one_refusal_after_the_other_is_not_about_readers(
    smtp: SmtpProvider, server: SmtpServer, stage: str, answer: str
) -> None:
    """Or a filter that dislikes the issue would refuse every reader of it for good."""
    server.plan(then=at(stage, answer))

    found = told(smtp)

    assert all(isinstance(outcome, Deferred) and outcome.pauses for outcome in found)
    assert answer in found[0].reason  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("stage", "answer", "what_to_do"),
    [
        ("mail", "550 5.7.1 not your address", "Check `sender`"),
        ("mail", "553 5.1.8 no such domain", "Check `sender`"),
        ("rcpt", "553 5.7.1 <ana@example.org>: Sender address rejected: not owned by user", "Check `sender`"),
        ("rcpt", "550 5.1.8 <ana@example.org>: Sender refused", "Check `sender`"),
        ("rcpt", "554 5.7.1 <reader1@example.com>: Relay access denied", "newsletter connect smtp"),
        ("rcpt", "550 relaying prohibited", "newsletter connect smtp"),
        ("mail", "530 5.7.0 Must issue a STARTTLS command first", "NEWSLETTER_SMTP_URL"),
        ("mail", "552 5.3.4 too large", "larger than this mail server takes"),
        ("end", "550 5.4.5 daily sending quota exceeded", "limit of your account"),
    ],
)
def test_what_a_person_must_mend_pauses_and_says_what_to_do(
    smtp: SmtpProvider, server: SmtpServer, stage: str, answer: str, what_to_do: str
) -> None:
    """Nobody is refused for what is no reader's fault."""
    server.plan("accept", at(stage, answer))

    found = told(smtp)

    assert found[0] == ACCEPTED
    for outcome in found[1:]:
        assert isinstance(outcome, Deferred)
        assert outcome.pauses
        assert what_to_do in outcome.reason


def test_a_mail_larger_than_the_server_takes_is_not_even_begun(smtp: SmtpProvider, server: SmtpServer) -> None:
    """The server said so when it was greeted."""
    server.plan(offers=["SIZE 500", *[one for one in server.offers if "SIZE" not in one]])

    found = told(smtp)

    assert all(isinstance(outcome, Deferred) and outcome.pauses for outcome in found)
    assert "500 bytes" in found[0].reason  # type: ignore[union-attr]


@pytest.mark.parametrize("answer", ["250 2.1.5 out of turn", "220 hello again"])
def test_answers_that_went_astray_are_noticed_before_a_mail_goes_out(
    smtp: SmtpProvider, server: SmtpServer, answer: str
) -> None:
    """One answer too many, and each later one would be taken for that of another mail."""
    server.plan({"at": "data", "say": answer})
    before = len(server.accepted())

    found = told(smtp)

    assert all(isinstance(outcome, Deferred) and outcome.backs_off for outcome in found)
    assert emails(server, before) == []


@pytest.mark.parametrize("answer", ["251 2.0.0 what", "354 go on", "299 yes"])
def test_an_answer_to_a_mail_that_is_neither_yes_nor_no_is_doubt(
    smtp: SmtpProvider, server: SmtpServer, answer: str
) -> None:
    """Only 250 says that it was taken."""
    server.plan({"at": "end", "say": answer})

    found = told(smtp)

    assert isinstance(found[0], Uncertain)
    assert [type(outcome) for outcome in found[1:]] == [Deferred] * 4


def test_a_slow_server_is_left_in_time(smtp: SmtpProvider, server: SmtpServer) -> None:
    """Mails are begun only while their answer can still come; who is not reached waits, and nobody is in doubt."""
    server.plan(then={"at": "end", "seconds": 0.3})

    found = told(smtp)

    kinds = [type(outcome) for outcome in found]
    assert kinds[:2] == [Accepted] * 2
    assert kinds[-1] == Deferred
    assert Uncertain not in kinds
    assert all(not outcome.backs_off for outcome in found if isinstance(outcome, Deferred))
