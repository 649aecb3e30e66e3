"""What Amazon SES tells by way of SNS: proved to be Amazon's, understood, and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from newsletter.ports.events import Unheard, Unreadable, Unverified
from newsletter.ports.fetcher import Fetched, NotFetched
from newsletter.providers.ses.client import SesAccess, SesClient
from newsletter.providers.ses.events import SesEvents
from newsletter.providers.ses.sns import SnsTopic
from newsletter.words.event import Event, EventKind
from newsletter.words.subscriber import SuppressionReason
from tests.fakes.ses_server import KEY, REGION, SECRET, ses_server
from tests.fakes.sns import CERTIFICATE, CONFIRM, HOST, TOPIC, Amazon, amazon, certificate, confirmation, message, told
from tests.providers.parcels import SystemClock

HARD, COMPLAINT = SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT


def a_source(pages: Amazon, asking: Callable[[], SesClient] | None = None) -> SesEvents:
    return SesEvents(SnsTopic(TOPIC, fetcher=lambda: pages, clock=SystemClock()), SystemClock(), asking)


def heard(said: object, **how: Any) -> list[Event]:
    return [*a_source(amazon()).verify_and_parse({}, message(said, **how))]


def bounce(kind: str, sub: str, status: str = "", words: str = "") -> dict[str, Any]:
    person = {"emailAddress": "reader101@example.com", "status": status, "diagnosticCode": words}
    return told("Bounce", bounceType=kind, bounceSubType=sub, bouncedRecipients=[person])


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_message_is_believed(version: str) -> None:
    """By SHA-1, as topics do unless told otherwise, and by SHA-256; with a subject and without."""
    assert [EventKind.DELIVERED] == [one.kind for one in heard(told("Delivery"), version=version)]
    assert [EventKind.DELIVERED] == [one.kind for one in heard(told("Delivery"), version=version, Subject="SES")]


def test_an_event_proves_its_try_by_tags() -> None:
    """Which try and which delivery it was, and when; the rest of what a report needs."""
    (event,) = heard(told("Delivery", smtpResponse="250 2.0.0 OK"))

    assert ("ab" * 16, 101) == (event.attempt, event.delivery)
    assert datetime(2026, 11, 26, 9, 0, 5, tzinfo=UTC) == event.at
    assert ("reader101@example.com", "0102019-101") == (event.email, event.reference)


def test_the_certificate_is_fetched_once() -> None:
    """Not for each message: a weekly issue brings thousands."""
    pages = amazon()
    source = a_source(pages)

    for _ in range(3):
        source.verify_and_parse({}, message(told("Delivery")))

    assert [CERTIFICATE] == pages.asked


def changed(name: str, value: str) -> bytes:
    """A message in which something was changed after it was signed."""
    return json.dumps({**json.loads(message(told("Delivery"))), name: value}).encode()


FORGED: dict[str, Callable[[], bytes]] = {
    "changed words": lambda: changed("Message", json.dumps(told("Bounce"))),
    "changed time": lambda: changed("Timestamp", "2026-11-27T09:00:05.123Z"),
    "a topic of somebody else": lambda: message(told("Delivery"), TopicArn=TOPIC.replace("1234", "9999")),
    "signed by somebody else": lambda: message(told("Delivery"), signer=rsa.generate_private_key(65537, 2048)),
    "a signature that is none": lambda: changed("Signature", "@@@"),
    "another version": lambda: message(told("Delivery"), SignatureVersion="3"),
    "another type": lambda: changed("Type", "Nonsense"),
    "not JSON": lambda: b"nl_attempt=1",
    "a list": lambda: b"[]",
    "nothing": lambda: b"",
    "a certificate elsewhere": lambda: message(told("Delivery"), SigningCertURL="https://example.com/a.pem"),
    "in another region": lambda: message(
        told("Delivery"), SigningCertURL=CERTIFICATE.replace("eu-west-1", "us-east-1")
    ),
    "not encrypted": lambda: message(told("Delivery"), SigningCertURL=CERTIFICATE.replace("https", "http")),
    "on another port": lambda: message(told("Delivery"), SigningCertURL=CERTIFICATE.replace(".com/", ".com:8443/")),
    "with a user": lambda: message(told("Delivery"), SigningCertURL=CERTIFICATE.replace("https://", "https://sns@")),
    "a host that only begins so": lambda: message(told("Delivery"), SigningCertURL=f"{HOST}.example.com/a.pem"),
    "another page of SNS": lambda: message(told("Delivery"), SigningCertURL=f"{HOST}/?Action=GetTopicAttributes"),
    "a page with a question": lambda: message(told("Delivery"), SigningCertURL=f"{CERTIFICATE}?a=b"),
    "a host in brackets": lambda: message(
        told("Delivery"), SigningCertURL="https://[sns.eu-west-1.amazonaws.com/a.pem"
    ),
}


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_what_is_not_proved_is_refused(body: Callable[[], bytes]) -> None:
    """Whatever is wrong with it; and no address but that of the certificate is ever asked."""
    pages = amazon()

    with pytest.raises(Unverified):
        a_source(pages).verify_and_parse({}, body())

    assert {*pages.asked} <= {CERTIFICATE}


def test_a_certificate_that_is_over_proves_nothing() -> None:
    """Nor one that is not valid yet."""
    for since, until in ((-10, -1), (1, 10)):
        pages = amazon()
        pages.pages[CERTIFICATE] = Fetched(
            url=CERTIFICATE, status=200, body=certificate(since_days=since, until_days=until)
        )
        with pytest.raises(Unverified, match="not valid"):
            a_source(pages).verify_and_parse({}, message(told("Delivery")))


def test_without_a_topic_nobody_is_believed() -> None:
    """Anybody at Amazon can sign messages of a topic of theirs."""
    with pytest.raises(Unverified, match="no topic"):
        SesEvents(None, SystemClock(), None).verify_and_parse({}, message(told("Delivery")))


def test_a_certificate_that_can_not_be_fetched_is_no_refusal() -> None:
    """SNS does not come again after a 403; it does after a 503, which this becomes."""
    pages = amazon()
    for missing in (None, Fetched(url=CERTIFICATE, status=503), Fetched(url=CERTIFICATE, status=200, body=b"a page")):
        pages.pages.pop(CERTIFICATE)
        if missing:
            pages.pages[CERTIFICATE] = missing
        with pytest.raises(NotFetched):
            a_source(pages).verify_and_parse({}, message(told("Delivery")))
        pages.pages[CERTIFICATE] = Fetched(url=CERTIFICATE, status=200)


def test_invented_certificates_are_not_all_asked_for() -> None:
    """Somebody who knows the topic's name could make us ask Amazon as often as they like."""
    pages = amazon()
    source = a_source(pages)

    for number in range(40):
        url = CERTIFICATE.replace("0123", f"{number:04}")
        with pytest.raises(NotFetched):
            source.verify_and_parse({}, message(told("Delivery"), SigningCertURL=url))

    assert len(pages.asked) < 10


