"""Words in cells: yes and no, nothing, and what other systems call people who stay, wait, or left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from newsletter.imports.columns import header_words
from newsletter.imports.columns.spelling import normalise, spaced, stems, words_in
from newsletter.words.subscriber import STRONGEST_FIRST, SubscriptionStatus, SuppressionReason


class NotAReader(StrEnum):
    """The row puts nobody on a list, though it does not say that the person left."""

    NEVER = "never"


RowStatus = SubscriptionStatus | SuppressionReason | NotAReader | None
"""A status that the row asks for, a reason never to mail the address, not a reader, or nothing said."""


def words(said: Mapping[RowStatus, str]) -> dict[str, RowStatus]:
    """A table of status words from lines of them, `|` between two."""
    return {normalise(word): status for status, line in said.items() for word in line.split("|")}


_TRUE = words_in("""
true|1|yes|y|t|x|on|checked|ja|j|wahr|oui|o|vrai|si|s|sí|verdadero|vero|sim|verdadeiro|waar|tak|prawda|sant|sann
sand|kyllä|tosi|ano|áno|igen|igaz|da|да|истина|так|істина|evet|doğru|ναι|はい|是|有|예|네|真|co|yes please|ja bitte|jah
taip|jā|ya|ใช่|כן|نعم|हाँ|希望|希望する|配信する|受け取る|接收|동의|동의함
""")
_FALSE = words_in("""
false|0|no|n|f|off|never|nein|falsch|nie|niemals|non|faux|jamais|falso|nunca|mai|não|nao|nee|onwaar|nooit|falsz
fałsz|nej|falsk|falskt|aldri|aldrig|nei|usant|ei|epätosi|ne|nepravda|nem|hamis|nu|нет|ложь|ні|хибність|никогда
hayır|yanlış|όχι|いいえ|否|沒有|没有|아니요|아니오|偽|無|无|unchecked|no thanks|no thank you|nein danke|non merci|no gracias
no grazie|nee bedankt|nej tack|nej tak|nei takk|nē|tidak|không|ไม่|ไม่ใช่|לא|لا|नहीं|希望しない|不要|配信しない|受け取らない|不接收
거부|미동의|동의안함|동의 안함
""")
_YES_SIGNS, _NO_SIGNS = frozenset("✓✔☑✅●○◯+"), frozenset("✗✘☐❌×✕✖")
_LONGEST_WORD = 80
# What programs write where there is nothing.
_NOTHING = words_in("""
null|none|nil|nan|n a|na|n|undefined|not set|blank|empty|leer|vide|vacío|keine|nicht gesetzt
""")
_NO_DATE = re.compile(
    r"(0000-0?0-0?0|0001-0?1-0?1|1900-01-0[01]|1899-12-3[01]|1970-01-01|0?0[./]0?0[./]0000|0?1[./]0?1[./](1970|0001))([T ].*)?\Z"
)
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}|\d{1,2}:\d\d|\d{4}\s?[年년]|(?<!\d)(19|20)\d\d(?!\d)|\A\d{9,13}\Z"
)
_LINK = re.compile(r"(https?://|www\.|mailto:)\S+\Z", re.IGNORECASE)

# Words for who stays and who waits are believed only whole; of who left the header's stems are enough.
KNOWN = words(
    {
        SubscriptionStatus.ACTIVE: "active|subscribed|subscriber|enabled|confirmed|regular|opted in|opt in|optin|opt-in|confirmed opt in|double opt in|single opt in"
        "|express|implied|explicit|granted|given|accepted|agreed|allowed|deliverable|valid|verified|ok|okay|sendable|mailable|marketing|marketing contact"
        "|transient|temporary|soft bounce|soft bounced|softbounced|soft|by default|aktiv|angemeldet|abonniert|bestätigt|eingetragen|erteilt|zugestimmt|abonné|abonnée|actif|active"
        "|inscrit|inscrite|confirmé|accordé|accepté|activo|activa|suscrito|suscrita|suscriptor|confirmado|confirmada|alta|attivo|attiva|iscritto|iscritta|confermato"
        "|ativo|ativa|inscrito|inscrita|assinante|actief|geabonneerd|ingeschreven|aangemeld|bevestigd|aktywny|aktywna|zapisany|zapisana|subskrybent|potwierdzony"
        "|prenumererar|prenumerant|bekräftad|abonnent|abonnerer|tilmeldt|påmeldt|bekræftet|aktiivinen|tilaaja|tilannut|aktivní|přihlášen|přihlášená|odběratel"
        "|aktivny|aktív|feliratkozott|feliratkozva|activ|abonat|активен|активный|активна|активний|подписан|подписана|подписчик|підписаний|підписана|підписник"
        "|aktif|abone|onaylı|ενεργός|εγγεγραμμένος|tilattu|zugestellt|delivered|mail|digest|summary|notice|concesso|concessa|concedido|otorgado|udzielona|wyrażona|gegeven|verleend|udělen"
        "|onay|onaylandı|izinli|đang hoạt động|đã đăng ký|สมัครแล้ว|פעיל|רשום|نشط|مشترك|सक्रिय|購読中|有効|登録済|登録済み|配信中|已订阅|已訂閱|订阅|有效|活跃|구독|구독중|구독 중|활성|수신동의",
        SubscriptionStatus.PENDING: "pending|unconfirmed|unactivated|awaiting confirmation|not confirmed|waiting|validating|unverified|opt in pending|invited"
        "|awaiting|ausstehend|unbestätigt|nicht bestätigt|wartend|en attente|non confirmé|non confirmée|pendiente|no confirmado|sin confirmar|in attesa"
        "|non confermato|pendente|não confirmado|in afwachting|niet bevestigd|oczekujący|oczekuje|niepotwierdzony|väntar|väntande|obekräftad|afventer|ubekræftet"
        "|venter|ubekreftet|odottaa|vahvistamaton|čeká|nepotvrzen|nepotvrzený|függőben|în așteptare|ожидает|не подтвержден|очікує|не підтверджено|beklemede"
        "|onay bekliyor|保留|保留中|未確認|仮登録|待确认|待確認|未确认|대기|대기중|미확인",
        SubscriptionStatus.ENDED: "ended",
        SuppressionReason.UNSUBSCRIBE: "unsubscribe|unsubscribed|cancelled|canceled|disabled|inactive|opted out|opt out|left|deleted|removed|gone|former"
        "|denied|refused|declined|rejected|withdrawn|not given|by user|by moderator|not subscribed|abgelehnt|verweigert|inaktiv|gelöscht|refusé|supprimé|inactif"
        "|rechazado|inactivo|rifiutato|inattivo|recusado|inativo|geweigerd|inactief|odrzucony|nieaktywny|avböjt|afvist|avslått|inaktivní|неактивен|неактивний|pasif"
        "|無効|停用|비활성|negato|negata|negado|denegado|cofnięta|odvolán|ret|reddedildi|red|nonaktif|tidak aktif|đã hủy|לא פעיל|ملغي|ملغى|غير مشترك|निष्क्रिय|ended subscription|stopped|deactivated|archived|suspended",
        SuppressionReason.MANUAL: "manual|nomail|no mail|manual suppression|blocklisted|blacklisted|blocked|banned|suppressed|do not mail|user suppressed|gesperrt",
        SuppressionReason.HARD_BOUNCE: "hard|permanent|hard bounce|hard bounced|bounce|bounced|cleaned|undeliverable|undeliverable address|unreachable|by bounces|dead|invalid email"
        "|mailbox not found|user unknown|permanent failure|failed permanently",
        SuppressionReason.COMPLAINT: "complaint|complained|spam|spam report|spam complaint|abuse|marked as spam|junk",
        SuppressionReason.INVALID: "invalid|invalid address|ungültig|invalide|inválido|non valido|ongeldig|nieprawidłowy",
        NotAReader.NEVER: "never subscribed|non subscribed|nonsubscribed|non subscriber|nonsubscriber|no consent|non marketing contact|transactional|no permission",
    }
)  # fmt: skip
_PLAIN = words_in("""
unsubscribe|unsubscribed|opted out|opt out|bounce|bounced|hard bounce|hard bounced|complaint|complained
spam complaint|spam report|marked as spam|blocklisted|blacklisted|suppressed|do not mail|do not contact
user suppressed|undeliverable|unreachable|permanent failure|failed permanently|by bounces
""")
_WITHDRAWN = stems(
    "withdr|revok|denied|refus|reject|declin|widerr|verweig|abgelehnt|retir|révoqu|refus|revoc|rechaz|rifiut|recus|ingetrok|geweig|cofnię|odmów|återkall|tilbagekald|odvol|отозв|відклик|geri al|撤回|철회"
)


@lru_cache(maxsize=65_536)
def word_of(cell: str) -> str:
    """A cell as words are compared, the first 80 letters; a lone sign stands for itself."""
    return spaced(cell)[:_LONGEST_WORD] or cell.strip()[:_LONGEST_WORD]


def is_nothing(cell: str) -> bool:
    """Whether a cell says nothing: blank, NULL, \\N, a dash, an empty list, a date of zeros."""
    cell = cell.strip()
    if not cell or cell in {"\\N", "[]", "{}", "-", "--", "–", "—", "."}:
        return True
    return (word_of(cell) in _NOTHING and cell not in {"n", "N"}) or _NO_DATE.match(cell) is not None


def truth(cell: str) -> bool | None:
    """What a cell says where it says yes or no, in any language: a date and a number above 0 are a yes."""
    cell = cell.strip()
    word = word_of(cell)
    if word in _TRUE or cell in _YES_SIGNS:
        return True
    if word in _FALSE or cell in _NO_SIGNS:
        return False
    return True if is_date(cell) else None


def is_yes_or_no(cell: str) -> bool:
    return truth(cell) is not None and not is_date(cell)


def is_date(cell: str) -> bool:
    return _DATE.search(cell) is not None


def is_link(cell: str) -> bool:
    return _LINK.match(cell.strip()) is not None


def leaving(word: str) -> SuppressionReason | None:
    """The reason that a word or two of leaving give, by their stems; None where they speak of none, or say it is not so."""
    if header_words.SOFT.search(word) or header_words.NEGATION.search(header_words.BLOCKED.sub(" ", word)):
        return None
    found = {reason for pattern, reason in header_words.REASONS if pattern.search(word)}
    return next((reason for reason in STRONGEST_FIRST if reason in found), None)


def is_plainly_leaving(cell: str) -> bool:
    """Whether a cell says that somebody left whatever its column is called: "unsubscribed", "abgemeldet".

    Only the whole cell counts: there are companies called Bounce Ltd.
    """
    word = word_of(cell)
    if word in _PLAIN:
        return True
    has_stem = header_words.LEFT.fullmatch(word) if " " in word else header_words.LEFT.search(word)
    return has_stem is not None and leaving(word) is not None


def is_withdrawn(word: str) -> bool:
    """Whether the words of a consent take it back, or deny it."""
    first = word.partition(" ")[0]
    return (
        first in _FALSE
        or bool(header_words.NEGATION.match(word))
        or _WITHDRAWN.search(word) is not None
        or leaving(word) is not None
    )
