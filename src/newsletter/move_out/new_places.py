"""Where pictures and other issues will be found in the words that leave."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape


@dataclass(frozen=True, slots=True)
class NewPlaces:
    """Puts the addresses of another system into words that leave: of pictures, and of issues that link to each other.

    `public_url` is where the newsletter is now; `picture` says where a picture of ours, `DIGEST.ext`, will be; `issues`
    are the new addresses by number. `pictures` are the names of those that were met.
    """

    public_url: str
    picture: Callable[[str], str]
    issues: Mapping[int, str]
    pictures: dict[str, None] = field(default_factory=dict)

    def put(self, html: str) -> str:
        here = re.escape(escape(self.public_url.rstrip("/")))
        html = re.sub(rf"{here}/images/([0-9a-f]{{32}}\.[a-z]{{3,4}})", self._picture, html)
        return re.sub(rf'(?<=href="){here}/issues/(\d{{1,9}})(?=["#?])', self._issue, html)

    def _picture(self, found: re.Match[str]) -> str:
        self.pictures[found[1]] = None
        return self.picture(found[1])

    def _issue(self, found: re.Match[str]) -> str:
        return self.issues.get(int(found[1]), found[0])
