"""Where the settings stand: the environment, `var/secrets.env` and `newsletter.toml`, and which there are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from newsletter.config_files import FILE, SECRETS, line_of, secrets, toml_mistake, toml_text
from newsletter.providers.registry import KINDS
from newsletter.words.lack import Lack
from newsletter.words.mistake import Mistake, Place

PROVIDER_SETTINGS = tuple(setting for kind in KINDS.values() for setting in kind.settings)
# Key in newsletter.toml: the environment variable that wins over it, where there is one.
KEYS: dict[str, str | None] = {
    "name": None,
    "sender": None,
    "reply_to": None,
    "address": None,
    "template": None,
    "language": None,
    "form_of_address": None,
    "zone": None,
    "public_url": "NEWSLETTER_PUBLIC_URL",
    "provider": "NEWSLETTER_PROVIDER",
    **{one.key: one.variable for one in PROVIDER_SETTINGS if not one.is_secret},
    "parcel_size": "NEWSLETTER_PARCEL_SIZE",
    "per_hour": "NEWSLETTER_PER_HOUR",
    "warm_up": "NEWSLETTER_WARM_UP",
    "keep_ip": None,
    "unapproved": None,
    "editors": None,
    "sections": None,
    "feed_days": None,
    "send_wait": None,
    "tracking": None,
    "backup_every": None,
    "backup_keep": None,
}
NUMBERS = frozenset({"parcel_size", "per_hour", "warm_up", "feed_days", "send_wait", "backup_keep"})
# These hold passwords or keys, so a file that is kept in git must not.
SECRET_KEYS = {
    "database_url": "NEWSLETTER_DATABASE_URL",
    **{one.key: one.variable for one in PROVIDER_SETTINGS if one.is_secret},
    "secret_key": "NEWSLETTER_SECRET_KEY",
    "metrics_token": "NEWSLETTER_METRICS_TOKEN",
    "imap_url": "NEWSLETTER_IMAP_URL",
    "backup_url": "NEWSLETTER_BACKUP_URL",
    "backup_phrase": "NEWSLETTER_BACKUP_PHRASE",
}
# These say whom this machine trusts: somebody who may push to the repository must not decide that.
MACHINE_KEYS = {"trusted_proxies": "NEWSLETTER_TRUSTED_PROXIES"}


class Settings:
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
        variable = _variable(key)
        for source in (self._environ, self._secrets):
            if variable and source.get(variable, "").strip():
                return source[variable].strip()
        value = self._file.get(key)
        return None if value is None else str(value).strip() or None

    def is_in_file(self, key: str) -> bool:
        """Whether the value stands in `newsletter.toml`, which anybody who may push can change."""
        variable = _variable(key) or ""
        return key in self._file and not any(
            source.get(variable, "").strip() for source in (self._environ, self._secrets)
        )

    def lack(self, key: str, message: str, fix: str, *, in_practice: str = "", place: Place | None = None) -> None:
        """Something is not set, or not fit for real mail. Practice goes on with a word of warning, or with none."""
        if not self.is_practice:
            self.lacks.append(Lack(setting=key, message=message, fix=fix, place=place))
        elif in_practice:
            self.warnings.append(in_practice)

    def mistake(self, key: str, message: str, fix: str) -> Mistake:
        """A refusal that points at wherever the value came from."""
        variable = _variable(key)
        if variable and self._environ.get(variable, "").strip():
            return Mistake(f"{variable} in the environment: {message}", fix=fix)
        if variable and self._secrets.get(variable, "").strip():
            return Mistake(message, fix=fix, place=Place(SECRETS))
        return Mistake(message, fix=fix, place=Place(FILE, line_of(self._text, key)))


def _variable(key: str) -> str | None:
    return KEYS.get(key) or SECRET_KEYS.get(key) or MACHINE_KEYS.get(key)


def _toml_values(text: str) -> dict[str, str | int]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise toml_mistake(str(error), text) from error
    for key, value in table.items():
        place = Place(FILE, line_of(text, key))
        _refuse_unknown(key, place)
        wanted = int if key in NUMBERS else str
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
    if key in MACHINE_KEYS or key.upper() in MACHINE_KEYS.values():
        raise Mistake(
            f"`{key}` is a matter of this machine, and this file may be shared.",
            fix=f"Delete the line and put it into {SECRETS}: {MACHINE_KEYS['trusted_proxies']}=...",
            place=place,
        )
    if key not in KEYS:
        close = get_close_matches(key, KEYS, n=1)
        fix = f"Did you mean `{close[0]}`?" if close else f"The settings are: {', '.join(KEYS)}."
        raise Mistake(f"There is no setting `{key}`.", fix=fix, place=place)
