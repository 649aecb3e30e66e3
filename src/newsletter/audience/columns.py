"""What each column of a file means, by the name in its header and never by its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.audience.formats import PLAIN, ExportFormat
from newsletter.audience.standing import Standings, is_standing_header, may_say_leaving
from newsletter.words.field_name import field_name, header_name
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
        "tags": "tags",
    }.items()
    for alias in aliases.split("|")
}
# The column by which our own import knows an export whose cells were made safe for spreadsheet programs.
SPREADSHEET_MARK = "spreadsheet_safe"
# Names of ours, in an export or as a merge tag, which a custom field must not hide.
_RESERVED = frozenset(
    {
        "email",
        "first_name",
        "last_name",
        "status",
        "consent",
        "subscribed_at",
        "tags",
        SPREADSHEET_MARK,
        "unsubscribe_url",
        "preferences_url",
    }
)
MAPPABLE = ("email", "first_name", "last_name", "name", "consent", "subscribed_at", "tags", "attributes", "status")
MOST_COLUMNS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a row to find what: positions from 0, None where the file does not have it.

    `name` is a whole name in one cell, `attributes` a JSON object of fields. Of several `subscribed_at` the first that
    is filled counts. `standing` are columns that may say that a person left, by normalised header, and `standings`
    reads them. `proof` are kept with the consent. `renamed` are (header, name) of those whose name another one has, and
    `nameless` have nothing in the header to keep them by. `nobody` is why no row of the file is put on a list.
    """

    n_columns: int
    email: int
    first_name: int | None = None
    last_name: int | None = None
    name: int | None = None
    consent: int | None = None
    tags: int | None = None
    attributes: int | None = None
    subscribed_at: tuple[int, ...] = ()
    standing: tuple[tuple[str, int], ...] = ()
    standings: Standings = field(default_factory=Standings)
    proof: tuple[tuple[str, int], ...] = ()
    custom: tuple[tuple[str, int], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    nameless: tuple[int, ...] = ()
    is_spreadsheet_safe: bool = False
    source: ExportFormat = PLAIN
    nobody: str = ""

    @property
    def may_depart(self) -> bool:
        """Whether some row may say that the person left."""
        return bool(self.standing) or self.source.everyone is not None


def normalise(header: str) -> str:
    """A header as aliases are compared: without accents, case and punctuation."""
    plain = unicodedata.normalize("NFKD", header)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    # Vowel signs of Indian and Thai script are no letters, and part of the word all the same.
    kept = (letter if letter != "_" and f"a{letter}".isidentifier() else " " for letter in plain)
    return " ".join("".join(kept).split())


def is_email_header(header: str) -> bool:
    return _ALIASES.get(normalise(header)) == "email"


def is_reserved(name: str) -> bool:
    """Whether a custom field of this name would hide a name of ours."""
    return name in _RESERVED


def map_columns(header: Sequence[str], overrides: Mapping[str, str], source: ExportFormat = PLAIN) -> Columns:
    """What the columns are; `overrides` maps header names to fields and wins over what the names or `source` suggest.

    Raises Mistake where no column is the address, or an override names a column that is not there.
    """
    if len(header) > MOST_COLUMNS:
        raise Mistake(f"The header has {len(header)} columns; more than {MOST_COLUMNS} are not taken.")
    plan = _Plan(header, _resolve(header, overrides), source)
    for position, title in enumerate(header):
        plan.place(position, normalise(title))
    if "email" not in plan.taken:
        raise _no_address(header)
    return plan.columns()


class _Plan:
    """What the columns seen so far are for."""

    def __init__(self, header: Sequence[str], asked: Mapping[int, str], source: ExportFormat) -> None:
        self._header = header
        self._asked = asked
        self._source = source
        self.taken: dict[str, int] = {}
        self._dates: list[int] = []
        self._standing: list[tuple[str, int]] = []
        self._custom: list[tuple[str, int]] = []
        self._nameless: list[int] = []
        self._proof: dict[str, int] = {}
        self._is_safe = False

    def place(self, position: int, title: str) -> None:
        asked = self._asked.get(position)
        exact = self._source.is_exact
        meant = asked or self._source.fields.get(title) or ("" if exact else _ALIASES.get(title, ""))
        if asked is None and title in self._source.proof:
            self._proof[title] = position
        if meant == "status" or (asked is None and not exact and is_standing_header(title)):
            self._standing.append(("status" if meant == "status" else title, position))
        elif meant == "subscribed_at" and (asked or "subscribed_at" not in self._asked.values()):
            self._dates.append(position)
        elif meant in MAPPABLE and (asked or meant not in self._asked.values()) and meant not in self.taken:
            self.taken[meant] = position
        elif asked is None and title == normalise(SPREADSHEET_MARK):
            self._is_safe = True
        elif meant != "-" and (asked or title not in self._source.proof):
            if asked is None and not exact and may_say_leaving(title):
                self._standing.append((title, position))
            named = meant if meant not in MAPPABLE else ""
            name = named or header_name(self._header[position])
            if name:
                self._custom.append((name, position))
            else:
                self._nameless.append(position)

    def columns(self) -> Columns:
        taken = self.taken
        if "name" in taken and "first_name" in taken:
            self._custom.append((header_name(self._header[taken["name"]]), taken.pop("name")))
        elif "name" in taken and "last_name" in taken:
            # Beside a surname, a "name" is the given one.
            taken["first_name"] = taken.pop("name")
        custom = _unique(self._custom, self._header)
        wanted = {position: name for name, position in self._custom}
        order = list(self._source.fields)
        titles = {position: normalise(self._header[position]) for position in self._dates}
        dates = sorted(self._dates, key=lambda at: order.index(titles[at]) if titles[at] in order else -1)
        return Columns(
            n_columns=len(self._header),
            subscribed_at=tuple(dates),
            standing=tuple(self._standing),
            standings=Standings(self._source.words),
            proof=tuple(
                (label, self._proof[title]) for title, label in self._source.proof.items() if title in self._proof
            ),
            custom=custom,
            renamed=tuple((self._header[at], name) for name, at in custom if name != wanted[at]),
            nameless=tuple(self._nameless),
            is_spreadsheet_safe=self._is_safe,
            source=self._source,
            email=taken["email"],
            first_name=taken.get("first_name"),
            last_name=taken.get("last_name"),
            name=taken.get("name"),
            consent=taken.get("consent"),
            tags=taken.get("tags"),
            attributes=taken.get("attributes"),
        )


def _resolve(header: Sequence[str], overrides: Mapping[str, str]) -> dict[int, str]:
    """Overrides by position. A field that is not one of ours becomes a custom field of that name."""
    positions = {normalise(title): position for position, title in reversed(list(enumerate(header)))}
    asked = {}
    for title, meaning in overrides.items():
        position = positions.get(normalise(title))
        if position is None:
            raise Mistake(
                f"--map names the column {title!r}, which the file does not have.",
                fix=f"Its columns are: {_listed(header)}.",
            )
        asked[position] = "-" if meaning.strip() == "-" else field_name(meaning)
        if not asked[position]:
            raise Mistake(f"--map {title}={meaning} does not name a field.", fix="For example: --map Ort=city")
    return asked


def _unique(custom: Sequence[tuple[str, int]], header: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Names that no two columns share and that hide none of ours: all but one get a number.

    Which one is settled by what the header says, so that the same columns in another order keep their names.
    """
    used = set(_RESERVED)
    named = []
    for name, position in sorted(
        custom, key=lambda column: (column[0] != header[column[1]], header[column[1]], column)
    ):
        free, number = name, 1
        while free in used:
            number += 1
            free = f"{name}_{number}"
        used.add(free)
        named.append((free, position))
    return tuple(sorted(named, key=lambda column: column[1]))


def _no_address(header: Sequence[str]) -> Mistake:
    return Mistake(
        f"No column is named like an e-mail address. The columns are: {_listed(header)}.",
        fix='Say which one it is, for example: --map "Contact=email".',
    )


def _listed(header: Sequence[str]) -> str:
    titles = ["".join(letter for letter in title if letter.isprintable())[:40] for title in header[:12]]
    return ", ".join(repr(title) for title in titles) + (" ..." if len(header) > len(titles) else "")
