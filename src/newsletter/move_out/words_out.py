"""The words and pictures of issues, written one after the other with the addresses that they get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from newsletter.move_out.issues_out import LeavingIssue
from newsletter.move_out.new_places import NewPlaces
from newsletter.move_out.outlet import Open
from newsletter.move_out.system import Leaving


@dataclass(frozen=True, slots=True)
class WordsOut:
    """`picture` says where a picture of ours, `DIGEST.ext`, will be."""

    leaving: Leaving
    picture: Callable[[str], str]
    places: NewPlaces = field(init=False)

    def __post_init__(self) -> None:
        url = self.leaving.newsletter.public_url
        places = NewPlaces(public_url=url, picture=self.picture, issues=self.leaving.new)
        object.__setattr__(self, "places", places)

    def each(self) -> Iterator[tuple[LeavingIssue, str]]:
        """Every issue with its words as HTML; one issue is in memory at a time."""
        for issue in self.leaving.issues:
            yield issue, self.places.put(issue.read())
            self.leaving.step()

    def write_pictures(self, folder: str, open_file: Open) -> None:
        """The pictures of the issues that were written, as they are mailed: without where they were taken."""
        for name in self.places.pictures:
            with open_file(f"{folder}/{name}") as file:
                file.write(self.leaving.album.find(name).read_bytes())
