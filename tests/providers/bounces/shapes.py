"""Mails that come back, in the shapes in which servers write them, each with what it has to be taken for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.providers.smtp.bounces.cause import BounceCause
from newsletter.providers.smtp.bounces.report import ReportKind

READER = "ana@example.org"
HARD, FULL, BLOCKED, SOFT = BounceCause.NO_MAILBOX, BounceCause.FULL, BounceCause.BLOCKED, BounceCause.FOR_NOW


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One mail, and what it is. `cause` counts for a BOUNCED one only."""

    name: str
    mail: bytes
    kind: ReportKind
    cause: BounceCause = BounceCause.FOR_NOW


# The field Status, what the other server said, and what that means. Wordings after RFC 3463 and servers' own pages.
SAID: list[tuple[str, str, BounceCause]] = [
    ("5.1.1", "550 5.1.1 <ana@example.org>: Recipient address rejected: User unknown in virtual mailbox table", HARD),
    (
        "5.1.1",
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550 5.1.1 double-checking",
        HARD,
    ),
    (
        "5.1.10",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ana@example.org not found by SMTP address lookup",
        HARD,
    ),
    ("5.1.1", "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found", HARD),
    ("5.1.10", "556 5.1.10 Domain does not accept mail (nullMX)", HARD),
    ("5.1.6", "551 5.1.6 The mailbox has moved; no forwarding address is known", HARD),
    ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", HARD),
    ("5.0.0", "550 No such user here", HARD),
    ("5.0.0", "550 Requested action not taken: mailbox unavailable; user unknown", HARD),
    ("5.0.0", "550 5.0.0 Unknown recipient", HARD),
    ("5.5.0", "550 5.5.0 Requested action not taken: no such mailbox", HARD),
    ("5.3.0", "553 5.3.0 <ana@example.org>... Addressee unknown", HARD),
    ("5.0.0", "554 delivery error: dd This user doesn't have a example.org account (ana@example.org)", HARD),
    ("5.0.0", "550 Account has been disabled", HARD),
    ("5.0.0", "550 invalid recipient", HARD),
    ("5.1.1", "550 5.1.1 <full-of-spam@example.org>: User unknown", HARD),
    ("5.1.1", "550 5.1.1 User unknown <quota.4.2.2@example.org>", HARD),
    ("5.2.2", "552 5.2.2 Over quota", FULL),
    ("5.2.2", "552-5.2.2 The email account that you tried to reach is over quota and inactive", FULL),
    ("4.2.2", "452 4.2.2 Mailbox full", FULL),
    ("5.0.0", "552 Requested mail action aborted: exceeded storage allocation", FULL),
    ("5.1.1", "550 5.1.1 Mailbox is full", FULL),
    ("5.2.2", "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", FULL),
    ("5.0.0", "550 Postfach ist voll", FULL),
    ("5.3.4", "552 5.3.4 insufficient system storage", FULL),
    ("5.7.1", "550 5.7.1 Message rejected due to content", BLOCKED),
    ("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.example", BLOCKED),
    ("5.7.1", "550-5.7.1 Our system has detected that this message is likely unsolicited mail", BLOCKED),
    ("5.7.26", "550-5.7.26 This mail has been blocked because the sender is unauthenticated", BLOCKED),
    ("5.7.509", "550 5.7.509 Access denied, sending domain does not pass DMARC verification", BLOCKED),
    ("5.7.606", "550 5.7.606 Access denied, banned sending IP [192.0.2.7]", BLOCKED),
    ("5.1.1", "550 5.1.1 blocked: poor reputation of 192.0.2.7", BLOCKED),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", BLOCKED),
    ("5.0.0", "554 Denied by policy", BLOCKED),
    ("5.0.0", "550 Sender verify failed; user unknown, content rejected", BLOCKED),
    ("5.7.1", "550 5.7.1 <ana@example.org>: Recipient address rejected: User unknown", BLOCKED),
    ("4.7.1", "451 4.7.1 Greylisted, try again later", BLOCKED),
    ("4.7.28", "421-4.7.28 Our system has detected an unusual rate of mail: too many", BLOCKED),
    ("5.0.0", "554 5.0.0 virus found", BLOCKED),
    ("5.4.4", "Host or domain name not found. Name service error for name=example.org type=MX", SOFT),
    ("5.1.2", "550 5.1.2 Host unknown (Name server: host not found)", SOFT),
    ("4.4.1", "connect to mx.example.org[192.0.2.9]:25: Connection timed out", SOFT),
    ("4.4.7", "delivery temporarily suspended: Message expired", SOFT),
    ("5.4.7", "550 5.4.7 Delivery expired (message too old)", SOFT),
    ("5.4.6", "554 5.4.6 Too many hops", BLOCKED),
    ("5.3.0", "554 5.3.0 i/o error", SOFT),
    ("5.3.2", "550 5.3.2 System not accepting network messages", SOFT),
    ("5.6.0", "554 5.6.0 Corrupt message content", BLOCKED),
    ("5.0.0", "550 Requested action not taken: mailbox unavailable", SOFT),
    ("5.0.0", "", SOFT),
    ("", "", SOFT),
    ("5.1.1", "450 4.1.1 User unknown in local recipient table", SOFT),
    ("4.1.1", "450 4.1.1 <ana@example.org>: Recipient address rejected: unverified address", SOFT),
    ("5.2.0", "550 5.2.0 Message could not be delivered", SOFT),
    ("4.2.1", "450-4.2.1 The user you are trying to contact is receiving mail at a rate", SOFT),
]


