"""Writes one reader's mail as RFC 5322 bytes: the edition is encoded once, only what differs is encoded again."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from newsletter.words.domain import ascii_domain
from newsletter.words.edition import Edition
from newsletter.words.gap import Choice, Gap, Part
from newsletter.words.mistake import Mistake
from newsletter.words.plain import unix_lines

_SOFT = "=\r\n"
# RFC 5322 2.1.1 asks for 78, and forbids more than 998.
_FOLD = 76
_LONGEST = 998

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN_VALUE = re.compile("[!-<>-~](?:[ -<>-~]{0,73}[!-<>-~])?")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ADDRESS = re.compile(r"[^\s@<>(),:;\"\\\[\]]+@[^\s@<>(),:;\"\\\[\]]+")
_HEADER_NAME = re.compile("[!-9;-~]+")
# The form sets these itself; given twice, readers would choose between them as they like.
_OWN_WORDS = "from to subject date message-id mime-version reply-to content-type content-transfer-encoding bcc cc"
_OWN = frozenset(_OWN_WORDS.split())


def message_id(edition: Edition, delivery: int) -> str:
    """The same for every try of one delivery, so that a receiver who gets it twice can tell (RFC 5322 3.6.4)."""
    return f"<issue-{edition.issue}.delivery-{delivery}@{domain_of(edition.sender)}>"


def domain_of(address: str) -> str:
    """The part after the @, in ASCII. Raises NotADomain."""
    return _in_ascii(address.rpartition("@")[2])


class MessageForm:
    """An edition made ready for any number of readers.

    `values` below are one per hole, in the order of `edition.holes`, escaped already by `words.gap.fill`.
    """

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        # "=_" can't occur in quoted-printable text, so no value can ever hold a boundary (RFC 2045 6.7).
        self._boundary = f"=_{edition.digest[:32]}"
        numbers = {hole: index for index, hole in enumerate(edition.holes)}
        self._subject = [_strand(piece, numbers) for piece in edition.subject.pieces]
        self._constant_subject = (
            header("Subject", "".join(map(str, self._subject))) if edition.subject.is_constant else None
        )
        self._body = self._assembled(numbers)
        self._in_body = sorted({strand for strand in self._body if isinstance(strand, int)})
        self._head = self._constant_head()

    def subject(self, values: Sequence[str]) -> str:
        """The subject as a reader sees it."""
        return "".join(values[strand] if isinstance(strand, int) else strand for strand in self._subject)

    def message(
        self, *, to: str, values: Sequence[str], headers: Mapping[str, str], message_id: str, date: datetime
    ) -> bytes:
        """One reader's mail. `headers` are those beside the form's own, such as List-Unsubscribe.

        Raises Mistake for an address or a header that would not survive: control characters, a header of the form's own.
        """
        for name in headers:
            if name.lower() in _OWN:
                raise Mistake(f"{name} is set by the mail itself.", fix="Leave it out of the other headers.")
        subject = self._constant_subject or header("Subject", self.subject(values))
        lines = [
            self._head,
            f"To: {addr_spec(to)}\r\n",
            subject,
            f"Date: {format_datetime(date)}\r\n",
            header("Message-ID", message_id),
            *(header(name, value) for name, value in headers.items()),
        ]
        encoded = {number: _encoded_value(values[number]) for number in self._in_body}
        body = "".join([encoded[strand] if isinstance(strand, int) else strand for strand in self._body])
        return ("".join(lines) + "MIME-Version: 1.0\r\n" + body).encode("ascii")

    def _constant_head(self) -> str:
        edition = self.edition
        head = _folded("From", f"{phrase(edition.sender_name)} <{addr_spec(edition.sender)}>")
        return head + (f"Reply-To: {addr_spec(edition.reply_to)}\r\n" if edition.reply_to else "")

    def _assembled(self, numbers: Mapping[Gap | Choice, int]) -> list[str | int]:
        """The body with everything constant encoded; a number stands for a hole."""
        tag = self.edition.language
        language = f"Content-Language: {tag if re.fullmatch('[A-Za-z0-9-]+', tag) else 'und'}\r\n\r\n"
        strands: list[str | int] = [
            f'Content-Type: multipart/alternative;\r\n boundary="{self._boundary}"\r\n{language}',
        ]
        # The last alternative is the one that is shown (RFC 2046 5.1.4).
        for kind, part in (("plain", self.edition.text), ("html", self.edition.html)):
            strands.append(
                f"--{self._boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            )
            strands += _encoded_part(part, numbers)
            strands.append("\r\n")
        return _joined([*strands, f"--{self._boundary}--\r\n"])


@lru_cache(maxsize=1024)
def header(name: str, value: str) -> str:
    """One header, its CRLF included, folded where it may be and nowhere else.

    Headers of addresses in angle brackets (List-*, Message-ID) stay literal at any length and fold at commas only;
    other text is RFC 2047 words where it is not ASCII. Raises Mistake for control characters, which could end the
    header and begin another, and for a line that no server takes.
    """
    if not _HEADER_NAME.fullmatch(name):
        raise Mistake(f"{name!r} can't be the name of a mail header.")
    if _CONTROL.search(value):
        raise Mistake(f"The {name} of a mail can't hold control characters or line ends.", fix="Remove them.")
    if name.lower() == "subject":
        return _unstructured(name, value)
    if name.lower() == "list-id":
        title, _, identifier = value.rpartition("<")
        return _folded(name, f"{phrase(title.strip().strip(chr(34)))} <{identifier}" if title.strip() else value)
    if not value.isascii():
        if name.lower().startswith("list-") or "<" in value:
            raise Mistake(f"The {name} of a mail must be ASCII.", fix="Percent-encode the address.")
        return _unstructured(name, value)
    return _checked(f"{name}: " + re.sub(r">,\s*<", ">,\r\n <", value) + "\r\n", name)


def phrase(name: str) -> str:
    """A display name: as it is, quoted, or in RFC 2047 words, whichever gives it back unchanged."""
    if _CONTROL.search(name):
        raise Mistake("A name in a mail's header can't hold control characters or line ends.", fix="Remove them.")
    if name.isascii() and "=?" not in name:
        if _ATOMS.fullmatch(name) and name == " ".join(name.split()):
            return name
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "\r\n ".join(_words(name, 12))


def _in_ascii(domain: str) -> str:
    """As typed where it is ASCII already: nobody should find their address in other letters than they gave."""
    return domain if domain.isascii() else ascii_domain(domain)


def addr_spec(address: str) -> str:
    """An address as headers hold it, its domain in ASCII. Raises Mistake for anything else than one plain address."""
    if not _ADDRESS.fullmatch(address) or _CONTROL.search(address):
        raise Mistake("This is not one mail address.", fix="Write it like name@example.org.")
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise Mistake("An address with letters outside ASCII before the @ can't be mailed to by everyone's servers.")
    return f"{local}@{_in_ascii(domain)}"


def _unstructured(name: str, value: str) -> str:
    if value.isascii() and "=?" not in value and value == value.strip():
        folded = _folded_at_spaces(f"{name}: {value}")
        if folded is not None:
            return folded
    return f"{name}: " + "\r\n ".join(_words(value, len(name) + 2)) + "\r\n"


def _folded_at_spaces(line: str) -> str | None:
    """The line in pieces of at most 76 characters; None where a word is too long for that."""
    lines: list[str] = []
    while len(line) > _FOLD:
        # Unfolding takes the line end away and leaves the space, so any single space will do.
        at = line.rfind(" ", 1, _FOLD + 1)
        if (at <= line.find(" ") and not lines) or at <= 0 or line[at - 1] == " " or line[at + 1 : at + 2] == " ":
            return None
        lines.append(line[:at])
        line = line[at:]
    return "\r\n".join([*lines, line]) + "\r\n"


def _words(text: str, used: int) -> list[str]:
    """RFC 2047 encoded words of at most 75 characters, each of whole characters; `used` columns are taken already."""
    words, chunk, room = [], "", 75 - 12 - used
    for letter in text:
        if 4 * -(-len((chunk + letter).encode()) // 3) > room:
            cut = _before_a_blank(chunk + letter)
            words.append(chunk[:cut])
            chunk, room = chunk[cut:], 75 - 12 - 1
        chunk += letter
    words.append(chunk)
    return [f"=?utf-8?B?{base64.b64encode(word.encode()).decode()}?=" for word in words]


def _before_a_blank(text: str) -> int:
    """Where to part a text before its last letter. Python's reader puts a blank between the words of a name: beside
    another one it does no harm.
    """
    blank = text.rfind(" ", 1)
    return blank if blank > 0 else len(text) - 1


def _folded(name: str, value: str) -> str:
    line = f"{name}: {value}"
    head, space, address = line.rpartition(" ")
    if max(len(part) for part in line.split("\r\n")) > _FOLD and head.strip(": ") != name:
        line = f"{head}\r\n{space}{address}"
    return _checked(line + "\r\n", name)


def _checked(lines: str, name: str) -> str:
    if max(len(line) for line in lines.split("\r\n")) > _LONGEST:
        raise Mistake(
            f"The {name} of a mail is longer than mail servers take.", fix="Make it shorter than 990 letters."
        )
    return lines


def _strand(piece: str | Gap | Choice, numbers: Mapping[Gap | Choice, int]) -> str | int:
    return piece if isinstance(piece, str) else numbers[piece]


def _encoded_part(part: Part, numbers: Mapping[Gap | Choice, int]) -> list[str | int]:
    """Constant text in quoted-printable with a soft break at both ends of every gap, so that a value has a line to itself."""
    strands: list[str | int] = []
    for index, piece in enumerate(part.pieces):
        if not isinstance(piece, str):
            strands.append(numbers[piece])
            continue
        has_gap_after = index + 1 < len(part.pieces)
        strands.append(_joining(quoted_printable(piece)) if has_gap_after else quoted_printable(piece))
    return strands


def _joining(encoded: str) -> str:
    """Quoted-printable that what follows can be put behind, on a line of its own."""
    if encoded.endswith("\r\n"):
        return encoded
    if len(encoded) - encoded.rfind("\n") - 1 == _FOLD:
        # The soft break would be the 77th character of its line: the last letter goes to the next one.
        cut = 3 if encoded[-3] == "=" else 1
        encoded = f"{encoded[:-cut]}{_SOFT}{encoded[-cut:]}"
    return encoded + _SOFT


def quoted_printable(text: str) -> str:
    """Text in quoted-printable (RFC 2045 6.7) that begins at the start of a line. Every kind of line end becomes CRLF."""
    text = unix_lines(text)
    encoded = binascii.b2a_qp(text.encode(), quotetabs=False, istext=True)
    return encoded.decode("ascii").replace("\n", "\r\n")


def _encoded_value(value: str) -> str:
    """A gap's value on a line of its own, with the soft break that joins it to what follows."""
    if _PLAIN_VALUE.fullmatch(value):
        return value + _SOFT
    if not value:
        return ""
    return _joining(quoted_printable(value))


def _joined(strands: list[str | int]) -> list[str | int]:
    """Neighbouring constant strands as one."""
    out: list[str | int] = []
    for strand in strands:
        if isinstance(strand, str) and out and isinstance(last := out[-1], str):
            out[-1] = last + strand
        else:
            out.append(strand)
    return out