def test_a_subscription_to_the_topic_is_confirmed() -> None:
    """By following its link, which says nothing about a mail."""
    pages = amazon()

    assert () == a_source(pages).verify_and_parse({}, confirmation())

    assert [CERTIFICATE, CONFIRM] == pages.asked


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/?Action=ConfirmSubscription",
        "http://127.0.0.1:8025/studio",
        CONFIRM.replace("https", "http"),
        CONFIRM.replace("1234", "9999"),
    ],
)
def test_no_other_link_is_followed(url: str) -> None:
    """However well it is signed."""
    pages = amazon()

    with pytest.raises(Unverified):
        a_source(pages).verify_and_parse({}, confirmation(SubscribeURL=url))

    assert [CERTIFICATE] == pages.asked


def test_a_confirmation_that_fails_is_asked_for_again() -> None:
    """SNS sends it again after a 503."""
    pages = amazon()
    pages.pages[CONFIRM] = Fetched(url=CONFIRM, status=500)

    with pytest.raises(NotFetched):
        a_source(pages).verify_and_parse({}, confirmation())


@pytest.mark.parametrize(
    "said",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        {"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "You have subscribed"},
    ],
)
def test_words_that_try_the_topic_are_no_event(said: object) -> None:
    """SES sends them when the topic is chosen."""
    assert [] == heard(said)