def shapes(back: str, mark: str) -> list[Shape]:
    """All of them, sent to `back`, the return address of one delivery; `mark` is what is signed in it."""
    made = [
        *_reported(back),
        *_other_reports(back),
        *_in_words(back),
        *_complaints(back),
        *_nothing(back),
        *_broken(back),
    ]
    assert all(mark.encode() in one.mail for one in made if one.kind is not ReportKind.NOTHING)
    return made


def _headers(back: str, kind: str, *more: str, sender: str = "MAILER-DAEMON@mx.example.org") -> str:
    lines = [
        "Return-Path: <>", f"From: Mail Delivery System <{sender}>", f"To: {back}",
        "Subject: Undelivered Mail Returned to Sender", "Date: Thu, 3 Dec 2026 09:31:00 +0100",
        "Message-ID: <NUMBER@mx.example.org>", "MIME-Version: 1.0", f"Content-Type: {kind}", *more,
    ]  # fmt: skip
    return "\n".join(lines) + "\n\n"


def _returned(back: str) -> str:
    """The headers of ours that came back: words in them are not the server's."""
    return (
        f"Return-Path: <{back}>\nFrom: Weekly Ferries <mara@ferries.example.com>\nTo: {READER}\n"
        "Subject: Why this user unknown to spam filters has no quota\nMessage-ID: <issue-1.delivery-7@ferries.example.com>\n"
    )


def _report(back: str, human: str, first: str, fields: list[str], *, part: str = "message/delivery-status") -> str:
    """A multipart/report (RFC 3462) with one block of fields for each recipient (RFC 3464)."""
    blocks = "\n\n".join([first, *fields])
    return (
        _headers(back, 'multipart/report; report-type=delivery-status; boundary="b"', "Auto-Submitted: auto-replied")
        + f"--b\nContent-Type: text/plain; charset=utf-8\n\n{human}\n\n--b\nContent-Type: {part}\n\n{blocks}\n\n"
        + f"--b\nContent-Type: text/rfc822-headers\n\n{_returned(back)}\n--b--\n"
    )


def _block(action: str, status: str, said: str, *, kind: str = "smtp", recipient: str = f"rfc822; {READER}") -> str:
    fields = [f"Final-Recipient: {recipient}", f"Action: {action}", *([f"Status: {status}"] if status else [])]
    if said:
        fields.append(f"Diagnostic-Code: {kind}; {said}")
    return "\n".join(fields)


def _postfix(back: str, status: str, said: str) -> str:
    human = f"This is the mail system at host mx.example.org.\n\n<{READER}>: host mx said: {said} (in reply to RCPT TO)"
    return _report(
        back, human, "Reporting-MTA: dns; mx.example.org\nX-Postfix-Queue-ID: 4X2", [_block("failed", status, said)]
    )


def _exchange(back: str, status: str, said: str) -> str:
    human = "Your message couldn't be delivered. The recipient's mailbox wasn't found, or it is full, or spam."
    return _report(back, human, "Reporting-MTA: dns;EX1.example.org", [_block("failed", status, said)])


def _google(back: str, status: str, said: str) -> str:
    human = "** Address not found **\n\nYour message wasn't delivered. The response was:\n\n" + said
    mail = _report(back, human, "Reporting-MTA: dns; googlemail.example", [_block("failed", status, said)])
    return mail.replace("To: bounces", "X-Failed-Recipients: ana@example.org\nDelivered-To: bounces", 1)


def _sendmail(back: str, status: str, said: str) -> str:
    human = f"   ----- The following addresses had permanent fatal errors -----\n<{READER}>\n    (reason: {said})"
    block = _block("failed", status, said, kind="SMTP", recipient=f"RFC822; {READER}")
    return _report(
        back, human, "Reporting-MTA: dns; mail.example.org\nArrival-Date: Thu, 3 Dec 2026 09:30:00 +0100", [block]
    )


