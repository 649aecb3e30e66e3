"""What each column of a file means, by the name in its header and never by its place."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.imports.columns.cell_words import RowStatus
from newsletter.imports.columns.column_names import MENTION, Guess, guess, guess_kept
from newsletter.imports.columns.formats import PLAIN, ExportFormat
from newsletter.imports.columns.header_names import FIELDS
from newsletter.imports.columns.spelling import normalise
from newsletter.imports.files.sendgrid_lists import Undelivered
from newsletter.imports.mapping import IGNORE, KINDS, ColumnMap, column_name
from newsletter.imports.status_columns import ColumnKind, StatusReader
from newsletter.words.field_name import field_name, header_name
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SuppressionReason

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
class Candidate:
    """A column that may say who left. `name` is how it can be typed; `words` are those that mean something in it."""

    at: int
    name: str
    guess: Guess
    words: Mapping[str, RowStatus]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a row to find what: positions from 0, None where the file does not have it.

    `name` is a whole name in one cell, `attributes` a JSON object of fields. Of several `subscribed_at` the first that
    is filled counts. `candidates` are columns that may say that a person left; once their cells were looked at, those
    in `status_at` do, and `status_reader` reads them. `proof` are kept with the consent. `renamed` are (header,
    name) of those whose name another one has, and `nameless` have nothing in the header to keep them by. `everyone` is
    what each row says that does not say worse. `nobody` is why no row of the file is put on a list.
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
    candidates: tuple[Candidate, ...] = ()
    status_at: tuple[int, ...] = ()
    status_reader: StatusReader = field(default_factory=StatusReader)
    proof: tuple[tuple[str, int], ...] = ()
    custom: tuple[tuple[str, int], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    nameless: tuple[int, ...] = ()
    is_spreadsheet_safe: bool = False
    source: ExportFormat = PLAIN
    everyone: SuppressionReason | None = None
    undelivered: Undelivered | None = None
    nobody: str = ""

    @property
    def may_depart(self) -> bool:
        """Whether some row may say that the person left."""
        return bool(self.status_at) or self.everyone is not None

    def telling(self, cells: Sequence[str]) -> tuple[str, ...]:
        """The cells of a row that may say that the person left."""
        return tuple([cells[at] for at in self.status_at])


def is_reserved(name: str) -> bool:
    """Whether a custom field of this name would hide a name of ours."""
    return name in _RESERVED


def free_name(name: str, taken: Container[str]) -> str:
    """The name, with a number behind it where it is `taken` or one of ours."""
    free, number = name, 1
    while is_reserved(free) or free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def map_columns(header: Sequence[str], asked: ColumnMap, source: ExportFormat = PLAIN) -> Columns:
    """What the columns are; what is `asked` wins over what the names or `source` suggest.

    Raises Mistake where no column is the address, or what is asked names no field.
    """
    if len(header) > MOST_COLUMNS:
        raise Mistake(f"The header has {len(header)} columns; more than {MOST_COLUMNS} are not taken.")
    plan = _Plan(header, asked, source)
    for position, title in enumerate(header):
        plan.place(position, normalise(title))
    if "email" not in plan.taken:
        raise _no_address(header)
    return plan.columns()


class _Plan:
    """What the columns seen so far are for."""

    def __init__(self, header: Sequence[str], asked: ColumnMap, source: ExportFormat) -> None:
        self._header = header
        self._asked = {position: _meaning(header[position], said) for position, said in asked.fields.items()}
        self._words = asked.words
        self._source = source
        self.taken: dict[str, int] = {}
        self._dates: list[int] = []
        self._candidates: list[Candidate] = []
        self._custom: list[tuple[str, int]] = []
        self._nameless: list[int] = []
        self._proof: dict[str, int] = {}
        self._is_safe = False

    def place(self, position: int, title: str) -> None:
        asked = self._asked.get(position)
        exact = self._source.is_exact
        meant = asked or self._source.fields.get(title) or ("" if exact else FIELDS.get(title, ""))
        if asked is None and title in self._source.proof:
            self._proof[title] = position
        if meant in KINDS and (meant != "consent" or not exact):
            self._may_tell(position, Guess(kind=KINDS[meant]))
        if meant in KINDS and meant != "consent":
            return
        if meant == "subscribed_at" and (asked or "subscribed_at" not in self._asked.values()):
            self._dates.append(position)
        elif meant in MAPPABLE and (asked or meant not in self._asked.values()) and meant not in self.taken:
            self.taken[meant] = position
            if meant == "tags" and not exact:
                self._may_tell(position, MENTION)
        elif asked is None and title == normalise(SPREADSHEET_MARK):
            self._is_safe = True
        elif meant != "-" and (asked or title not in self._source.proof):
            # What the system itself means by a column is known.
            if not exact and (title not in self._source.fields or title in self._source.tells_by or asked):
                self._look_at(position, title, is_asked=asked is not None)
            named = meant if meant not in MAPPABLE else ""
            name = named or header_name(self._header[position])
            if name:
                self._custom.append((name, position))
            else:
                self._nameless.append(position)

    def _look_at(self, position: int, title: str, *, is_asked: bool) -> None:
        """A column that is a field otherwise."""
        told, header = self._source.tells_by.get(title), self._header[position]
        found = Guess(kind=told) if told else guess_kept(header) if is_asked else guess(header)
        if found is not None:
            self._may_tell(position, found)

    def _may_tell(self, position: int, found: Guess) -> None:
        words = self._words.get(position, {})
        if found.kind is ColumnKind.STATUS:
            words = {**self._source.words, **words}
        name = column_name(self._header, position)
        self._candidates.append(Candidate(at=position, name=name, guess=found, words=words))

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
            candidates=tuple(self._candidates),
            proof=tuple(
                (label, self._proof[title]) for title, label in self._source.proof.items() if title in self._proof
            ),
            custom=custom,
            renamed=tuple((self._header[at], name) for name, at in custom if name != wanted[at]),
            nameless=tuple(self._nameless),
            is_spreadsheet_safe=self._is_safe,
            source=self._source,
            everyone=self._source.everyone,
            nobody=self._source.nobody,
            email=taken["email"],
            first_name=taken.get("first_name"),
            last_name=taken.get("last_name"),
            name=taken.get("name"),
            consent=taken.get("consent"),
            tags=taken.get("tags"),
            attributes=taken.get("attributes"),
        )


def _meaning(title: str, said: str) -> str:
    """One of our fields, a way to tell who left, "-", or the name of a custom field."""
    if said in IGNORE:
        return "-"
    meaning = said if said in KINDS else field_name(said)
    if not meaning:
        raise Mistake(f"--map {title}={said} does not name a field.", fix="For example: --map Ort=city")
    return meaning


def _unique(custom: Sequence[tuple[str, int]], header: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Names that no two columns share and that hide none of ours: all but one get a number.

    Which one is settled by what the header says, so that the same columns in another order keep their names.
    """
    used: set[str] = set()
    named = []
    for name, position in sorted(
        custom, key=lambda column: (column[0] != header[column[1]], header[column[1]], column)
    ):
        free = free_name(name, used)
        used.add(free)
        named.append((free, position))
    return tuple(sorted(named, key=lambda column: column[1]))


def _no_address(header: Sequence[str]) -> Mistake:
    return Mistake(
        f"No column is named like an e-mail address. The columns are: {listed_headers(header)}.",
        fix='Say which one it is, for example: --map "Contact=email".',
    )


def listed_headers(header: Sequence[str]) -> str:
    titles = ["".join(letter for letter in title if letter.isprintable())[:40] for title in header[:12]]
    return ", ".join(repr(title) for title in titles) + (" ..." if len(header) > len(titles) else "")
