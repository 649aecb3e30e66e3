"""Everything that is set from outside: `newsletter.toml`, `var/secrets.env` and the environment, as one frozen Config."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.words.mistake import Missing, Mistake, Place
from newsletter.words.newsletter import Newsletter

FILE = "newsletter.toml"
SECRETS = "var/secrets.env"
PROVIDERS = ("outbox", "sendgrid", "smtp")

# Key in newsletter.toml: the environment variable that wins over it, where there is one.
_KEYS = {
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
}
# These hold passwords or keys, so a file that is kept in git must not.
_SECRET_KEYS = {
    "database_url": "NEWSLETTER_DATABASE_URL",
    "sendgrid_api_key": "SENDGRID_API_KEY",
    "sendgrid_webhook_key": "NEWSLETTER_SENDGRID_WEBHOOK_KEY",
    "smtp_url": "NEWSLETTER_SMTP_URL",
    "secret_key": "NEWSLETTER_SECRET_KEY",
}
_SHORTEST_SECRET = 16
_NOBODY_YET = "nobody@newsletter.invalid"
_ADDRESS = re.compile(r"[^@\s<>\",;:()\[\]\\]+@[^@\s<>\",;:()\[\]\\]+\.[^@\s<>\",;:()\[\]\\.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`parcel_size` None is as many readers as the provider takes. `warnings` are sentences for whoever runs it."""

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
    parcel_size: int | None = None
    warnings: tuple[str, ...] = ()


def read_config(directory: Path, environ: Mapping[str, str] | None = None) -> Config:
    """The settings of the newsletter in `directory`; the environment wins over both files.

    Practice (the outbox) does with stand-ins and `warnings`. Raises Missing where there is no newsletter, and Mistake,
    with file and line, for a wrong value or for what a real provider can't do without.
    """
    directory = directory.resolve()
    settings = _Settings(directory, os.environ if environ is None else environ)
    provider = settings.value("provider") or "outbox"
    if provider not in PROVIDERS:
        raise settings.mistake("provider", f"`provider` is `{provider}`.", f"It is one of: {', '.join(PROVIDERS)}.")
    newsletter = _newsletter(settings, practice=provider == "outbox")
    return Config(
        directory=directory,
        newsletter=newsletter,
        provider=provider,
        database_url=settings.value("database_url") or f"sqlite:///{directory / 'var' / 'newsletter.db'}",
        secret_key=_secret_key(settings, newsletter.name, practice=provider == "outbox"),
        sendgrid_api_key=_needed(settings, "sendgrid_api_key", provider == "sendgrid"),
        sendgrid_url=_web_address(settings, "sendgrid_url"),
        sendgrid_webhook_key=settings.value("sendgrid_webhook_key"),
        smtp_url=_smtp_url(settings, provider == "smtp"),
        dkim_key=_file(settings, "dkim_key", directory),
        dkim_selector=settings.value("dkim_selector"),
        parcel_size=_parcel_size(settings),
        warnings=tuple(settings.warnings),
    )


class _Settings:
    """Values by key, wherever they stand, and the sentences that come up while they are read."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self.warnings: list[str] = []
        self._text = _toml_text(directory)
        self._file = _toml_values(self._text)
        self._secrets = _secrets(directory, self.warnings)
        self._environ = environ

    def value(self, key: str) -> str | None:
        """The environment's value, else that of `var/secrets.env`, else that of `newsletter.toml`; None for nothing."""
        variable = _KEYS.get(key) or _SECRET_KEYS.get(key)
        for source in (self._environ, self._secrets):
            if variable and source.get(variable, "").strip():
                return source[variable].strip()
        value = self._file.get(key)
        return None if value is None else str(value).strip() or None

    def mistake(self, key: str, message: str, fix: str) -> Mistake:
        """A refusal that points at wherever the value came from."""
        variable = _KEYS.get(key) or _SECRET_KEYS.get(key)
        if variable and self._environ.get(variable, "").strip():
            return Mistake(f"{variable} in the environment: {message}", fix=fix)
        if variable and self._secrets.get(variable, "").strip():
            return Mistake(message, fix=fix, place=Place(SECRETS))
        return Mistake(message, fix=fix, place=Place(FILE, _line_of(self._text, key)))