def _reported(back: str) -> Iterator[Shape]:
    frames: list[Callable[[str, str, str], str]] = [_postfix, _exchange, _google, _sendmail]
    for frame in frames:
        for number, (status, said, cause) in enumerate(SAID):
            mail = frame(back, status, said).encode()
            yield Shape(
                name=f"{frame.__name__[1:]} {number} {said[:40]}", mail=mail, kind=ReportKind.BOUNCED, cause=cause
            )


def _other_reports(back: str) -> Iterator[Shape]:
    head, gone, full = "Reporting-MTA: dns; mx.example.org", SAID[0][1], SAID[17][1]
    for action, kind in (
        ("delayed", ReportKind.DELAYED),
        ("Delayed (will be retried)", ReportKind.DELAYED),
        ("delivered", ReportKind.DELIVERED),
        ("relayed", ReportKind.DELIVERED),
        ("expanded", ReportKind.DELIVERED),
        ("paused", ReportKind.NOTHING),
    ):
        mail = _report(back, "Warning", head, [_block(action, "4.4.1" if "elay" in action else "2.0.0", "250 ok")])
        yield Shape(name=f"action {action}", mail=mail.encode(), kind=kind)
    two = [_block("failed", "5.1.1", gone), _block("failed", "5.2.2", full)]
    yield Shape(name="gone and full", mail=_report(back, "", head, two).encode(), kind=ReportKind.BOUNCED, cause=FULL)
    two = [_block("failed", "5.1.1", gone), _block("delivered", "2.0.0", "250 ok")]
    yield Shape(name="gone here, there not", mail=_report(back, "", head, two).encode(), kind=ReportKind.DELIVERED)
    two = [_block("failed", "5.1.1", gone), _block("delayed", "4.4.1", "later")]
    yield Shape(name="gone here, there later", mail=_report(back, "", head, two).encode(), kind=ReportKind.DELAYED)
    for name, one in {
        "opensmtpd": _block("error", "5.1.1", gone),
        "a comment": _block(
            "failed (bad destination mailbox address)", "5.1.1 (bad destination mailbox address)", gone
        ),
        "x400": _block("failed", "5.1.1", gone, recipient="x400; /s=ana"),
        "only a status": _block("failed", "5.1.1", ""),
        "folded": _block("failed", "5.1.1", "550 5.1.1\n    User\n\tunknown"),
        "no kind": _block("failed", "5.1.1", gone).replace("smtp; ", ""),
        "x-unix": _block("failed", "5.1.1", 'input="550 5.1.1 no such user"', kind="X-Unix"),
    }.items():
        for part in ("message/delivery-status", "message/global-delivery-status"):
            mail = _report(back, "", head, [one], part=part).encode()
            yield Shape(name=f"{name} {part}", mail=mail, kind=ReportKind.BOUNCED, cause=HARD)


def _in_words(back: str) -> Iterator[Shape]:
    """Servers that write no report."""
    said = [
        ("550 5.1.1 user unknown", HARD), ("550 no such user", HARD), ("550 5.2.1 mailbox disabled", HARD),
        ("552 5.2.2 mailbox full", FULL), ("550 over quota", FULL), ("554 5.7.1 blocked", BLOCKED),
        ("554 rejected as spam", BLOCKED), ("550 5.4.4 host not found", SOFT), ("I couldn't find any host", SOFT),
        ("retry timeout exceeded", SOFT), ("550 mailbox unavailable", SOFT), ("451 4.3.0 later; user unknown", SOFT),
    ]  # fmt: skip
    for words, cause in said:
        qmail = (
            _headers(back, "text/plain")
            + "Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the "
            + "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            + f"<{READER}>:\n192.0.2.9 does not like recipient.\nRemote host said: {words}\nGiving up on 192.0.2.9.\n\n"
            + f"--- Below this line is a copy of the message.\n\n{_returned(back)}"
        )
        exim = (
            _headers(back, "text/plain", f"X-Failed-Recipients: {READER}", "Auto-Submitted: auto-replied")
            + "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered "
            + f"to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {READER}\n"
            + f"    host mx.example.org [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<{READER}>:\n"
            + f"    {words}\n\n------ This is a copy of the message, including all the headers. ------\n\n{_returned(back)}"
        )
        for name, mail in (("qmail", qmail), ("exim", exim)):
            yield Shape(name=f"{name} {words}", mail=mail.encode(), kind=ReportKind.BOUNCED, cause=cause)
    warning = (
        _headers(back, "text/plain")
        + f"Delivery to the following recipient has been delayed:\n\n     {READER}\n\nMessage will be retried for 2 more day(s)\n"
    )
    yield Shape(name="a warning in words", mail=warning.encode(), kind=ReportKind.DELAYED)


