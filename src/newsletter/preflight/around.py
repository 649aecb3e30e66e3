"""What a check knows beside the issue itself. Each thing left out makes the check say that it did not look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.fetch.answer_file import AnswerFile
from newsletter.folder.shelf import Shelf
from newsletter.ports.fetcher import Fetcher
from newsletter.ports.folder import TemplateFiles
from newsletter.words.alarm import IssueHealth
from newsletter.words.gap import Shortfall
from newsletter.words.newsletter import Newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """`known_fields` are the names that readers have values for, `longest` the letters of each one's longest value.

    `shortfalls` are the fields that some of those who would get the issue have no value for; `longest` is theirs too. `bytes_per_reader` is what
    the provider takes, by its `provider` name, and `bytes_per_gap` what it adds to each value. `message` is a sample mail as it goes out. `images` are the pictures of
    the folder that the issue shows, by the path as it is named, with the bytes that are mailed; None where nobody looked. `also` are codes of checks that are off by
    default. Without a `fetcher` nothing is asked of the web. Where there is a `memory`,
    what it remembers `now` is not asked again, unless the check `is_fresh`. `seconds_between` is how long
    one host is left alone between two questions. `house_style` is the text of the file that says how words are written. `health` is what came of the issues of the last days.
    """

    newsletter: Newsletter
    known_fields: frozenset[str] = frozenset()
    longest: Mapping[str, int] = field(default_factory=dict)
    shortfalls: Mapping[str, Shortfall] = field(default_factory=dict)
    shelf: Shelf | None = None
    template: TemplateFiles | None = None
    bytes_per_reader: int | None = None
    bytes_per_gap: int = 0
    provider: str = ""
    message: bytes | None = None
    images: Mapping[str, int] | None = None
    also: frozenset[str] = frozenset()
    fetcher: Fetcher | None = None
    memory: AnswerFile | None = None
    now: datetime | None = None
    is_fresh: bool = False
    seconds_between: float = 0.25
    house_style: str = ""
    health: Sequence[IssueHealth] = ()
