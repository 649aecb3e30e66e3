"""What each answer of Amazon SES means for the reader it is about, and for those who come after."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.stub import Stubber

from newsletter.providers.ses.client import SesAccess
from newsletter.providers.ses.outcomes import lost, refused
from newsletter.providers.ses.provider import LIMITS, Ses
from newsletter.words.mistake import Mistake
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain
from newsletter.words.refusal import IN_A_CALL
from tests.fakes.ses_server import KEY, LIVE_ACCOUNT, REGION, SECRET, SesServer, ses_server
from tests.providers.parcels import SystemClock, a_consignment
from tests.running import a_folder

THREE = (101, 102, 103)


@pytest.fixture(scope="module")
def running() -> Iterator[SesServer]:
    with ses_server() as server:
        yield server


@pytest.fixture(scope="module")
def running_ses(running: SesServer) -> Iterator[Ses]:
    """One for the module: loading the library's model takes longer than the tests."""
    provider = a_provider(running)
    yield provider
    provider.close()


@pytest.fixture
def server(running: SesServer) -> Iterator[SesServer]:
    running.accepted.clear()
    running.asked.clear()
    running.plan.clear()
    running.account = LIVE_ACCOUNT
    yield running
    assert running.problems == []


@pytest.fixture
def ses(server: SesServer, running_ses: Ses) -> Ses:
    return running_ses


def a_provider(server: SesServer, **changes: Any) -> Ses:
    access = SesAccess(region=REGION, access_key=KEY, secret_key=SECRET, url=server.url)
    return Ses(access, clock=SystemClock(), **changes)


def outcomes(provider: Ses, **changes: Any) -> dict[int, Outcome]:
    found = list(provider.hand_over(a_consignment(**changes)))
    return {delivery: outcome for deliveries, outcome in found for delivery in deliveries}


PAUSES = [
    (400, "AccountSuspendedException", "Account is suspended", "stopped this account"),
    (400, "SendingPausedException", "Sending is paused", "paused in the SES console"),
    (400, "MailFromDomainNotVerifiedException", "MAIL FROM domain", "MAIL FROM"),
    (404, "NotFoundException", "Configuration set <weekly> does not exist.", "CONFIGURATION_SET"),
    (403, "AccessDeniedException", "User is not authorized to perform ses:SendEmail", "ses:SendEmail"),
    (403, "UnrecognizedClientException", "The security token is invalid.", "does not take the keys"),
    (403, "SignatureDoesNotMatch", "Signature expired: 20261130T0", "clock"),
    (429, "TooManyRequestsException", "Daily message quota exceeded.", "24 hours"),
    (
        *(400, "MessageRejected"),
        "Email address is not verified. The following identities failed the check in region EU-WEST-1: ana@example.org",
        "Verify the sender",
    ),
    (
        *(400, "MessageRejected"),
        "Email address is not verified. The following identities failed the check in region EU-WEST-1: reader0@example.com",
        "sandbox",
    ),
    (400, "BadRequestException", "Message length is more than 41943040 bytes long: '50000000'.", "41943040"),
    (404, "UnknownOperationException", "", "NEWSLETTER_SES_REGION"),
]


@pytest.mark.parametrize(("status", "kind", "message", "words"), PAUSES)
def test_what_a_person_has_to_mend_pauses_the_sending(
    ses: Ses, server: SesServer, status: int, kind: str, message: str, words: str
) -> None:
    """Nobody is lost: the reader it was said to and all after that wait, and nobody is asked in vain."""
    server.plan[:] = [(status, kind, message)]

    found = outcomes(ses)

    assert {*THREE} == found.keys()
    assert all(isinstance(one, Deferred) and one.pauses and words in one.reason for one in found.values())
    assert "@" not in "".join(one.reason for one in found.values() if isinstance(one, Deferred))
    assert [] == server.accepted


