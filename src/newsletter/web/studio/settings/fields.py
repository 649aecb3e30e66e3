"""Every setting of the newsletter as a field of the page: its name, what it is for, and what may be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from newsletter.providers.registry import KINDS
from newsletter.sentences.catalogue import language_names
from newsletter.words.newsletter import FormOfAddress
from newsletter.words.tracking import Tracking

_TELLING = " and ".join(kind.label for kind in KINDS.values() if kind.tells)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField:
    """`key` is that of the settings. `choices` are values with their words; `suggests` lets others be typed too.

    `stand_in` is what counts where nothing is set.
    """

    key: str
    name: str
    about: str
    group: str
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    suggests: bool = False
    stand_in: str = ""


_NEWSLETTER, _WRITING, _SENDING, _READERS = "The newsletter", "Writing", "Sending", "Readers and the web"
_BACKUP = "Backup"

FIELDS = (
    SettingField(
        key="name",
        name="Name",
        about="What readers know it by, and whom mails say that they are from.",
        group=_NEWSLETTER,
    ),
    SettingField(
        key="sender",
        name="Sender",
        about="The address that mails come from, such as editor@example.com.",
        group=_NEWSLETTER,
        kind="email",
    ),
    SettingField(
        key="reply_to",
        name="Reply-to",
        about="Where answers go. Empty: to the sender.",
        group=_NEWSLETTER,
        kind="email",
    ),
    SettingField(
        key="address",
        name="Postal address",
        about="Stands at the foot of every mail. Law in most countries wants it.",
        group=_NEWSLETTER,
    ),
    SettingField(
        key="language",
        name="Language",
        about="Of the issues, and of the mails and pages for readers.",
        group=_NEWSLETTER,
        choices=tuple(language_names().items()),
        suggests=True,
        stand_in="en",
    ),
    SettingField(
        key="form_of_address",
        name="Form of address",
        about="How mails and pages speak to readers, in languages that have two ways.",
        group=_NEWSLETTER,
        kind="choice",
        choices=(
            (FormOfAddress.USUAL, "As is usual in each language"),
            (FormOfAddress.FORMAL, "Formal: Sie, vous, usted, Lei, u, Państwo, você"),
            (FormOfAddress.INFORMAL, "Informal: du, tu, tú, je, ty"),
        ),
        stand_in=FormOfAddress.USUAL,
    ),
    SettingField(
        key="zone",
        name="Time zone",
        about="Times are meant in it, such as Europe/Berlin.",
        group=_NEWSLETTER,
        suggests=True,
        stand_in="UTC",
    ),
    SettingField(
        key="template",
        name="Template",
        about="What an issue looks like that names no other.",
        group=_WRITING,
        kind="template",
        stand_in="digest",
    ),
    SettingField(
        key="sections",
        name="Sections",
        about="Those that a new issue has, with how many posts they have places for: The long read: 2; To look at; Short: 6",
        group=_WRITING,
    ),
    SettingField(
        key="feed_days",
        name="Days that feeds wait",
        about="An entry of a feed that nobody decided about is let go after so many days. What people saved stays.",
        group=_WRITING,
        kind="number",
        stand_in="14",
    ),
    SettingField(
        key="editors",
        name="Editors' addresses",
        about="Mails from these are taken as finds, and tests go to them. Put commas between them.",
        group=_WRITING,
    ),
    SettingField(
        key="tracking",
        name="Opens and clicks",
        about=f"Off unless you choose otherwise here. Only {_TELLING} can tell; a mail server can't.",
        group=_SENDING,
        kind="choice",
        choices=(
            (Tracking.NONE, "Off: nothing is asked, and nothing kept"),
            (Tracking.TOTALS, "Totals: how many opened and followed links, not who"),
            (Tracking.READERS, "Readers: who opened and who followed which link"),
        ),
        stand_in=Tracking.NONE,
    ),
    SettingField(
        key="send_wait",
        name="Seconds to stop a sending",
        about="What is sent now to more than 500 readers waits for so long, with a button that stops it. 0 is not at all.",
        group=_SENDING,
        kind="number",
        stand_in="60",
    ),
    SettingField(
        key="unapproved",
        name="An issue that nobody approved",
        about="What happens when its time comes.",
        group=_SENDING,
        kind="choice",
        choices=(("asks", "It stays, and asks you"), ("goes", "It goes, even if nobody has read it")),
        stand_in="asks",
    ),
    SettingField(
        key="per_hour",
        name="Readers an hour, at most",
        about="For a service or a server that takes only so many. Empty: as fast as it takes them.",
        group=_SENDING,
        kind="number",
    ),
    SettingField(
        key="warm_up",
        name="Readers on the first day",
        about="A new sender begins with few, and doubles them each day, so that mailbox providers come to know it. "
        "Empty: everybody at once.",
        group=_SENDING,
        kind="number",
    ),
    SettingField(
        key="parcel_size",
        name="Readers in one call",
        about="Fewer than the service takes, where it asks for that. Empty: as many as it takes.",
        group=_SENDING,
        kind="number",
    ),
    SettingField(
        key="public_url",
        name="Public address",
        about="Where readers reach this program, for unsubscribing and the archive: https://news.example.com",
        group=_READERS,
        kind="url",
    ),
    SettingField(
        key="keep_ip",
        name="Network address of a sign-up",
        about="How long it is kept as a proof of consent.",
        group=_READERS,
        kind="choice",
        choices=(
            ("never", "Never"),
            ("90 days", "90 days"),
            ("365 days", "A year"),
            ("730 days", "Two years"),
            ("always", "As long as the consent"),
        ),
        stand_in="730 days",
    ),
    SettingField(
        key="backup_every",
        name="How often a backup is made",
        about="By itself, at half past three at night.",
        group=_BACKUP,
        kind="choice",
        choices=(("day", "Every night"), ("week", "Once a week"), ("never", "Only when somebody asks for it")),
        stand_in="day",
    ),
    SettingField(
        key="backup_keep",
        name="Days that backups are kept",
        about="Here and outside of this machine. The newest always stays.",
        group=_BACKUP,
        kind="number",
        stand_in="31",
    ),
)
NAMES = {field.key: field.name for field in FIELDS}


@cache
def zones() -> tuple[str, ...]:
    """The zones of places, for choosing; others may be typed as well."""
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))