def _complaints(back: str) -> Iterator[Shape]:
    """Feedback reports (RFC 5965), most of them with the reader's address taken out."""
    for word, kind in (
        ("abuse", ReportKind.COMPLAINED),
        ("Abuse", ReportKind.COMPLAINED),
        ("fraud", ReportKind.COMPLAINED),
        ("opt-out", ReportKind.COMPLAINED),
        ("not-spam", ReportKind.NOTHING),
        ("virus", ReportKind.NOTHING),
        ("auth-failure", ReportKind.NOTHING),
        ("other", ReportKind.NOTHING),
    ):
        for name, fields, returned in (
            ("with its envelope", f"Original-Mail-From: <{back}>\nOriginal-Rcpt-To: <{READER}>\n", "Subject: Boats\n"),
            ("in the copy", "Removal-Recipient: redacted\n", f"Return-Path: <{back}>\nSubject: Boats\n"),
        ):
            mail = (
                _headers("abuse@ferries.example.com", 'multipart/report; report-type=feedback-report; boundary="b"')
                + "--b\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n--b\nContent-Type: message/feedback-report\n\n"
                + f"Feedback-Type: {word}\nUser-Agent: Loop/1.0\nVersion: 1\n{fields}\n--b\nContent-Type: message/rfc822\n\n"
                + f"{returned}\nHello\n--b--\n"
            )
            yield Shape(name=f"{word} {name}", mail=mail.encode(), kind=kind)


def _nothing(back: str) -> Iterator[Shape]:
    """What also comes to such an address, and reports nothing."""
    answers = {
        "out of office": "I am out of the office until Monday. My mailbox is not full, and no user is unknown.",
        "abwesend": "Ich bin bis Montag nicht im Haus.",
        "absence": "Je suis absente jusqu'à lundi.",
        "ausente": "Estoy de vacaciones.",
        "left": "Ana does not work here any more. Her account has been disabled; please write to bo@example.org.",
        "challenge": "Please click this link to show that you are a person: https://challenge.example.org/1",
        "ticket": "We received your request and gave it the number 550 5.1.1.",
        "thanks": "Thank you for the ferries. Unsubscribe me? No such user would.",
        "stop": "Please stop. I reported this as spam.",
        "empty": "",
        "quoted": "> 550 5.1.1 User unknown\n\nWhat does this mean?",
    }
    for name, words in answers.items():
        for more in ((), ("Auto-Submitted: auto-replied", "Precedence: bulk")):
            mail = _headers(back, "text/plain; charset=utf-8", *more, sender="ana@example.org") + words + "\n"
            yield Shape(name=f"{name} {len(more)}", mail=mail.encode(), kind=ReportKind.NOTHING)
    receipt = (
        _headers(back, 'multipart/report; report-type=disposition-notification; boundary="b"', sender=READER)
        + "--b\nContent-Type: text/plain\n\nIt was read.\n\n--b\nContent-Type: message/disposition-notification\n\n"
        + f"Final-Recipient: rfc822; {READER}\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n"
    )
    yield Shape(name="a receipt", mail=receipt.encode(), kind=ReportKind.NOTHING)


def _broken(back: str) -> Iterator[Shape]:
    """As no standard has them, and as they come."""
    whole = _postfix(back, "5.1.1", SAID[0][1])
    bounced = {"kind": ReportKind.BOUNCED, "cause": HARD}
    yield Shape(name="no last boundary", mail=whole.removesuffix("--b--\n").encode(), **bounced)  # type: ignore[arg-type]
    yield Shape(name="line ends of the net", mail=whole.replace("\n", "\r\n").encode(), **bounced)  # type: ignore[arg-type]
    yield Shape(
        name="bytes that are no text",
        mail=whole.replace("mail system", "\udcff\udcfe").encode("utf-8", "surrogateescape"),
        **bounced,
    )  # type: ignore[arg-type]
    yield Shape(name="in upper case", mail=whole.replace("Action: failed", "ACTION: FAILED").encode(), **bounced)  # type: ignore[arg-type]
    yield Shape(name="inside another", mail=_inside(back, whole).encode(), **bounced)  # type: ignore[arg-type]
    cut = whole[: whole.index("Action:")]
    yield Shape(name="cut off before it says anything", mail=cut.encode(), kind=ReportKind.NOTHING)
    yield Shape(name="empty", mail=b"", kind=ReportKind.NOTHING)
    yield Shape(name="only line ends", mail=b"\r\n" * 1_000, kind=ReportKind.NOTHING)


def _inside(back: str, whole: str) -> str:
    return (
        _headers(back, 'multipart/mixed; boundary="outer"')
        + f"--outer\nContent-Type: message/rfc822\n\n{whole}\n--outer--\n"
    )
