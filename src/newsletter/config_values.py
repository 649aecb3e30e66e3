"""What each kind of setting may hold: an address, a zone, a number; a wrong one is refused with file and line."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.config_sources import Settings
from newsletter.providers.kind import ProviderSetting
from newsletter.words.domain import ascii_uri, host_of
from newsletter.words.issue import SectionPlan
from newsletter.words.message import addr_spec
from newsletter.words.mistake import Mistake
from newsletter.words.newsletter import FormOfAddress
from newsletter.words.tracking import Tracking

# A sending that waits longer is better set to a time.
_LONGEST_WAIT = 600
_OTHER = "Take an address that has only a-z before the @."
_ADDRESS = re.compile(r"[^@\s<>\",;:()\[\]\\]+@[^@\s<>\",;:()\[\]\\]+\.[^@\s<>\",;:()\[\]\\.]+")


def web_address(settings: Settings, key: str) -> str | None:
    url = settings.value(key)
    if url is not None and not re.fullmatch(r"https?://[^\s/@?#]+(?:/[^\s?#]*)?", url):
        raise settings.mistake(
            key, f"`{key}` is not a web address: {url}", f'Write it as: {key} = "https://news.example.com"'
        )
    if url is None:
        return None
    # Links, headers and mails hold it in ASCII, whatever it is written as: old clients take nothing else.
    spelt = ascii_uri(url.rstrip("/"))
    if not host_of(spelt) or "%" in host_of(spelt):
        raise settings.mistake(
            key,
            f"`{key}` names no domain that can be looked up: {url}",
            f'Write it as: {key} = "https://news.example.com"',
        )
    return spelt


def provider_value(settings: Settings, setting: ProviderSetting, directory: Path) -> str | None:
    key = setting.key
    value = web_address(settings, key) if setting.is_web_address else settings.value(key)
    if value is None:
        return None
    try:
        setting.check(value, settings.is_in_file(key))
    except Mistake as wrong:
        raise settings.mistake(key, wrong.message, wrong.fix or "") from None
    return str(directory / value) if setting.is_file else value


def mail_address(settings: Settings, key: str) -> str | None:
    address = settings.value(key)
    if address is not None and not _ADDRESS.fullmatch(address):
        raise settings.mistake(
            key,
            f"`{key}` is not a mail address: {address}",
            f'Write only the address, without a name: {key} = "editor@example.com"',
        )
    if address is not None:
        try:
            addr_spec(address)
        except Mistake as wrong:
            raise settings.mistake(key, f"`{key}` is {address}. {wrong.message}", wrong.fix or _OTHER) from None
    return address


def language_tag(settings: Settings) -> str:
    language = settings.value("language") or "en"
    if not re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", language):
        raise settings.mistake("language", f"`{language}` is not a language tag.", 'Write one such as: language = "en"')
    return language


def zone_name(settings: Settings) -> str:
    zone = settings.value("zone") or "UTC"
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise settings.mistake(
            "zone", f"There is no time zone `{zone}`.", 'Write one such as: zone = "Europe/Berlin"'
        ) from error
    return zone


def number(settings: Settings, key: str) -> int | None:
    size = settings.value(key)
    if size is not None and not re.fullmatch("[1-9][0-9]{0,7}", size):
        raise settings.mistake(key, f"`{key}` is not a number of readers: {size}", "Write a whole number.")
    return int(size) if size else None


def keep_ip_days(settings: Settings) -> int | None:
    kept = settings.value("keep_ip") or "730 days"
    days = re.fullmatch(r"([1-9]\d{0,4}) days?", kept)
    if days is None and kept not in {"never", "always"}:
        raise settings.mistake(
            "keep_ip",
            f"`keep_ip` is not a length of time: {kept}",
            'Write "never", "always" or one such as "730 days".',
        )
    return int(days[1]) if days else 0 if kept == "never" else None


def feed_days(settings: Settings) -> int:
    said = settings.value("feed_days") or "14"
    if not re.fullmatch("[1-9][0-9]{0,3}", said):
        raise settings.mistake("feed_days", f"`feed_days` is not a number of days: {said}", "Write a whole number.")
    return int(said)


def send_wait(settings: Settings) -> int:
    said = settings.value("send_wait") or "60"
    if not re.fullmatch("[0-9]{1,3}", said) or int(said) > _LONGEST_WAIT:
        how = f"Write a whole number from 0 to {_LONGEST_WAIT}; 0 is no wait."
        raise settings.mistake("send_wait", f"`send_wait` is not a number of seconds: {said}", how)
    return int(said)


def backup_every(settings: Settings) -> int:
    """In days; 0 is never by itself."""
    said = settings.value("backup_every") or "day"
    days = {"day": 1, "week": 7, "never": 0}.get(said)
    if days is None:
        raise settings.mistake("backup_every", f"`backup_every` is `{said}`.", 'Write "day", "week" or "never".')
    return days


def backup_keep(settings: Settings) -> int:
    said = settings.value("backup_keep") or "31"
    if not re.fullmatch("[1-9][0-9]{0,3}", said):
        raise settings.mistake("backup_keep", f"`backup_keep` is not a number of days: {said}", "Write a whole number.")
    return int(said)


def section_plans(settings: Settings) -> tuple[SectionPlan, ...]:
    """`The long read: 2; To look at; Short: 6`: each with its places, where a number is given."""
    plans: list[SectionPlan] = []
    for part in (settings.value("sections") or "").split(";"):
        title, colon, number = part.rpartition(":")
        is_counted = bool(colon) and re.fullmatch(r"\s*[1-9][0-9]?\s*", number) is not None
        name = checked_line(settings, "sections", " ".join((title if is_counted else part).split()))
        if not name:
            continue
        if name.casefold() in {one.title.casefold() for one in plans}:
            raise settings.mistake("sections", f"`sections` names “{name}” twice.", "Take one of them out.")
        plans.append(SectionPlan(title=name, places=int(number) if is_counted else None))
    return tuple(plans)


def form_of_address(settings: Settings) -> FormOfAddress:
    said = settings.value("form_of_address") or FormOfAddress.USUAL
    try:
        return FormOfAddress(said)
    except ValueError as error:
        raise settings.mistake(
            "form_of_address",
            f"`form_of_address` is `{said}`.",
            'Write "formal" (Sie, vous, usted), "informal" (du, tu, tú), or "usual": each language as its sentences are.',
        ) from error


def unapproved_goes(settings: Settings) -> bool:
    said = settings.value("unapproved") or "asks"
    if said not in {"asks", "goes"}:
        raise settings.mistake(
            "unapproved",
            f"`unapproved` is `{said}`.",
            'Write "asks": an issue that nobody approved does not go, and asks. Or "goes": it goes even if nobody has read it.',
        )
    return said == "goes"


def mail_addresses(settings: Settings) -> tuple[str, ...]:
    editors = tuple((settings.value("editors") or "").replace(",", " ").split())
    wrong = next((editor for editor in editors if not _ADDRESS.fullmatch(editor)), None)
    if wrong:
        raise settings.mistake("editors", f"This is not a mail address: {wrong}", "Put commas between addresses.")
    return editors


def tracking_mode(settings: Settings) -> Tracking:
    tracking = settings.value("tracking") or Tracking.NONE
    try:
        return Tracking(tracking)
    except ValueError:
        raise settings.mistake(
            "tracking",
            f"`tracking` is not one of the three kinds there are: {tracking}",
            'Write "none", "totals" (how many opened or clicked) or "readers" (who did).',
        ) from None


def proxies(settings: Settings) -> tuple[str, ...]:
    """The networks of proxies, as `192.0.2.7/32`. All of the Internet is none: anybody could say who they are."""
    found = []
    for text in (settings.value("trusted_proxies") or "").replace(",", " ").split():
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise settings.mistake(
                "trusted_proxies",
                f"This is not the address or the network of a proxy: {text}",
                "Write such as 192.0.2.7, or 10.88.0.0/16, with commas between them.",
            )
        found.append(str(network))
    return tuple(found)


def checked_line(settings: Settings, key: str, value: str) -> str:
    if not value.isprintable():
        raise settings.mistake(key, f"`{key}` holds a line break or a control character.", "Write it on one line.")
    return value
