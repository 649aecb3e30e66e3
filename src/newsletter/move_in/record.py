"""A move from another system, as it is kept: what was asked, what the old issues are, and what is still to be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson

from newsletter.imports.report import ImportOptions
from newsletter.imports.upload import read_wish, wish_as_json
from newsletter.move_in.export import Export, MoveInOptions
from newsletter.move_in.move import MoveIn
from newsletter.move_in.pictures import addresses

# So long the old system still hears of people who leave, by the links in its last mails.
REMINDED_AFTER = timedelta(weeks=2)
PUT_OFF_BY = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWish:
    """What somebody asked for. `people` is None where no readers are to come; `url` "" where no old address was named.

    One that `is_late` only brings those who left the old system since, and reminds of nothing.
    """

    people: ImportOptions | None
    url: str = ""
    with_closed: bool = False
    first: int = 1
    is_late: bool = False

    def options(self, zone: ZoneInfo) -> MoveInOptions:
        return MoveInOptions(zone=zone, url=self.url or None, with_closed=self.with_closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenIssue:
    """An old issue in the account of a move. `n_pictures` are those that its export holds."""

    number: int
    day: date | None
    subject: str
    mark: str
    n_pictures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFound:
    """What an export holds besides readers. `last` is the highest number of all that is here then; 0 for none.

    `left_out` has (title, why, whether the owner may ask for it), `unusable` pictures with why, `remote` how many pictures
    stay at which host. `reader_files` are the files with people in them.
    """

    issues: Sequence[SeenIssue] = ()
    n_known: int = 0
    left_out: Sequence[tuple[str, str, bool]] = ()
    n_pictures: int = 0
    unusable: Sequence[tuple[str, str]] = ()
    remote: Mapping[str, int] = field(default_factory=dict)
    reader_files: Sequence[str] = ()
    last: int = 0

    @property
    def has_closed(self) -> bool:
        """Whether something stays out that the owner may ask for."""
        return any(is_closed for _, _, is_closed in self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRecord:
    """`upload` is the number of the upload with its files; `issues` are the digests of the files that it wrote here, by mark.

    `remind_at` is when to look at the old system again, None once that is done with.
    """

    id: int
    system: str
    upload: int | None
    wish: MoveWish
    found: MoveFound | None
    issues: Mapping[str, str]
    run: int | None
    begun_at: datetime
    moved_at: datetime | None
    remind_at: datetime | None
    undone_at: datetime | None
    is_being_undone: bool


def found_of(export: Export, old: MoveIn) -> MoveFound:
    """The account of what was looked at, or of what came."""
    issues = [
        SeenIssue(
            number=issue.number,
            day=issue.dated_on,
            subject=issue.subject,
            mark=issue.moved_in,
            n_pictures=sum(one not in set(old.remote) for one in addresses(issue.intro)),
        )
        for issue in old.issues
    ]
    return MoveFound(
        issues=issues,
        n_known=len(old.known),
        left_out=[(one.title, one.why, one.is_closed) for one in old.left_out],
        n_pictures=len(old.pictures) - len(old.unusable),
        unusable=list(old.unusable),
        remote=dict(Counter(urlsplit(address).netloc for address in old.remote).most_common()),
        reader_files=[member.name for member in export.readers],
        last=max((issue.number for issue in (*old.issues, *old.known)), default=0),
    )


def found_as_text(found: MoveFound) -> str:
    return orjson.dumps(asdict(found)).decode()


def read_found(text: str) -> MoveFound | None:
    if not text:
        return None
    kept = orjson.loads(text)
    issues = [SeenIssue(**{**one, "day": one["day"] and date.fromisoformat(one["day"])}) for one in kept.pop("issues")]
    return MoveFound(issues=issues, **kept)


def asked_as_json(wish: MoveWish) -> dict[str, object]:
    people = wish_as_json(wish.people) if wish.people else None
    plain = {"url": wish.url, "with_closed": wish.with_closed, "first": wish.first, "is_late": wish.is_late}
    return {"people": people, **plain}


def read_asked(kept: Mapping[str, object]) -> MoveWish:
    """Raises Mistake where an earlier version wrote it otherwise."""
    people = kept["people"]
    return MoveWish(
        people=read_wish(people) if isinstance(people, dict) else None,
        url=str(kept["url"]),
        with_closed=bool(kept["with_closed"]),
        first=int(str(kept["first"])),
        is_late=bool(kept.get("is_late")),
    )
