"""Tells apart, in a forwarded mail, the words of the sender from what they forward, by whatever program and language."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What mail programs put before the subject: Fwd, Fw; WG (de), TR (fr), RV (es), I (it), Enc (pt), VS, VB (nordic), Doorst (nl).
_PREFIX = re.compile(
    r"^\s*+(?:\[?\s*+(?:fwd?|wg|tr|rv|enc|vs|vb|vl|doorst|pd|i|пересл|転送)\s*+[:：]\s*+)++", re.IGNORECASE
)
# What the library does not know: a rule of hyphens or signs around any words, and the one line of MailMate and Apple Mail.
_MARKERS = (
    re.compile(r"^[ \t]*-{5,}[ \t]*\w[^\n-]{3,60}[^\n-][ \t]*-{5,}[ \t]*$", re.MULTILINE),
    re.compile(r"^[>\s]{0,4}(?:Forwarded message|転送されたメッセージ)[ \t]*[:：][ \t]*$", re.MULTILINE),
)
# What the lines of a forwarded mail's own head begin with, as programs translate it: from, date, to, copy, subject.
_LABELS = (
    "From|Sent|Date|To|Cc|Bcc|Reply-To|Subject|Importance|Von|Gesendet|Datum|An|Kopie|Betreff|De|Envoyé|Date d'envoi|À|A|Copie à|Objet|Enviado(?: el)?|Fecha|Para|Asunto|Da|Mittente|Destinatario|Inviato|Data|Oggetto|Per"
    "|Van|Verzonden|Aan|Onderwerp|Enviad[ao]|Assunto|Od|Wysłan[eoy]|Do|DW|Temat|От(?: кого)?|Отправитель|Отправлено|Дата|Кому|Копия|Тема|Від(?: кого)?|Надіслано|Копія|Från|Skickat|Till|Kopia|Ämne|Fra|Sendt|Til|Kopi|Emne"
    "|Odesláno|Komu|Předmět|Lähettäjä|Lähetetty|Vastaanottaja|Aihe|差出人|送信元|送信者|送信日時|日付|日時|宛先|件名"
)
# The value stands behind it or on the next line (a cell of a table that became text).
_HEADER_LINE = re.compile(
    rf"^[>\s]{{0,8}}[*]?(?:{_LABELS})[*]?\s?[:：][*]?(?!//)[ \t]*(?P<value>\S[^\n]*)?$", re.IGNORECASE
)
# A head that nothing announces has at least so many of them in a row.
_FEWEST_HEAD_LINES = 3
# Between the labels of one head, empty lines stand in few mails, and no more than so many.
_MOST_HEAD_LINES = 16
_RULE = re.compile(r"[ \t]{0,8}(?:-{3}|_{3})[^\n]{0,90}")
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
# What programs and phones add below a mail, by the words that it begins with.
_SENT_FROM = re.compile(
    r"^[ \t]{0,4}(?:Sent (?:from|with|via)|Get Outlook for|Von mein(?:em|er)|Gesendet (?:mit|von)|Holen Sie sich Outlook|Outlook für|Envoyé (?:de|avec|à partir)"
    r"|Obtenez Outlook|Télécharger Outlook|Enviado (?:desde|do|de|com)|Obtener Outlook|Obter o Outlook|Descarga(?:r)? Outlook|Inviato (?:da|con)|Scarica Outlook|Ottieni Outlook"
    r"|Verzonden (?:vanaf|met|via)|Verstuurd vanaf|Outlook voor|Download Outlook|Wysłane? z|Pobierz (?:aplikację )?Outlook|Отправлено (?:с|из)|Скачать Outlook|Получить Outlook|Надіслано з|Отримати Outlook"
    r"|Skickat? från|Hämta Outlook|Sendt fra|Hent Outlook|Odesláno z|Stáhnout Outlook|Lähetetty|iPhoneから送信|Outlook for)\b[^\n]{0,120}$",
    re.MULTILINE,
)
# The library looks at the beginning of a mail only: some of its patterns grow with the square of the text.
_MOST_LOOKED_AT = 8_000
_BLANKS = re.compile(r"[ \t\xa0]{5,}")
_GAPS = re.compile(r"\n(?:[ \t\xa0]{0,4}\n){3,}+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """`own` are the sender's words without their signature; `other` is what they pass on, "" where it is nothing.

    `author` is the name of who wrote that, as far as the mail says it.
    """

    own: str
    other: str
    author: str = ""


def bare_subject(subject: str) -> str:
    """The subject without what says that it was forwarded."""
    return _PREFIX.sub("", subject).strip() if _PREFIX.match(subject) else subject.strip()


def take_apart(text: str, subject: str = "") -> Forwarded:
    """Split a mail's text where a forwarded message begins; `subject` may say that there is one."""
    from emailforwardparser.forward_parser import parse_body, parse_original_email

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    beginning = _GAPS.sub("\n\n\n", _BLANKS.sub("    ", text[:_MOST_LOOKED_AT]))
    rest = text[_MOST_LOOKED_AT:]
    try:
        found = parse_body(beginning, _PREFIX.match(subject) is not None)
        original = parse_original_email(found.email, found.body) if found.email else None
    except Exception:  # noqa: BLE001 - the library stumbles over some heads, in ways that it does not name
        original = None
    if original is not None:
        author = original.from_.name or original.from_.address
        other = _without_head(original.body + rest)
        return Forwarded(own=without_signature(found.message), other=other, author=author.strip())
    match = min((found for mark in _MARKERS if (found := mark.search(text))), key=lambda one: one.start(), default=None)
    if match is not None:
        return Forwarded(own=without_signature(text[: match.start()]), other=_without_head(text[match.end() :]))
    lines = text.split("\n")
    at = _unannounced(lines)
    if at is None:
        return Forwarded(own=without_signature(text), other="")
    return Forwarded(own=without_signature("\n".join(lines[:at])), other=_without_head("\n".join(lines[at:])))


def _unannounced(lines: list[str]) -> int | None:
    """The first line of a head that stands alone, as desktop Outlook writes it in languages that the library lacks."""
    in_a_row = 0
    for at, line in enumerate(lines):
        in_a_row = in_a_row + 1 if _HEADER_LINE.match(line) else 0
        if in_a_row == _FEWEST_HEAD_LINES:
            return at + 1 - in_a_row
    return None


def without_signature(text: str) -> str:
    """What stands above the two hyphens, without the lines that programs and phones add or put before a forwarded mail."""
    match = _SIGNATURE.search(text)
    own = _SENT_FROM.sub("", text[: match.start()] if match else text).strip()
    above, _, last = own.rpartition("\n")
    return above.strip() if _RULE.fullmatch(last) else own


def _without_head(text: str) -> str:
    """A forwarded message without the From, Date, Subject and To on top of it, and not indented."""
    lines = text.strip("\n").split("\n")
    if all(line.startswith(">") or not line.strip() for line in lines):
        lines = [re.sub(r"^> ?", "", line) for line in lines]
    return "\n".join(lines[_head(lines) :]).strip()


def _head(lines: list[str]) -> int:
    """How many lines are its head: labels with what belongs to them, and the empty ones between."""
    end = at = 0
    while at < min(len(lines), _MOST_HEAD_LINES):
        match = _HEADER_LINE.match(lines[at])
        if match is None and lines[at].strip(">* \t"):
            break
        if match is not None:
            at += 1 if match["value"] else 2
            end = at
        else:
            at += 1
    return end
