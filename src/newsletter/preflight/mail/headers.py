"""The form of the mail itself: what mailbox providers ask of bulk mail, held against a sample as it goes out.

The rules are RFC 5322, 2046, 2369, 2919 and 8058, and Google's and Yahoo's for senders of many mails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from newsletter.compose.press import Proof
from newsletter.preflight.around import Around
from newsletter.preflight.rules import finding
from newsletter.words.domain import is_related
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place

_LONGEST_LINE = 998
_ONCE = (
    *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id"),
)
_LIST_ID = re.compile(r"(?:[^<>]*\s)?<[A-Za-z0-9][A-Za-z0-9._-]*\.[A-Za-z0-9-]+>")
_MESSAGE_ID = re.compile(r"<[^<>@\s]+@([^<>@\s]+)>")
_FEEDBACK_ID = re.compile(r"[^:\s]*:[^:\s]*:[^:\s]*:[^:\s]{5,15}")
_HEADER_ON_PAGE = "The mail's head, which readers never see, is not as mailbox providers want it."
_SETTINGS_ON_PAGE = "Look at the sender, the address for replies and the public address under Settings."
_SETTINGS = "Look at `sender`, `reply_to`, `public_url` and the list's name."


def findings(proof: Proof, around: Around) -> Iterator[Finding]:
    """Of the sample mail, where there is one."""
    if around.message is None:
        return
    place = Place("newsletter.toml")
    head, _, _ = around.message.partition(b"\r\n\r\n")
    mail = BytesParser(policy=policy.SMTP).parsebytes(around.message)
    for problem in (*_headers(mail), *_unsubscribe(mail), *_raw_head(head)):
        yield finding("bad-header", place, problem, _SETTINGS, on_page=_HEADER_ON_PAGE, fix_on_page=_SETTINGS_ON_PAGE)
    for problem in _form(around.message, mail):
        yield finding(
            "bad-form",
            Place(proof.issue.file, 1),
            problem,
            "Look for odd characters in the issue's text.",
            on_page="The mail holds characters that mail servers do not take.",
        )


def _headers(mail: EmailMessage) -> Iterator[str]:
    for name in _ONCE:
        if (n_times := len(mail.get_all(name, []))) != 1:
            yield f"The mail has {n_times} headers {name}; it needs one."
    sender = str(mail.get("From", ""))
    domain = sender.rpartition("@")[2].strip(" >").lower()
    if not domain or "." not in domain:
        yield f"The sender {sender!r} has no domain."
    message_id = _MESSAGE_ID.fullmatch(str(mail.get("Message-ID", "")).strip())
    if message_id is None or not is_related(message_id[1].lower(), domain):
        yield "The Message-ID is not under the sender's domain."
    if not _LIST_ID.fullmatch(str(mail.get("List-Id", "")).strip()):
        yield f"The List-Id {str(mail.get('List-Id', ''))!r} is not a name under a domain."
    feedback = mail.get_all("Feedback-ID", [])
    if len(feedback) > 1 or (feedback and not _FEEDBACK_ID.fullmatch(str(feedback[0]).strip())):
        yield "The Feedback-ID is not four parts with a sender of 5 to 15 letters."


def _unsubscribe(mail: EmailMessage) -> Iterator[str]:
    uris = re.findall(r"<([^<>]*)>", str(mail.get("List-Unsubscribe", "")))
    secure = [uri for uri in uris if uri.lower().startswith("https://")]
    if len(secure) != 1:
        yield f"List-Unsubscribe holds {len(secure)} https addresses; one-click unsubscribe (RFC 8058) needs one."
    if str(mail.get("List-Unsubscribe-Post", "")).strip() != "List-Unsubscribe=One-Click":
        yield "List-Unsubscribe-Post does not say List-Unsubscribe=One-Click (RFC 8058)."


def _raw_head(head: bytes) -> Iterator[str]:
    if not head.isascii():
        yield "A header holds letters outside ASCII that are not encoded."
    for line in head.split(b"\r\n"):
        if line.lower().startswith((b"list-", b" <http")) and b"=?" in line:
            yield "A List- header is written in encoded words, which mail programs do not decode there (RFC 2369)."


def _form(message: bytes, mail: EmailMessage) -> Iterator[str]:
    if (longest := max((len(line) for line in message.split(b"\r\n")), default=0)) and longest > _LONGEST_LINE:
        yield f"A line of the mail has {longest:,} bytes; servers take {_LONGEST_LINE}."
    if re.search(rb"\r(?!\n)|(?<!\r)\n", message):
        yield "The mail holds line ends of another kind than CRLF."
    if b"\0" in message or not message.isascii():
        yield "The mail holds bytes that are not encoded."
    parts = [part.get_content_type() for part in mail.iter_parts()] if mail.is_multipart() else []
    if mail.get_content_type() != "multipart/alternative" or parts != ["text/plain", "text/html"]:
        yield "The mail is not a text part followed by an HTML part."
