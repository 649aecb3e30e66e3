"""What is said before a send is what is handed over: every count of every page, command and finding, for any readers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, insert, select, update
from starlette.testclient import TestClient

from newsletter.cli import main
from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.readers.tables import rest, subscriber
from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import Parts, open_newsletter
from newsletter.words.erasure import RequestOf
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason
from tests.running import ISSUE, a_folder
from tests.studio.conftest import AT_HOME, HERE, World
from tests.world import add_readers

_BERGEN = 'city = "Bergen"'
_HOURS = {"over": -2, "lasts": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A reader as chance made them. `has_it`: issue 1 went to them by another list; `breaks` is "", "over" or "lasts"."""

    status: SubscriptionStatus | None
    has_it: bool
    breaks: str
    suppressed: SuppressionReason | None
    city: str
    erased: bool
    left: bool


_PEOPLE = st.lists(
    st.builds(
        Person,
        status=st.sampled_from([*SubscriptionStatus, *[SubscriptionStatus.ACTIVE] * 4, None]),
        has_it=st.booleans(),
        breaks=st.sampled_from(["", "", "over", "lasts"]),
        suppressed=st.sampled_from([None, None, None, *SuppressionReason]),
        city=st.sampled_from(["Bergen", "Bergen", "Oslo", ""]),
        erased=st.sampled_from([False, False, False, True]),
        left=st.sampled_from([False, False, False, True]),
    ),
    min_size=1,
    max_size=14,
)


