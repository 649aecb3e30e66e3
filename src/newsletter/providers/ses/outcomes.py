"""What an answer of SES means, for the reader it is about and for those who come after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from newsletter.providers.fault import bug_in_words
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

# SES counts by the second, and says nothing of how long to wait.
_TOO_FAST_WAIT = timedelta(seconds=2)

_BEFORE_THEIR_TURN = Deferred("The answer to a mail before theirs was lost, so they were not tried.")

_TOO_FAST = frozenset({"TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"})
_WRONG_KEY = frozenset(
    {
        *("UnrecognizedClientException", "InvalidClientTokenId", "IncompleteSignature", "MissingAuthenticationToken"),
        *("InvalidSignatureException", "SignatureDoesNotMatch", "ExpiredToken", "ExpiredTokenException"),
    }
)
# What a person has to do, by the name of the error. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
_REMEDIES = {
    "AccountSuspendedException": "Amazon has stopped this account. It wrote why, to the account's owner; answer there.",
    "SendingPausedException": "Sending is paused in the SES console, for the account or the configuration set.",
    "MailFromDomainNotVerifiedException": "The MAIL FROM domain of the sender is not live: see its DNS records in the SES console.",
    "NotFoundException": "Check NEWSLETTER_SES_CONFIGURATION_SET and NEWSLETTER_SES_REGION: a set belongs to one region.",
    "AccessDeniedException": "Give the key the permission ses:SendEmail (docs/ses.md lists all that are used).",
    "AccessDenied": "Give the key the permission ses:SendEmail (docs/ses.md lists all that are used).",
}
_CHECK_KEY = "Check the keys, and this machine's clock: newsletter connect ses"
_CHECK_SENDER = "Verify the sender's domain at SES, in the same region."
_SANDBOX = "This account is in the sandbox: it may write to verified addresses only. Ask Amazon for production access."
_QUOTA = "That is all this account may send in 24 hours. Go on when some of it is over, or ask Amazon for more."
_CHECK_ADDRESS = "Check NEWSLETTER_SES_REGION, and NEWSLETTER_SES_URL if it is set."

_ADDRESS = re.compile(r"(?<![^\s<>()\"',;:])[^\s<>()\"',;:]+@[^\s<>()\"',;:]+")
_TOO_LARGE = re.compile(r"message (?:is too long|length)|too large|exceeds? .{0,20}size", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SesVerdict:
    """What became of one reader's mail. `rest` is what it means for those not tried yet; None: go on with them."""

    outcome: Outcome
    rest: Deferred | None = None


def _for_all(outcome: Deferred) -> SesVerdict:
    return SesVerdict(outcome, rest=outcome)


def answered(answer: dict[str, Any]) -> SesVerdict:
    """What a success means: it is one only with the name that SES gave the mail."""
    name = answer.get("MessageId")
    if isinstance(name, str) and name:
        return SesVerdict(Accepted())
    return SesVerdict(Uncertain("The answer said yes, but not in the words that SES uses."), rest=_BEFORE_THEIR_TURN)


def refused(error: ClientError, *, delivery: int, sender: str) -> SesVerdict:
    """What a refusal means; also one by something on the way that is not SES."""
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message") or "")
    said = _said(code, status, message)
    if code in _TOO_FAST or status == 429:
        return _too_fast(said, message)
    if code in _WRONG_KEY:
        # Without its words: some of them repeat what was signed.
        return _for_all(Deferred(f"SES does not take the keys ({code}). {_CHECK_KEY}", pauses=True))
    if remedy := _REMEDIES.get(code):
        return _for_all(Deferred(f"{said} {remedy}", pauses=True))
    if code == "MessageRejected":
        return _rejected(said, message, delivery=delivery, sender=sender)
    if code == "BadRequestException" and not _TOO_LARGE.search(message):
        return SesVerdict(Refused(said, named=frozenset({delivery})))
    if 400 <= status < 500 and status != 408:
        remedy = _CHECK_ADDRESS if status == 404 else ""
        return _for_all(Deferred(f"{said} {remedy}".strip(), pauses=True))
    doubt = Uncertain(f"{said} The mail may have been taken before that went wrong.")
    return SesVerdict(doubt, rest=_BEFORE_THEIR_TURN)


def _too_fast(said: str, message: str) -> SesVerdict:
    """The same error says that it was too fast, and that the day's quota is used up; only the words differ."""
    if "quota" in message.lower():
        return _for_all(Deferred(f"{said} {_QUOTA}", pauses=True))
    return _for_all(Deferred(said, retry_after=_TOO_FAST_WAIT))


def _rejected(said: str, message: str, *, delivery: int, sender: str) -> SesVerdict:
    if "not verified" not in message.lower():
        return SesVerdict(Refused(said, named=frozenset({delivery})))
    # It lists the addresses or domains that are not verified; in the sandbox those of readers, too.
    named = {one.strip(" .<>").lower() for one in message.rpartition(": ")[2].split(",")}
    ours = {sender.lower(), sender.rpartition("@")[2].lower()}
    return _for_all(Deferred(f"{said} {_CHECK_SENDER if named & ours else _SANDBOX}", pauses=True))


def lost(error: BotoCoreError) -> SesVerdict:
    """What a call without an answer means: whether the mail can have been taken."""
    from botocore.exceptions import ConnectionError as NotConnected
    from botocore.exceptions import HTTPClientError, SSLError

    if isinstance(error, SSLError):
        # Also a connection that breaks later ends so; only a certificate is looked at before the mail goes out.
        reason = "its certificate is not valid" if "CERTIFICATE_VERIFY_FAILED" in str(error) else ""
        return _unreached(reason) if reason else _in_doubt(error)
    if isinstance(error, NotConnected):
        return _unreached(_KINDS.get(type(error).__name__, type(error).__name__))
    if isinstance(error, HTTPClientError) or type(error).__name__ == "ResponseParserError":
        return _in_doubt(error)
    # Anything else ended before a connection was made: mostly credentials that this machine does not have.
    reason = f"This machine could not sign the call ({type(error).__name__})."
    return _for_all(Deferred(f"{reason} {_CHECK_KEY}", pauses=True))


_KINDS = {
    "EndpointConnectionError": "no connection",
    "ConnectTimeoutError": "no answer in time",
    "ProxyConnectionError": "no connection to the proxy",
    "ReadTimeoutError": "no answer in time",
    "ConnectionClosedError": "the connection was closed",
}


def _unreached(reason: str) -> SesVerdict:
    return _for_all(Deferred(f"SES could not be reached: {reason}.", backs_off=True))


def _in_doubt(error: BotoCoreError) -> SesVerdict:
    reason = _KINDS.get(type(error).__name__, type(error).__name__)
    return SesVerdict(Uncertain(f"The answer of SES was lost: {reason}."), rest=_BEFORE_THEIR_TURN)


def our_bug(error: Exception) -> tuple[Uncertain, Deferred, str]:
    """For the mail in flight, for the others, and for the log."""
    kind = type(error).__name__
    return (
        Uncertain(f"The call was broken off by a fault of our own ({kind})."),
        Deferred(f"The parcel was broken off by a fault of our own ({kind}).", backs_off=True),
        bug_in_words(error),
    )


def _said(code: str, status: int, message: str) -> str:
    """The refusal as a sentence, without anybody's address."""
    clean = "".join(c if c.isprintable() else " " for c in _ADDRESS.sub("an address", message)).strip()[:300]
    what = f"SES answered {code or status}"
    return f"{what}: {clean if clean.endswith('.') else clean + '.'}" if clean else f"{what}."
