"""Everything that is set from outside: `newsletter.toml`, `var/secrets.env` and the environment, as one frozen Config."""

from __future__ import annotations

import hashlib
import os
import re
import secrets as randomness
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.config_files import FILE, SECRETS, line_of, secrets, toml_mistake, toml_text
from newsletter.words.lack import Lack
from newsletter.words.mistake import Mistake, Place
from newsletter.words.newsletter import Newsletter
from newsletter.words.pace import NO_LIMIT, Pace
from newsletter.words.tracking import Tracking

PROVIDERS = ("outbox", "sendgrid", "smtp")

# Key in newsletter.toml: the environment variable that wins over it, where there is one.
KEYS = {
    "name": None,
    "sender": None,
    "reply_to": None,
    "address": None,
    "template": None,
    "language": None,
    "zone": None,
    "public_url": "NEWSLETTER_PUBLIC_URL",
    "provider": "NEWSLETTER_PROVIDER",
    "sendgrid_url": "NEWSLETTER_SENDGRID_URL",
    "dkim_key": "NEWSLETTER_DKIM_KEY",
    "dkim_selector": "NEWSLETTER_DKIM_SELECTOR",
    "parcel_size": "NEWSLETTER_PARCEL_SIZE",
    "per_hour": "NEWSLETTER_PER_HOUR",
    "warm_up": "NEWSLETTER_WARM_UP",
    "keep_ip": None,
    "editors": None,
    "tracking": None,
}
_NUMBERS = frozenset({"parcel_size", "per_hour", "warm_up"})
# These hold passwords or keys, so a file that is kept in git must not.
SECRET_KEYS = {
    "database_url": "NEWSLETTER_DATABASE_URL",
    "sendgrid_api_key": "SENDGRID_API_KEY",
    "sendgrid_webhook_key": "NEWSLETTER_SENDGRID_WEBHOOK_KEY",
    "smtp_url": "NEWSLETTER_SMTP_URL",
    "secret_key": "NEWSLETTER_SECRET_KEY",
    "metrics_token": "NEWSLETTER_METRICS_TOKEN",
    "imap_url": "NEWSLETTER_IMAP_URL",
}
_SHORTEST_SECRET = 16
_NOBODY_YET = "nobody@newsletter.invalid"
_ADDRESS = re.compile(r"[^@\s<>\",;:()\[\]\\]+@[^@\s<>\",;:()\[\]\\]+\.[^@\s<>\",;:()\[\]\\.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`parcel_size` None is as many readers as the provider takes. `warnings` are sentences for whoever runs it.

    `lacks` is what real mail can't go without and nobody has set: stand-ins are in its place, and nothing is sent.

    `keep_ip_days` is how long IP and program stay with a request to be mailed: 0 is never, None as long as the request.
    """

    directory: Path
    newsletter: Newsletter
    provider: str
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    sendgrid_api_key: str | None = field(default=None, repr=False)
    sendgrid_url: str | None = None
    sendgrid_webhook_key: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    dkim_key: Path | None = None
    dkim_selector: str | None = None
    metrics_token: str | None = field(default=None, repr=False)
    parcel_size: int | None = None
    pace: Pace = NO_LIMIT
    keep_ip_days: int | None = None
    imap_url: str | None = field(default=None, repr=False)
    editors: tuple[str, ...] = ()
    tracking: Tracking = Tracking.NONE
    warnings: tuple[str, ...] = ()
    lacks: tuple[Lack, ...] = ()

    @property
    def is_practice(self) -> bool:
        """Nothing leaves this machine: what is sent is kept in an account of its own."""
        return self.provider == "outbox"


def read_config(directory: Path, environ: Mapping[str, str] | None = None, *, text: str | None = None) -> Config:
    """The settings of the newsletter in `directory`; the environment wins over both files.

    With `text` as they would be if `newsletter.toml` held that.

    What is not set has a stand-in: with `warnings` for practice (the outbox), with `lacks` for a real provider. Raises
    Missing where there is no newsletter, and Mistake, with file and line, for a wrong value.
    """
    directory = directory.resolve()
    settings = _Settings(directory, os.environ if environ is None else environ, text)
    provider = settings.value("provider") or "outbox"
    if provider not in PROVIDERS:
        raise settings.mistake("provider", f"`provider` is `{provider}`.", f"It is one of: {', '.join(PROVIDERS)}.")
    settings.is_practice = provider == "outbox"
    newsletter = _newsletter(settings)
    return Config(
        directory=directory,
        newsletter=newsletter,
        provider=provider,
        database_url=settings.value("database_url") or f"sqlite:///{directory / 'var' / 'newsletter.db'}",
        secret_key=_secret_key(settings, newsletter.name),
        sendgrid_api_key=_needed(settings, "sendgrid_api_key", provider == "sendgrid"),
        sendgrid_url=_web_address(settings, "sendgrid_url"),
        sendgrid_webhook_key=settings.value("sendgrid_webhook_key"),
        smtp_url=_smtp_url(settings, provider == "smtp"),
        dkim_key=_file(settings, "dkim_key", directory),
        dkim_selector=settings.value("dkim_selector"),
        metrics_token=settings.value("metrics_token"),
        parcel_size=_number(settings, "parcel_size"),
        # Practice is for looking at it now: no mailbox provider minds how fast files are written.
        pace=NO_LIMIT
        if provider == "outbox"
        else Pace(per_hour=_number(settings, "per_hour"), warm_up=_number(settings, "warm_up")),
        keep_ip_days=_keep_ip(settings),
        imap_url=settings.value("imap_url"),
        editors=_editors(settings),
        tracking=_tracking(settings),
        warnings=tuple(settings.warnings),
        lacks=tuple(settings.lacks),
    )


class _Settings:
    """Values by key, wherever they stand, and the sentences that come up while they are read."""

    def __init__(self, directory: Path, environ: Mapping[str, str], text: str | None = None) -> None:
        self.warnings: list[str] = []
        self.lacks: list[Lack] = []
        self.is_practice = True
        self._text = toml_text(directory) if text is None else text
        self._file = _toml_values(self._text)
        self._secrets = secrets(directory, self.warnings)
        self._environ = environ

    def value(self, key: str) -> str | None:
        """The environment's value, else that of `var/secrets.env`, else that of `newsletter.toml`; None for nothing."""
        variable = KEYS.get(key) or SECRET_KEYS.get(key)
        for source in (self._environ, self._secrets):
            if variable and source.get(variable, "").strip():
                return source[variable].strip()
        value = self._file.get(key)
        return None if value is None else str(value).strip() or None

    def lack(self, key: str, message: str, fix: str, *, in_practice: str = "", place: Place | None = None) -> None:
        """Something is not set, or not fit for real mail. Practice goes on with a word of warning, or with none."""
        if not self.is_practice:
            self.lacks.append(Lack(setting=key, message=message, fix=fix, place=place))
        elif in_practice:
            self.warnings.append(in_practice)

    def mistake(self, key: str, message: str, fix: str) -> Mistake:
        """A refusal that points at wherever the value came from."""
        variable = KEYS.get(key) or SECRET_KEYS.get(key)
        if variable and self._environ.get(variable, "").strip():
            return Mistake(f"{variable} in the environment: {message}", fix=fix)
        if variable and self._secrets.get(variable, "").strip():
            return Mistake(message, fix=fix, place=Place(SECRETS))
        return Mistake(message, fix=fix, place=Place(FILE, line_of(self._text, key)))


def _newsletter(settings: _Settings) -> Newsletter:
    name = settings.value("name")
    if name is None:
        raise settings.mistake("name", "The newsletter has no name.", 'Add a line: name = "What it is called"')
    return Newsletter(
        name=_one_line(settings, "name", name),
        sender=_sender(settings),
        reply_to=_mail_address(settings, "reply_to"),
        address=_postal_address(settings),
        template=settings.value("template") or "digest",
        language=_language(settings),
        zone=_zone(settings),
        public_url=_public_url(settings),
    )


def _sender(settings: _Settings) -> str:
    sender = _mail_address(settings, "sender")
    if sender is None:
        settings.lack(
            "sender",
            "There is no sender.",
            f'Add a line to {FILE}: sender = "editor@example.com"',
            in_practice=f"There is no sender yet; mails say {_NOBODY_YET}. Set `sender` in {FILE}.",
        )
    return sender or _NOBODY_YET


def _postal_address(settings: _Settings) -> str:
    address = settings.value("address")
    if address is None:
        settings.lack(
            "address",
            "There is no postal address, and law in most countries wants one in every issue.",
            f'Add a line to {FILE}: address = "Street 1, 12345 Town"',
            in_practice=f"There is no postal address yet; real mail needs one. Set `address` in {FILE}.",
        )
    return address or "(no postal address yet)"


def _public_url(settings: _Settings) -> str:
    url = _web_address(settings, "public_url")
    if url is None:
        settings.lack(
            "public_url",
            "There is no public address, so readers could not unsubscribe.",
            f'Add a line to {FILE}: public_url = "https://news.example.com", or set NEWSLETTER_PUBLIC_URL.',
            in_practice=f"There is no public address yet; links in practice mail lead nowhere. Set `public_url` in {FILE}.",
        )
        return "https://newsletter.invalid"
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        wrong = settings.mistake(
            "public_url",
            f"The public address {url} is not https; one-click unsubscribe (RFC 8058) must be.",
            f"Write https: {url.replace('http', 'https', 1)}",
        )
        settings.lack("public_url", wrong.message, wrong.fix, place=wrong.place)
    return url


def _secret_key(settings: _Settings, name: str) -> str:
    key = settings.value("secret_key")
    how = f"Put a line into {SECRETS}: NEWSLETTER_SECRET_KEY=, followed by what `openssl rand -hex 32` prints."
    if key is not None and len(key) < _SHORTEST_SECRET:
        raise settings.mistake(
            "secret_key", f"The secret key is shorter than {_SHORTEST_SECRET} characters and could be guessed.", how
        )
    if key is not None:
        return key
    settings.lack(
        "secret_key",
        "There is no secret key, so anybody could forge the links that unsubscribe readers.",
        how,
        in_practice=f"There is no secret key; links in practice mail can be forged. `init` makes one in {SECRETS}.",
    )
    if settings.is_practice:
        # The same each time, so that a practice mail's links still fit after a restart.
        return hashlib.sha256(f"practice only: {name}".encode()).hexdigest()
    # Real readers may be in the database, and pages are served: nobody may be able to guess it.
    return randomness.token_hex(32)


def _needed(settings: _Settings, key: str, is_needed: bool) -> str | None:
    value = settings.value(key)
    if value is None and is_needed:
        variable = SECRET_KEYS[key]
        settings.lack(
            key,
            f"{variable} is not set, so nothing can be handed over.",
            f"Put a line into {SECRETS}: {variable}=..., or set it in the environment.",
        )
    return value


def _smtp_url(settings: _Settings, is_needed: bool) -> str | None:
    url = _needed(settings, "smtp_url", is_needed)
    # The address holds a password, so the refusal does not repeat it.
    if url is not None and not re.match(r"smtps?://[^\s/]+", url):
        raise settings.mistake(
            "smtp_url", "This is not a mail server's address.", "Write smtp://user:password@host:587"
        )
    return url


def _file(settings: _Settings, key: str, directory: Path) -> Path | None:
    """A file's path; one that does not begin at the root begins at the newsletter's folder."""
    value = settings.value(key)
    return directory / value if value else None


def _web_address(settings: _Settings, key: str) -> str | None:
    url = settings.value(key)
    if url is not None and not re.fullmatch(r"https?://[^\s/@?#]+(?:/[^\s?#]*)?", url):
        raise settings.mistake(
            key, f"`{key}` is not a web address: {url}", f'Write it as: {key} = "https://news.example.com"'
        )
    return url.rstrip("/") if url else None


def _mail_address(settings: _Settings, key: str) -> str | None:
    address = settings.value(key)
    if address is not None and not _ADDRESS.fullmatch(address):
        raise settings.mistake(
            key,
            f"`{key}` is not a mail address: {address}",
            f'Write only the address, without a name: {key} = "editor@example.com"',
        )
    return address


def _language(settings: _Settings) -> str:
    language = settings.value("language") or "en"
    if not re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", language):
        raise settings.mistake("language", f"`{language}` is not a language tag.", 'Write one such as: language = "en"')
    return language


def _zone(settings: _Settings) -> str:
    zone = settings.value("zone") or "UTC"
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise settings.mistake(
            "zone", f"There is no time zone `{zone}`.", 'Write one such as: zone = "Europe/Berlin"'
        ) from error
    return zone


def _number(settings: _Settings, key: str) -> int | None:
    size = settings.value(key)
    if size is not None and not re.fullmatch("[1-9][0-9]{0,7}", size):
        raise settings.mistake(key, f"`{key}` is not a number of readers: {size}", "Write a whole number.")
    return int(size) if size else None


def _keep_ip(settings: _Settings) -> int | None:
    kept = settings.value("keep_ip") or "730 days"
    days = re.fullmatch(r"([1-9]\d{0,4}) days?", kept)
    if days is None and kept not in {"never", "always"}:
        raise settings.mistake(
            "keep_ip",
            f"`keep_ip` is not a length of time: {kept}",
            'Write "never", "always" or one such as "730 days".',
        )
    return int(days[1]) if days else 0 if kept == "never" else None


def _editors(settings: _Settings) -> tuple[str, ...]:
    editors = tuple((settings.value("editors") or "").replace(",", " ").split())
    wrong = next((editor for editor in editors if not _ADDRESS.fullmatch(editor)), None)
    if wrong:
        raise settings.mistake("editors", f"This is not a mail address: {wrong}", "Put commas between addresses.")
    return editors


def _tracking(settings: _Settings) -> Tracking:
    tracking = settings.value("tracking") or Tracking.NONE
    try:
        return Tracking(tracking)
    except ValueError:
        raise settings.mistake(
            "tracking",
            f"`tracking` is not one of the three kinds there are: {tracking}",
            'Write "none", "totals" (how many opened or clicked) or "readers" (who did).',
        ) from None


def _one_line(settings: _Settings, key: str, value: str) -> str:
    if not value.isprintable():
        raise settings.mistake(key, f"`{key}` holds a line break or a control character.", "Write it on one line.")
    return value


def _toml_values(text: str) -> dict[str, str | int]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise toml_mistake(str(error), text) from error
    for key, value in table.items():
        place = Place(FILE, line_of(text, key))
        _refuse_unknown(key, place)
        wanted = int if key in _NUMBERS else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            what = "a whole number" if wanted is int else "text in quotes"
            raise Mistake(f"`{key}` must be {what}.", fix="Mend this line.", place=place)
    return table


def _refuse_unknown(key: str, place: Place) -> None:
    variable = SECRET_KEYS.get(key.lower()) or next((v for v in SECRET_KEYS.values() if v == key.upper()), None)
    if variable:
        raise Mistake(
            f"`{key}` is a secret or holds one, and this file may be shared.",
            fix=f"Delete the line and put it into {SECRETS}: {variable}=... If this file was shared already, change the secret.",
            place=place,
        )
    if key not in KEYS:
        close = get_close_matches(key, KEYS, n=1)
        fix = f"Did you mean `{close[0]}`?" if close else f"The settings are: {', '.join(KEYS)}."
        raise Mistake(f"There is no setting `{key}`.", fix=fix, place=place)
