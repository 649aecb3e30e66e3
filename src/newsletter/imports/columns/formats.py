"""What the exports of other systems look like: their columns, their words for who left, and how to tell them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from newsletter.imports.columns.cell_words import RowStatus, words
from newsletter.imports.files.sendgrid_lists import PASSES
from newsletter.imports.status_columns import ColumnKind
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

ACTIVE, PENDING = SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING
_LEFT, _BOUNCED = SuppressionReason.UNSUBSCRIBE, SuppressionReason.HARD_BOUNCE


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat:
    """An export of one system. Headers are normalised: lower case, words apart by one blank.

    `tells` are sets of headers: a file that has all of one set comes from there. `fields` says what headers mean, over
    what their names suggest: one of ours, a custom field, or "-" to leave it out. `proof` are columns kept with the
    consent, by what to call them. `words` are those of its status column, `tells_by` other columns that tell who left. `everyone` is what each row says that does
    not say worse. Of an `is_exact` one no header means anything but what `fields` says. `note` is for the one who imports.
    """

    name: str
    title: str
    tells: tuple[frozenset[str], ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    proof: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, RowStatus] = field(default_factory=dict)
    tells_by: Mapping[str, ColumnKind] = field(default_factory=dict)
    everyone: SuppressionReason | None = None
    nobody: str = ""
    is_exact: bool = False
    note: str = ""


def _headers(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(line.split("|")) for line in sets)


def _means(**headers: str) -> dict[str, str]:
    """Headers by what they mean, `|` between two; `out` leaves them out."""
    return {
        header: "-" if meaning == "out" else meaning for meaning, line in headers.items() for header in line.split("|")
    }


_SENDGRID_HOLE = (
    "SendGrid's contacts do not say who unsubscribed, bounced or complained. Export those lists there too, and import "
    "them with --from sendgrid-unsubscribes, sendgrid-bounces and sendgrid-spam-reports."
)

FORMATS = (
    ExportFormat(
        name="newsletter",
        title="this program",
        tells=_headers("email|first name|last name|status|subscribed at|consent"),
        fields=_means(
            email="email",
            first_name="first name",
            last_name="last name",
            tags="tags",
            status="status",
            subscribed_at="subscribed at",
            consent="consent",
        ),
        is_exact=True,
    ),
    ExportFormat(
        name="mailchimp",
        title="Mailchimp",
        tells=_headers(
            "leid|euid",
            "email address|leid",
            "email address|confirm time",
            "email address|unsub time",
            "email address|clean time",
        ),
        fields=_means(
            subscribed_at="confirm time|optin time",
            tags="tags",
            out="member rating|latitude|longitude|gmtoff|dstoff|last changed|leid|euid|unsub campaign title"
            "|unsub campaign id|unsub reason other|clean campaign title|clean campaign id",
        ),
        proof={
            "optin time": "signed up",
            "optin ip": "signed up from",
            "confirm time": "confirmed",
            "confirm ip": "confirmed from",
        },
    ),
    ExportFormat(
        name="ghost",
        title="Ghost",
        tells=_headers("email|subscribed to emails|complimentary plan", "email|subscribed to emails|labels"),
        fields=_means(tags="labels", subscribed_at="created at", out="id"),
    ),
    ExportFormat(
        name="listmonk",
        title="listmonk",
        tells=_headers("uuid|email|attributes|status", "email|name|attributes"),
        fields=_means(attributes="attributes", subscribed_at="created at", out="uuid|updated at"),
        words=words({ACTIVE: "enabled", _LEFT: "disabled", SuppressionReason.MANUAL: "blocklisted"}),
        tells_by={"lists": ColumnKind.JOINED_FILLED},
    ),
    ExportFormat(
        name="buttondown",
        title="Buttondown",
        tells=_headers("email address|type|creation date", "email|type|creation date|metadata"),
        fields=_means(
            tags="tags", attributes="metadata", subscribed_at="creation date", out="id|secondary id", status="type"
        ),
        words=words(
            {
                ACTIVE: "regular|premium|gifted|trialed|unpaid|past due",
                PENDING: "unactivated",
                _LEFT: "unsubscribed|removed",
                _BOUNCED: "undeliverable",
                SuppressionReason.COMPLAINT: "complained",
                SuppressionReason.INVALID: "malformed",
                SuppressionReason.MANUAL: "blocked|spammy",
            }
        ),
    ),
    ExportFormat(
        name="beehiiv",
        title="beehiiv",
        tells=_headers("email|status|tier|unsubscribed at", "email|status|stripe customer id|unsubscribed at"),
        fields=_means(subscribed_at="created at", tags="tags"),
        words=words({PENDING: "pending|validating", _LEFT: "inactive", SuppressionReason.INVALID: "invalid"}),
    ),
    ExportFormat(
        name="kit",
        title="Kit",
        tells=_headers("email address|state|created at"),
        fields=_means(subscribed_at="created at", tags="tags", out="id", status="state"),
        # There "inactive" has not confirmed yet.
        words=words({PENDING: "inactive", _LEFT: "cancelled"}),
    ),
    ExportFormat(
        name="substack",
        title="Substack",
        tells=_headers("email|email disabled", "email|active subscription|expiry"),
        # How often somebody wants it is no word about whether.
        fields=_means(
            subscribed_at="created at",
            stripe_customer_id="stripe connected customer id",
            prefer_digests="prefer digests",
        ),
    ),
    ExportFormat(
        name="phplist",
        title="phpList",
        tells=_headers("email|confirmed|blacklisted", "email|is this user confirmed|is this user blacklisted"),
        # Whether the person confirmed by hand says nothing: those who were imported there never did.
        fields=_means(
            subscribed_at="entered",
            out="id|optedin|bouncecount|modified|uniqid|uuid|htmlemail|subscribepage|rssfrequency|extradata|foreignkey"
            "|passwordchanged|password|did this user manually confirm",
        ),
    ),
    ExportFormat(
        name="mailtrain",
        title="Mailtrain",
        tells=_headers("email|first name|last name|status|created|cid", "email|status|cid|tz"),
        fields=_means(subscribed_at="created", out="cid|id|opt in ip|opt in country"),
        words=words({ACTIVE: "1", _LEFT: "2", _BOUNCED: "3", SuppressionReason.COMPLAINT: "4"}),
    ),
    ExportFormat(name="curated", title="Curated", tells=_headers("email address|subscribed at|utm source")),
    ExportFormat(name="medium", title="Medium"),
    ExportFormat(
        name="sendgrid",
        title="SendGrid",
        tells=_headers("email|contact id|alternate emails", "email|address line 1|state province region"),
        fields=_means(subscribed_at="created at", out="updated at|contact id"),
        note=_SENDGRID_HOLE,
    ),
    ExportFormat(
        name="sendgrid-bounces",
        title="SendGrid's bounces",
        tells=_headers("status|reason|email|created"),
        fields=_means(out="status|reason|created"),
        everyone=_BOUNCED,
    ),
    ExportFormat(
        name="sendgrid-blocks",
        title="SendGrid's blocks",
        fields=_means(out="status|reason|created"),
        nobody=PASSES,
    ),
    ExportFormat(
        name="sendgrid-groups",
        title="SendGrid's group unsubscribes",
        tells=_headers("email|group id|group name|created at"),
        everyone=_LEFT,
    ),
    ExportFormat(
        name="mailgun-bounces",
        title="Mailgun's bounces",
        tells=_headers("address|code|error"),
        fields=_means(email="address"),
        everyone=_BOUNCED,
    ),
    ExportFormat(
        name="sparkpost",
        title="SparkPost's suppressions",
        tells=_headers("recipient|type|source|non transactional", "recipient|type|source"),
        fields=_means(email="recipient"),
        everyone=_LEFT,
    ),
    ExportFormat(name="sendgrid-unsubscribes", title="SendGrid's unsubscribes", everyone=_LEFT),
    ExportFormat(name="sendgrid-spam-reports", title="SendGrid's spam reports", everyone=SuppressionReason.COMPLAINT),
    ExportFormat(name="sendgrid-invalid", title="SendGrid's invalid addresses", everyone=SuppressionReason.INVALID),
    ExportFormat(name="do-not-mail", title="a do-not-mail list", everyone=SuppressionReason.MANUAL),
    ExportFormat(name="csv", title="a file of no known system"),
)
BY_NAME = {one.name: one for one in FORMATS}
PLAIN = BY_NAME["csv"]

# Lists of people who are gone have these very columns, and so may a list of readers: nobody can tell by looking.
_EITHER = _headers("email|created", "created|email|ip", "created|email|reason")


def detect(headers: Collection[str]) -> ExportFormat:
    """The system that a file comes from, by its normalised headers; `PLAIN` where none is recognised."""
    have = frozenset(headers)
    return next((one for one in FORMATS if any(tell <= have for tell in one.tells)), PLAIN)


def is_either(headers: Collection[str]) -> bool:
    """Whether a file with these headers may be a list of readers as well as one of people who are gone."""
    return frozenset(headers) in _EITHER