def _newsletter(settings: _Settings, *, practice: bool) -> Newsletter:
    name = settings.value("name")
    if name is None:
        raise settings.mistake("name", "The newsletter has no name.", 'Add a line: name = "What it is called"')
    return Newsletter(
        name=_one_line(settings, "name", name),
        sender=_sender(settings, practice=practice),
        reply_to=_mail_address(settings, "reply_to"),
        address=_postal_address(settings, practice=practice),
        template=settings.value("template") or "digest",
        language=_language(settings),
        zone=_zone(settings),
        public_url=_public_url(settings, practice=practice),
    )


def _sender(settings: _Settings, *, practice: bool) -> str:
    sender = _mail_address(settings, "sender")
    if sender is None and not practice:
        raise settings.mistake("sender", "There is no sender.", 'Add a line: sender = "editor@example.com"')
    if sender is None:
        settings.warnings.append(f"There is no sender yet; mails say {_NOBODY_YET}. Set `sender` in {FILE}.")
    return sender or _NOBODY_YET


def _postal_address(settings: _Settings, *, practice: bool) -> str:
    address = settings.value("address")
    if address is None and not practice:
        raise settings.mistake(
            "address",
            "There is no postal address, and law in most countries wants one in every issue.",
            'Add a line: address = "Street 1, 12345 Town"',
        )
    if address is None:
        settings.warnings.append(f"There is no postal address yet; real mail needs one. Set `address` in {FILE}.")
    return address or "(no postal address yet)"


def _public_url(settings: _Settings, *, practice: bool) -> str:
    url = _web_address(settings, "public_url")
    if url is None and not practice:
        raise settings.mistake(
            "public_url",
            "There is no public address, so readers could not unsubscribe.",
            'Add a line: public_url = "https://news.example.com", or set NEWSLETTER_PUBLIC_URL.',
        )
    if url is None:
        settings.warnings.append(
            f"There is no public address yet; links in practice mail lead nowhere. Set `public_url` in {FILE}."
        )
        return "https://newsletter.invalid"
    parts = urlsplit(url)
    if not practice and parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise settings.mistake(
            "public_url",
            f"The public address {url} is not https; one-click unsubscribe (RFC 8058) must be.",
            f"Write https: {url.replace('http', 'https', 1)}",
        )
    return url


def _secret_key(settings: _Settings, name: str, *, practice: bool) -> str:
    key = settings.value("secret_key")
    if key is not None and len(key) < _SHORTEST_SECRET:
        raise settings.mistake(
            "secret_key",
            f"The secret key is shorter than {_SHORTEST_SECRET} characters and could be guessed.",
            f"Put a line into {SECRETS}: NEWSLETTER_SECRET_KEY=, followed by what `openssl rand -hex 32` prints.",
        )
    if key is None and not practice:
        raise Mistake(
            "There is no secret key, so anybody could forge the links that unsubscribe readers.",
            fix=f"Put a line into {SECRETS}: NEWSLETTER_SECRET_KEY=, followed by what `openssl rand -hex 32` prints.",
        )
    if key is None:
        settings.warnings.append(
            f"There is no secret key; links in practice mail can be forged. `init` makes one in {SECRETS}."
        )
    # The same each time, so that a practice mail's links still fit after a restart.
    return key or hashlib.sha256(f"practice only: {name}".encode()).hexdigest()


