"""What each column of a file means, by the name in its header and never by its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.audience.standing import is_standing_header, may_say_leaving
from newsletter.words.mistake import Mistake

_ALIASES: Mapping[str, str] = {
    alias: field
    for field, aliases in {
        "email": "email|e mail|mail|email address|e mail address|emailaddress|mail address|e mail adresse|email adresse"
        "|mailadresse|adresse e mail|adresse email|courriel|correo electronico|indirizzo email",
        "first_name": "first name|firstname|fname|given name|givenname|forename|vorname|prenom|nombre|nome",
        "last_name": "last name|lastname|lname|surname|family name|familyname|nachname|familienname|nom de famille"
        "|apellido|apellidos|cognome",
        "name": "name|full name|fullname|display name|subscriber name|contact name",
        "consent": "consent",
        "subscribed_at": "subscribed at",
    }.items()
    for alias in aliases.split("|")
}
# Names of ours, in an export or as a merge tag, which a custom field must not hide.
_RESERVED = frozenset(
    {
        "email",
        "first_name",
        "last_name",
        "status",
        "consent",
        "subscribed_at",
        "unsubscribe_url",
        "preferences_url",
    }
)
MAPPABLE = ("email", "first_name", "last_name", "name", "consent", "subscribed_at", "status")
MOST_COLUMNS = 300
_LONGEST_FIELD_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a row to find what: positions from 0, None where the file does not have it.

    `name` is a whole name in one cell. `standing` are columns that may say that a person left, by normalised header.
    """

    n_columns: int
    email: int
    first_name: int | None = None
    last_name: int | None = None
    name: int | None = None
    consent: int | None = None
    subscribed_at: int | None = None
    standing: tuple[tuple[str, int], ...] = ()
    custom: tuple[tuple[str, int], ...] = ()


def normalise(header: str) -> str:
    """A header as aliases are compared: without accents, case and punctuation."""
    plain = unicodedata.normalize("NFKD", header)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


def is_email_header(header: str) -> bool:
    return _ALIASES.get(normalise(header)) == "email"


def field_name(header: str) -> str:
    """A custom field's name: lower case, ASCII, words joined by underscores, usable as a merge tag."""
    ascii_words = normalise(header).encode("ascii", "ignore").decode("ascii")
    name = "_".join(ascii_words.split())[:_LONGEST_FIELD_NAME].strip("_")
    return f"field_{name}" if name[:1].isdigit() else name


def map_columns(header: Sequence[str], overrides: Mapping[str, str]) -> Columns:
    """What the columns are; `overrides` maps header names to fields and wins over what the names suggest.

    Raises Mistake where no column is the address, or an override names a column that is not there.
    """
    if len(header) > MOST_COLUMNS:
        raise Mistake(f"The header has {len(header)} columns; more than {MOST_COLUMNS} are not taken.")
    asked = _resolve(header, overrides)
    taken: dict[str, int] = {}
    standing: list[tuple[str, int]] = []
    custom: list[tuple[str, int]] = []
    for position, title in enumerate(header):
        field = asked.get(position) or _ALIASES.get(normalise(title), "")
        if field == "status" or (not asked.get(position) and is_standing_header(normalise(title))):
            standing.append(("status" if field == "status" else normalise(title), position))
        elif field in MAPPABLE and (position in asked or field not in asked.values()) and field not in taken:
            taken[field] = position
        elif asked.get(position) != "-":
            if position not in asked and may_say_leaving(normalise(title)):
                standing.append((normalise(title), position))
            custom.append((asked.get(position) or field_name(title) or f"column_{position + 1}", position))
    if "email" not in taken:
        raise _no_address(header)
    if "name" in taken and "first_name" in taken:
        custom.append((field_name(header[taken["name"]]), taken.pop("name")))
    elif "name" in taken and "last_name" in taken:
        # Beside a surname, a "name" is the given one.
        taken["first_name"] = taken.pop("name")
    return Columns(n_columns=len(header), standing=tuple(standing), custom=_unique(custom), **taken)


def _resolve(header: Sequence[str], overrides: Mapping[str, str]) -> dict[int, str]:
    """Overrides by position. A field that is not one of ours becomes a custom field of that name."""
    positions = {normalise(title): position for position, title in reversed(list(enumerate(header)))}
    asked = {}
    for title, field in overrides.items():
        position = positions.get(normalise(title))
        if position is None:
            raise Mistake(
                f"--map names the column {title!r}, which the file does not have.",
                fix=f"Its columns are: {_listed(header)}.",
            )
        asked[position] = "-" if field.strip() == "-" else field_name(field)
        if not asked[position]:
            raise Mistake(f"--map {title}={field} does not name a field.", fix="For example: --map Ort=city")
    return asked


def _unique(custom: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Names that no two columns share and that hide none of ours: the later one gets a number."""
    used = set(_RESERVED)
    named = []
    for name, position in sorted(custom, key=lambda column: column[1]):
        free, number = name, 1
        while free in used:
            number += 1
            free = f"{name}_{number}"
        used.add(free)
        named.append((free, position))
    return tuple(named)


def _no_address(header: Sequence[str]) -> Mistake:
    return Mistake(
        f"No column is named like an e-mail address. The columns are: {_listed(header)}.",
        fix='Say which one it is, for example: --map "Contact=email".',
    )


def _listed(header: Sequence[str]) -> str:
    titles = ["".join(letter for letter in title if letter.isprintable())[:40] for title in header[:12]]
    return ", ".join(repr(title) for title in titles) + (" ..." if len(header) > len(titles) else "")