MEANINGS = [
    (told("Send"), EventKind.PROCESSED, False, None),
    (told("Delivery"), EventKind.DELIVERED, False, None),
    (told("DeliveryDelay", delayType="MailboxFull"), EventKind.DEFERRED, False, None),
    (told("Reject", reason="Bad content"), EventKind.DROPPED, False, None),
    (told("Open", ipAddress="192.0.2.1"), EventKind.OPENED, False, None),
    (bounce("Permanent", "General", "5.1.1"), EventKind.BOUNCED, False, HARD),
    (bounce("Permanent", "General"), EventKind.BOUNCED, False, HARD),
    (bounce("Permanent", "NoEmail"), EventKind.BOUNCED, False, HARD),
    (bounce("Permanent", "General", "5.7.1", "smtp; 550 5.7.1 blocked"), EventKind.BOUNCED, True, None),
    (bounce("Permanent", "Suppressed"), EventKind.DROPPED, False, HARD),
    (bounce("Permanent", "OnAccountSuppressionList"), EventKind.DROPPED, False, HARD),
    (bounce("Transient", "MailboxFull", "5.2.2"), EventKind.BOUNCED, True, None),
    (bounce("Transient", "General"), EventKind.BOUNCED, True, None),
    (bounce("Transient", "ContentRejected"), EventKind.BOUNCED, True, None),
    (bounce("Undetermined", "Undetermined"), EventKind.BOUNCED, True, None),
    (told("Complaint"), EventKind.COMPLAINED, False, COMPLAINT),
    (told("Complaint", complaintFeedbackType="abuse"), EventKind.COMPLAINED, False, COMPLAINT),
    (told("Complaint", complaintSubType="OnAccountSuppressionList"), EventKind.DROPPED, False, COMPLAINT),
    (told("Complaint", complaintFeedbackType="not-spam"), EventKind.UNKNOWN, False, None),
    (told("Subscription"), EventKind.UNKNOWN, False, None),
    (told("A Kind Of Next Year"), EventKind.UNKNOWN, False, None),
]


@pytest.mark.parametrize(
    ("said", "kind", "is_soft", "suppresses"),
    MEANINGS,
    ids=[f"{said['eventType']}-{number}" for number, (said, *_) in enumerate(MEANINGS)],
)
def test_each_kind_of_event_has_its_meaning(
    said: dict[str, Any], kind: EventKind, is_soft: bool, suppresses: SuppressionReason | None
) -> None:
    """Only what is for good keeps an address from being mailed again."""
    (event,) = heard(said)

    assert (kind, is_soft, suppresses) == (event.kind, event.is_soft, event.suppresses)


def test_a_click_names_its_link() -> None:
    """And two clicks on two links are two events."""
    first, second = (heard(told("Click", link=f"https://example.org/{name}"))[0] for name in "ab")

    assert (EventKind.CLICKED, "https://example.org/a") == (first.kind, first.url)
    assert first.id != second.id


def test_what_is_told_twice_has_one_id() -> None:
    """SNS may deliver twice, and the domain's own notifications tell again what the configuration set told."""
    by_set = told("Delivery")
    by_domain = {**by_set, "notificationType": "Delivery"}
    del by_domain["eventType"]

    assert 1 == len({event.id for said in (by_set, by_set, by_domain) for event in heard(said)})