@pytest.mark.parametrize("kind", ["TooManyRequestsException", "LimitExceededException", "ThrottlingException"])
def test_too_fast_is_a_wait(ses: Ses, server: SesServer, kind: str) -> None:
    """For those after it too: the rate is the account's. Nobody has to do anything."""
    server.plan[:] = ["accept", (429 if kind.startswith("Too") else 400, kind, "Maximum sending rate exceeded.")]

    found = outcomes(ses)

    assert Accepted() == found[101]
    for late in (found[102], found[103]):
        assert isinstance(late, Deferred) and not late.pauses
        assert late.retry_after is not None and late.retry_after >= timedelta(seconds=1)


@pytest.mark.parametrize(
    "step", ["accept-close", "accept-half", "accept-garbage", "html", (500, "InternalFailure", ""), (503, "", "")]
)
def test_an_answer_that_is_lost_leaves_one_reader_in_doubt(
    ses: Ses, server: SesServer, step: str | tuple[int, str, str]
) -> None:
    """The mail may have been taken: it is never handed over again by itself. Those before are taken, those after wait."""
    server.plan[:] = ["accept", step]

    found = outcomes(ses)

    assert Accepted() == found[101]
    assert isinstance(found[102], Uncertain)
    assert isinstance(found[103], Deferred) and not found[103].pauses
    assert ["GetAccount"] * server.asked.count("GetAccount") + ["SendEmail"] * 2 == server.asked, "it was tried again"


@pytest.mark.parametrize(
    ("kind", "message"),
    [("MessageRejected", "Message rejected: a virus."), ("BadRequestException", "Missing final '@domain'")],
)
def test_a_refusal_of_one_mail_is_that_readers_own(ses: Ses, server: SesServer, kind: str, message: str) -> None:
    """The others get theirs."""
    server.plan[:] = [(400, kind, f"{message} to reader0@example.com")]

    found = outcomes(ses)

    assert isinstance(found[101], Refused) and found[101].named == {101}
    assert "reader0" not in found[101].reason
    assert Accepted() == found[102] == found[103]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (EndpointConnectionError(endpoint_url="https://x", error="no such host"), Deferred),
        (ConnectTimeoutError(endpoint_url="https://x", error="late"), Deferred),
        (SSLError(endpoint_url="https://x", error="[SSL: CERTIFICATE_VERIFY_FAILED] expired"), Deferred),
        (SSLError(endpoint_url="https://x", error="[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]"), Uncertain),
        (ReadTimeoutError(endpoint_url="https://x", error="late"), Uncertain),
        (ConnectionClosedError(endpoint_url="https://x", error="closed"), Uncertain),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_call_without_an_answer_is_in_doubt_once_the_mail_may_have_gone_out(
    error: BotoCoreError, kind: type[Outcome]
) -> None:
    """Before a connection stands nothing can have been taken; afterwards nobody knows. No address of a host is repeated."""
    verdict = lost(error)

    assert isinstance(verdict.outcome, kind)
    assert isinstance(verdict.rest, Deferred) and not verdict.rest.pauses
    assert "https://" not in f"{verdict}"


def test_nothing_loads_the_library_before_it_is_used(tmp_path: Path) -> None:
    """It takes most of a second: pages are served, and its webhook heard, without it."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom newsletter.config import read_config\n"
        "from newsletter.providers.registry import KINDS\nfrom newsletter.wiring import SystemClock\n"
        "setup = read_config(Path(sys.argv[1]), {}).provider_setup(SystemClock())\n"
        "print([kind.events(setup) is None for kind in KINDS.values()], 'boto3' in sys.modules, 'botocore' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(a_folder(tmp_path / "weekly"))], capture_output=True, text=True, check=True
    )

    assert run.stdout.endswith("False False\n")


def test_one_refusal_after_the_other_ends_the_parcel(ses: Ses, server: SesServer) -> None:
    """Then readers are hardly the cause: the rest waits, and the ledger judges the whole."""
    server.plan[:] = [(400, "MessageRejected", "no")] * 20

    found = outcomes(ses, names=["Ada"] * 12)

    assert IN_A_CALL == sum(isinstance(one, Refused) for one in found.values())
    assert 12 - IN_A_CALL == sum(isinstance(one, Deferred) for one in found.values())


def test_a_machine_without_credentials_sends_nothing(
    server: SesServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """It is said what to do; every reader waits."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    found = outcomes(Ses(SesAccess(region=REGION, url=server.url), clock=SystemClock()))

    assert all(isinstance(one, Deferred) and one.pauses and "connect ses" in one.reason for one in found.values())
    assert [] == server.asked