def _needed(settings: _Settings, key: str, is_needed: bool) -> str | None:
    value = settings.value(key)
    if value is None and is_needed:
        variable = _SECRET_KEYS[key]
        raise Mistake(
            f"{variable} is not set, so nothing can be handed over.",
            fix=f"Put a line into {SECRETS}: {variable}=..., or set it in the environment.",
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


def _parcel_size(settings: _Settings) -> int | None:
    size = settings.value("parcel_size")
    if size is not None and not re.fullmatch("[1-9][0-9]{0,5}", size):
        raise settings.mistake(
            "parcel_size", f"`parcel_size` is not a number of readers: {size}", "Write a whole number."
        )
    return int(size) if size else None


def _one_line(settings: _Settings, key: str, value: str) -> str:
    if not value.isprintable():
        raise settings.mistake(key, f"`{key}` holds a line break or a control character.", "Write it on one line.")
    return value


def _toml_text(directory: Path) -> str:
    path = directory / FILE
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise Missing(
            f"There is no newsletter in {directory}: it has no {FILE}.",
            fix="Name its folder with -C DIR, or make one: newsletter init DIR",
        ) from error
    except UnicodeDecodeError as error:
        raise Mistake("This file is not UTF-8.", fix="Save it as UTF-8 in your editor.", place=Place(FILE)) from error
    except OSError as error:
        raise Mistake(
            f"This file can't be read: {error.strerror}.", fix="Check its permissions.", place=Place(FILE)
        ) from error


def _toml_values(text: str) -> dict[str, str | int]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_mistake(str(error), text) from error
    for key, value in table.items():
        place = Place(FILE, _line_of(text, key))
        _refuse_unknown(key, place)
        wanted = int if key == "parcel_size" else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            what = "a whole number" if wanted is int else "text in quotes"
            raise Mistake(f"`{key}` must be {what}.", fix="Mend this line.", place=place)
    return table


def _refuse_unknown(key: str, place: Place) -> None:
    variable = _SECRET_KEYS.get(key.lower()) or next((v for v in _SECRET_KEYS.values() if v == key.upper()), None)
    if variable:
        raise Mistake(
            f"`{key}` is a secret or holds one, and this file may be shared.",
            fix=f"Delete the line and put it into {SECRETS}: {variable}=... If this file was shared already, change the secret.",
            place=place,
        )
    if key not in _KEYS:
        close = get_close_matches(key, _KEYS, n=1)
        fix = f"Did you mean `{close[0]}`?" if close else f"The settings are: {', '.join(_KEYS)}."
        raise Mistake(f"There is no setting `{key}`.", fix=fix, place=place)


def _toml_mistake(message: str, text: str) -> Mistake:
    match = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    line, column = (int(match[1]), int(match[2])) if match and match[1] else (text.count("\n") + 1, None)
    problem = message[: match.start()] if match else message
    return Mistake(
        f"This is not valid TOML: {problem}.",
        fix='Each line is a key, an equals sign and a value; text stands in quotes: name = "The Slow Line"',
        place=Place(FILE, line, column),
    )


def _line_of(text: str, key: str) -> int | None:
    """The line on which a key is set; TOML's reader does not tell."""
    pattern = re.compile(rf"\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[.=\]]")
    return next((number for number, line in enumerate(text.split("\n"), 1) if pattern.match(line)), None)


def _secrets(directory: Path, warnings: list[str]) -> dict[str, str]:
    path = directory / SECRETS
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(
            "This file can't be read.", fix="Check its permissions, and that it is UTF-8.", place=Place(SECRETS)
        ) from error
    if os.name == "posix" and path.stat().st_mode & 0o077:
        warnings.append(f"Others on this machine can read {SECRETS}. Close it: chmod 600 {SECRETS}")
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.fullmatch(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*", line)
        if match is None:
            raise Mistake("This line is not a setting.", fix="Write it as NAME=value.", place=Place(SECRETS, number))
        values[match[1]] = re.sub(r"\A([\"'])(.*)\1\Z", r"\2", match[2])
    return values