def test_a_mail_server_that_names_another_address_puts_nobody_else_off() -> None:
    """A reader's mail was forwarded, and the forwarding address bounced: it was that reader's copy."""
    said = told("Bounce", bounceType="Permanent", bouncedRecipients=[{"emailAddress": "other@example.net"}])

    assert ["reader101@example.com"] == [event.email for event in heard(said)]


def test_a_mail_of_another_program_to_several_is_an_event_for_each() -> None:
    """The account may carry other mail; an address that bounced there is no good here either."""
    said = told("Bounce", bounceType="Permanent", bouncedRecipients=[{"emailAddress": "b@example.com"}])
    said["mail"] |= {"destination": ["a@example.com", "b@example.com"], "tags": {}}

    (event,) = heard(said)

    assert ("b@example.com", None, None, HARD) == (event.email, event.attempt, event.delivery, event.suppresses)


def test_a_reason_holds_no_address() -> None:
    """The words of a mail server stay in the database after a person was forgotten."""
    (event,) = heard(bounce("Permanent", "General", "5.1.1", "smtp; 550 <Reader101@Example.com> unknown"))

    assert "smtp; 550 <(address)> unknown" == event.reason


@pytest.mark.parametrize(
    "said",
    [
        {"eventType": "Bounce", "mail": {}},
        {"eventType": "Bounce", "mail": {"destination": ["a@example.com"]}, "bounce": "text"},
        {"eventType": "Bounce", "mail": {"destination": "text", "tags": ["x"]}, "bounce": {"bouncedRecipients": {}}},
        {"eventType": 3, "mail": {"destination": [None], "tags": {"nl_delivery": ["x"]}}},
        {"eventType": "Delivery", "mail": {"destination": ["a\u0000@example.com"], "timestamp": "soon"}},
    ],
)
def test_nonsense_that_is_signed_breaks_nothing(said: dict[str, Any]) -> None:
    """At worst it is an event of no delivery of ours."""
    for event in heard(said):
        assert event.delivery is None
        assert "\x00" not in event.email


def test_a_list_is_not_an_event() -> None:
    """It is answered with 400, so that somebody looks at it."""
    with pytest.raises(Unreadable):
        heard([1, 2])


def test_the_accounts_own_list_is_read() -> None:
    """Page by page: who bounced and who complained. The same row has the same id when it is read again."""
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    with ses_server() as server:
        server.suppressed = [
            {"EmailAddress": f"r{number}@example.com", "Reason": "BOUNCE", "LastUpdateTime": at}
            for number in range(1_500)
        ]
        server.suppressed.append({"EmailAddress": "c@example.com", "Reason": "COMPLAINT", "LastUpdateTime": at})
        client = SesClient(SesAccess(region=REGION, access_key=KEY, secret_key=SECRET, url=server.url))
        source = a_source(amazon(), lambda: client)

        found, again = source.pull(at - timedelta(days=1)), source.pull(at)

        assert [] == server.problems
        assert 4 == server.asked.count("ListSuppressedDestinations")
        server.denied = {"ListSuppressedDestinations"}
        with pytest.raises(Unheard, match="permission"):
            source.pull(at)
        client.close()
    assert 1_501 == len(found) == len({event.id for event in found})
    assert [event.id for event in found] == [event.id for event in again]
    assert (EventKind.BOUNCED, HARD, at) == (found[0].kind, found[0].suppresses, found[0].at)
    assert (EventKind.COMPLAINED, COMPLAINT) == (found[-1].kind, found[-1].suppresses)


def test_an_account_that_can_not_be_asked_is_unheard() -> None:
    """The next half hour asks again."""
    with ses_server() as server:
        url = server.url
    client = SesClient(SesAccess(region=REGION, access_key=KEY, secret_key=SECRET, url=url))

    with pytest.raises(Unheard, match="did not answer"):
        a_source(amazon(), lambda: client).pull(datetime(2026, 11, 20, tzinfo=UTC))
    with pytest.raises(Unheard):
        a_source(amazon()).pull(datetime(2026, 11, 20, tzinfo=UTC))
