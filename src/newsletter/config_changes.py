"""Where each setting stands, and changes to `newsletter.toml` that touch the line of their key and no other."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter.config import read_config
from newsletter.config_files import FILE, SECRETS, line_of, secrets, toml_text
from newsletter.config_sources import KEYS, NUMBERS, SECRET_KEYS
from newsletter.folder.text_files import write_over
from newsletter.words.mistake import Mistake, NotNow, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingValue:
    """`value` is what counts, "" for nothing; `written` what `newsletter.toml` has; `place` where the value comes from.

    `variable` is the environment variable that wins over the file, where one does.
    """

    key: str
    value: str
    written: str
    place: str
    variable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSet:
    """Whether a secret is set, and where. The secret itself is nowhere in it."""

    variable: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingWish:
    """A value as somebody saw it, and as they would have it; "" is none."""

    was: str
    now: str


def where_it_stands(
    directory: Path, keys: Iterable[str], environ: Mapping[str, str] | None = None
) -> dict[str, SettingValue]:
    """Raises Mistake with file and line where one of the files can't be read."""
    environ = os.environ if environ is None else environ
    text = toml_text(directory)
    read_config(directory, environ)
    file, hidden = tomllib.loads(text), secrets(directory, [])
    found = {}
    for key in keys:
        written = str(file.get(key, "")).strip()
        place, value, variable = (f"{FILE}, line {line_of(text, key)}" if key in file else ""), written, ""
        for source, where in ((hidden, SECRETS), (environ, "the environment")):
            named = KEYS.get(key) or ""
            if source.get(named, "").strip():
                place, value, variable = f"{named} in {where}", source[named].strip(), named
        found[key] = SettingValue(key=key, value=value, written=written, place=place, variable=variable)
    return found


def secrets_set(directory: Path, environ: Mapping[str, str] | None = None) -> list[SecretSet]:
    """Every secret there can be, by its variable; `place` is "" for one that is not set."""
    environ = os.environ if environ is None else environ
    hidden = secrets(directory, [])
    return [
        SecretSet(
            variable=variable,
            place="the environment"
            if environ.get(variable, "").strip()
            else SECRETS
            if hidden.get(variable, "").strip()
            else "",
        )
        for variable in SECRET_KEYS.values()
    ]


def change_settings(
    directory: Path, wishes: Mapping[str, SettingWish], environ: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Write what is wished for into `newsletter.toml`; the keys that were changed. Comments and order stay.

    The settings are read as they would be before anything is written. Raises Mistake where one would be wrong, and
    NotNow where somebody else changed the same line meanwhile.
    """
    raw = _raw(directory)
    file = tomllib.loads(toml_text(directory))
    wanted = {}
    for key, wish in wishes.items():
        there = str(file.get(key, "")).strip()
        if wish.now in (wish.was, there):
            continue
        if there != wish.was:
            raise NotNow(
                f"`{key}` was changed meanwhile. Now it is: {there or 'nothing'}",
                fix="Load the page again, and change it from there.",
            )
        wanted[key] = wish.now
    if not wanted:
        return ()
    text = with_values(raw, wanted)
    read_config(directory, environ, text=text.removeprefix("\ufeff").replace("\r\n", "\n"))
    try:
        write_over(directory / FILE, text)
    except OSError as error:
        raise Mistake(
            f"This file can't be written: {error.strerror}.", fix="Check its permissions.", place=Place(FILE)
        ) from error
    return tuple(wanted)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text of a TOML file with these values; a key that was not there comes last. What is not named stays as it is.

    A number that is empty is taken out.
    """
    import tomlkit

    mark = "\ufeff" if text.startswith("\ufeff") else ""
    document = tomlkit.parse(text.removeprefix(mark))
    for key, value in values.items():
        if key in NUMBERS and not value:
            document.pop(key, None)
        else:
            document[key] = int(value) if key in NUMBERS and value.isdecimal() else value
    return mark + tomlkit.dumps(document)


def _raw(directory: Path) -> str:
    """The text with its own line ends."""
    toml_text(directory)
    with (directory / FILE).open(encoding="utf-8", newline="") as file:
        return file.read()