def test_half_a_pair_of_keys_is_refused() -> None:
    """It would quietly use whatever credentials this machine has."""
    with pytest.raises(Mistake, match="one is missing"):
        SesAccess(region=REGION, access_key=KEY)


def test_the_accounts_rate_is_kept_by_all_threads_together(server: SesServer) -> None:
    """Forty a second: 20 mails by two threads take half a second."""
    server.account = {**LIVE_ACCOUNT, "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 40.0}}
    provider = a_provider(server)
    parcels = [a_consignment(["Ada"] * 10, first_delivery=first) for first in (1, 101)]
    threads = [threading.Thread(target=lambda parcel=parcel: list(provider.hand_over(parcel))) for parcel in parcels]

    server.taken_at.clear()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    provider.close()

    assert 20 == len(server.accepted)
    assert server.taken_at[-1] - server.taken_at[0] >= 0.4
    assert 1 == server.asked.count("GetAccount")


def test_a_key_that_may_not_ask_for_the_rate_sends_all_the_same(server: SesServer) -> None:
    """SES says "too fast" itself."""
    server.denied = {"GetAccount"}
    provider = a_provider(server)

    found = outcomes(provider)

    server.denied = set()
    provider.close()
    assert {Accepted()} == {*found.values()}


def test_no_mail_is_begun_that_would_come_too_late(server: SesServer) -> None:
    """At two mails a second, a parcel with nine tenths of one has time for one or two."""
    server.account = {**LIVE_ACCOUNT, "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 2.0}}
    provider = a_provider(server)
    outcomes(provider, names=["Ada"])

    found = outcomes(provider, seconds=0.9)

    provider.close()
    assert Accepted() == found[101]
    assert isinstance(found[103], Deferred) and not found[103].pauses
    assert [] == [one for one in found.values() if isinstance(one, Uncertain)]


def test_events_go_where_the_configuration_set_says(server: SesServer) -> None:
    """And each mail names its try and its delivery in tags, by which events prove them."""
    provider = a_provider(server, configuration_set="weekly")

    list(provider.hand_over(a_consignment(attempt="ab" * 16)))

    provider.close()
    assert {"weekly"} == {call["ConfigurationSetName"] for call in server.accepted}
    first = [{"Name": "nl_attempt", "Value": "ab" * 16}, {"Name": "nl_delivery", "Value": "101"}]
    assert first == server.accepted[0]["EmailTags"]


def test_one_parcel_is_over_before_another_sender_may_have_it() -> None:
    """No mail is begun after the deadline, and the last answer is waited for no longer than was promised."""
    assert LIMITS.deadline == timedelta(seconds=25)
    assert timedelta() < LIMITS.last_answer < LIMITS.deadline


def test_every_error_of_the_services_model_has_a_meaning() -> None:
    """As botocore knows them: each stops at a Deferred or a Refused, and none leaves a reader in doubt."""
    client = boto3.client("sesv2", region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET)
    shapes = client.meta.service_model.operation_model("SendEmail").error_shapes
    assert shapes
    for shape in shapes:
        with Stubber(client) as stub:
            stub.add_client_error("send_email", shape.name, "no", shape.metadata["error"]["httpStatusCode"])
            with pytest.raises(ClientError) as raised:
                client.send_email(Content={"Raw": {"Data": b""}})

            outcome = refused(raised.value, delivery=1, sender="ana@example.org").outcome

            assert isinstance(outcome, Deferred | Refused), shape.name