@dataclass(slots=True)
class Desk:
    """A newsletter of three issues, what its commands say, and what lies in its outbox."""

    directory: Path
    parts: Parts
    world: World
    seen: dict[int, set[str]] = field(default_factory=dict)

    def cli(self, *words: str) -> str:
        unset = {name: None for name in os.environ if name.startswith(("NEWSLETTER_", "SENDGRID_"))}
        done = CliRunner(env=unset).invoke(main, ["-C", str(self.directory), *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    def page(self, path: str, **asked: str) -> str:
        answer = self.world.client.get(f"/studio{path}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.text

    def handed_over(self, issue: int) -> int:
        """How many mails of an issue came into the outbox since this was asked last."""
        files = {path.name for path in (self.directory / "var" / "outbox" / str(issue)).rglob("*.eml")}
        new = files - self.seen.setdefault(issue, set())
        self.seen[issue] |= files
        return len(new)


@contextmanager
def _desk(directory: Path) -> Iterator[Desk]:
    a_folder(directory)
    text = ISSUE.replace("preheader", "lists: [weekly]\npreheader").replace("about ice", "about {{ city }}")
    for number in (1, 2, 3):
        (directory / "issues" / f"00{number}.md").write_text(text.replace("number: 1", f"number: {number}"))
    parts = open_newsletter(directory)
    parts.consent.membership.add_list("weekly")
    with TestClient(
        build(parts, studio_routes(parts)), base_url=HERE, client=AT_HOME, follow_redirects=False
    ) as client:
        world = World(parts, client)
        world.enter()
        yield Desk(directory, parts, world)
    parts.engine.dispose()


def _fill(desk: Desk, people: list[Person]) -> None:
    """Those who have issue 1 got it before anything else befell them."""
    engine = desk.parts.engine
    numbers = dict(enumerate(people))
    # Somebody who left long ago has a city, so that it is a known field whoever is here.
    add_readers(engine, "weekly", [99], status="ended")
    for status in SubscriptionStatus:
        if some := [n for n, one in numbers.items() if one.status is status]:
            add_readers(engine, "weekly", some, status=status.value)
    has_it = [n for n, one in numbers.items() if one.has_it]
    if has_it:
        add_readers(engine, "early", has_it)
    with writing(engine) as connection:
        for n, city in {99: "Oslo", **{n: one.city for n, one in numbers.items()}}.items():
            connection.execute(update(subscriber).where(_is(n)).values(fields={"city": city}))
    if has_it:
        desk.cli("send", "1", "--list", "early", "--yes")
        desk.handed_over(1)
    with writing(engine) as connection:
        for n, one in numbers.items():
            number = connection.scalar(select(subscriber.c.id).where(_is(n)))
            if number and one.breaks:
                until = database_now(_HOURS[one.breaks] * 3_600)
                connection.execute(insert(rest).values(subscriber_id=number, until_at=until))
    for n, one in numbers.items():
        if one.suppressed:
            desk.parts.consent.membership.suppress(_email(n), one.suppressed)
        if one.left:
            desk.parts.consent.membership.leave(_email(n), list_name="weekly")
        if one.erased:
            desk.parts.consent.profiles.erase(_email(n), RequestOf.OWNER)


def _email(n: int) -> str:
    return f"reader{n}@example.com"


def _is(n: int) -> ColumnElement[bool]:
    return subscriber.c.email == _email(n)


def _number(pattern: str, text: str) -> int:
    """The one number that a page says so; nobody is a number too."""
    found = re.findall(pattern, text)
    assert len(found) == 1, (pattern, found, text)
    return 0 if found[0] == "nobody yet" else int(found[0].replace(",", ""))


_OF_WEEKLY = r'<span class="num">([\d,]+)</span> readers? of “weekly”'


def _said_of_the_list(desk: Desk) -> dict[str, int]:
    """Whoever counts those on the list who would get what nobody has."""
    told = json.loads(desk.cli("lists", "--format", "json"))["lists"]
    everybody, home = 'email contains "@"', desk.page("")
    counted = desk.world.post_json("/readers/segments/count", {"question": everybody, "list": "weekly"}).json()["said"]
    return {
        "lists": next(row["active"] for row in told if row["name"] == "weekly"),
        "lists as a table": int(re.findall(r"(?m)^weekly +(\d+)", desk.cli("lists"))[0]),
        "segments count": int(desk.cli("segments", "count", everybody, "--list", "weekly")),
        "segments in the studio": _number(r"^([\d,]+) reader", counted),
        "readers": _number(r"“weekly” goes to ([\d,]+|nobody yet)", desk.page("/readers")),
        "lists in the studio": _number(
            r'(?s)title" href="[^"]*list=weekly".*?([\d,]+) get it', desk.page("/readers/lists")
        ),
        "who gets it": desk.page("/readers", list="weekly", standing="active").count('class="row reader"'),
        "the choice of lists": _number(r'value="weekly" selected>weekly \(([\d,]+)\)', desk.page("/issues/3/send")),
        "the last look": _looked(desk, 3),
        # After a send the page is about what went.
        **({"this week": _number(_OF_WEEKLY, home)} if re.search(_OF_WEEKLY, home) else {}),
        # Where nobody was there in all these weeks, nothing is drawn.
        "the chart": _number(r"<dt>weekly</dt><dd>([\d,]+)</dd>", home) if 'class="growth"' in home else 0,
    }


def _looked(desk: Desk, issue: int, **asked: str) -> int:
    page = desk.page(f"/issues/{issue}/send", list="weekly", when="now", **asked)
    return _number(r'goes to <b class="num">([\d,]+)</b> reader', page)


def _sent(desk: Desk, issue: int, *options: str) -> tuple[int, int]:
    """What the last line before a send says, and how many mails lie in the outbox after it."""
    said = desk.cli("send", str(issue), "--list", "weekly", "--yes", *options)
    return _number(r"”, to ([\d,]+) on 'weekly'", said), desk.handed_over(issue)


def _lacking(text: str) -> list[int]:
    """Of how many readers it is said that some lack a value."""
    return [int(n) for n in re.findall(r"of (\d+) readers have no value", text)]


# An example is a whole newsletter: looking for a smaller one would take minutes, and this one is small.
@settings(max_examples=int(os.environ.get("TEST_EXAMPLES", "8")), phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(people=_PEOPLE)
def test_every_count_before_a_send_is_the_number_handed_over(
    people: list[Person], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever left, never confirmed, rests, must not be mailed, was erased, has the issue or does not fit."""
    with _desk(tmp_path_factory.mktemp("desk") / "weekly") as desk:
        _fill(desk, people)
        desk.cli("segments", "add", "bergen", _BERGEN)
        of_list, looked = _said_of_the_list(desk), [_looked(desk, 1), _looked(desk, 2, segment="bergen")]
        in_segment = json.loads(desk.cli("segments", "--list", "weekly", "--format", "json"))["segments"][0]["readers"]
        checked = _lacking(desk.cli("check", "1", "--format", "json", "--fail-on", "error"))
        shown = [
            _lacking(desk.page(f"/issues/{n}/send", list="weekly", segment=name))
            for n, name in ((2, "bergen"), (3, ""))
        ]

        said, handed = _sent(desk, 1)
        assert [handed] * 2 == [said, looked[0]]
        # Where everybody has it, check is about whom it would go to if nobody had.
        assert set(checked) <= {handed} or not handed
        said, handed = _sent(desk, 2, "--segment", "bergen")
        assert [handed] * 3 == [said, looked[1], in_segment]
        assert shown[0] == []
        said, handed = _sent(desk, 3)
        assert dict.fromkeys(of_list, handed) == of_list
        assert handed == said
        assert set(shown[1]) <= {handed}
