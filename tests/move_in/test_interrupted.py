"""A move that is killed goes on where it was, and whatever stands in an export, what comes of it can be read."""

from __future__ import annotations

import json
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.compose.press import press
from newsletter.folder.issues import IssueFiles
from newsletter.folder.pictures.images import ImageFolder
from newsletter.folder.posts import PostFiles
from newsletter.folder.shelf import Shelf
from newsletter.folder.templates import TemplateFolders
from newsletter.move_in.export import MoveInOptions
from newsletter.move_in.export_files import open_export
from newsletter.move_in.move import Here, bring, look
from newsletter.move_in.systems import ghost
from newsletter.words.gap import fill_part
from tests.move_in.conftest import Mover
from tests.move_in.samples import a_ghost_post
from tests.running import start
from tests.world import WEEKLY

_ASKED = MoveInOptions(zone=ZoneInfo("Europe/Berlin"))


def an_export(path: Path, posts: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps({"db": [{"data": {"posts": posts}}]}))
    return path


def test_a_killed_move_goes_on_when_it_is_repeated(mover: Mover, tmp_path: Path) -> None:
    """Every issue is there once, whole, with the number that it would have had."""
    posts = [
        a_ghost_post(
            f"p{n:03}", f"Title {n}", f"<p>Words {n}.</p>", published_at=f"2020-01-01T{n // 60:02}:{n % 60:02}:00Z"
        )
        for n in range(300)
    ]
    export = an_export(tmp_path / "export.json", posts)
    process = start(mover.directory, "move-in", "ghost", export, log=tmp_path / "log")
    room, until = mover.directory / "issues", time.monotonic() + 60
    while len(list(room.glob("*.md"))) < 5 and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.001)
    process.kill()
    process.wait()
    n_before = len(list(room.glob("*.md")))
    assert 5 <= n_before < 300

    said = mover.as_json("ghost", export)

    assert (300 - n_before, n_before) == (said["added"], said["unchanged"])
    assert {n + 1: f"Title {n}" for n in range(300)} == {one.number: one.subject for one in mover.issues().values()}


# One piece between two bars.
_MARKS = (
    "<p>|</p>|<a href='https://x.example.net/'>|</a>|<img src='https://x.example.net/i.png'>|<table>|<td>|<tr>|</table>|<pre>|<code>|"
    "</code>|</pre>|<blockquote>|{{ first_name }}|{%|%}|{#|<h1>|&lt;!-- posts --&gt;|<!-- posts -->|&lt;!--|---\n|\n|# |](|`|~~~|words |"
    "![a](images/x.png)|https://picture.invalid/0|<iframe src='//x.example.net/e'>|<li>|<div hidden>|\x0b|\u2028|é|😀|<br>"
)
_PIECES = st.lists(st.sampled_from(_MARKS.split("|")), max_size=25)


@example(pieces=["<pre>", "&lt;!-- posts --&gt;"], title="x")
@given(_PIECES, st.text(max_size=30))
def test_whatever_stands_in_an_export_can_be_read_when_it_is_here(
    tmp_path_factory, pieces: list[str], title: str
) -> None:  # type: ignore[no-untyped-def]
    """The issue that comes of it renders, for nobody in particular, and asks nothing of a reader."""
    here = tmp_path_factory.mktemp("here")
    html = "".join(["<p>Begin</p>", *pieces])
    export = an_export(here / "export.json", [a_ghost_post("x", title, html)])
    issues, images = IssueFiles(here), ImageFolder(here)
    with open_export([export]) as files:
        found = ghost.read(files, _ASKED)
        move = look(found, files, Here(issues=[], taken=[], public_url="https://ferries.example.com"), asked=_ASKED)
        bring(move, files, issues=issues, album=images)

    [issue] = issues.list_issues()
    shelf = Shelf(posts=PostFiles(here), issues=issues, templates=TemplateFolders(here), images=images)
    edition = press(shelf, WEEKLY, issue.number).rendered.edition
    assert "first_name" not in edition.text.fields() | edition.html.fields() | edition.subject.fields()
    assert "Begin" in fill_part(edition.text, {"unsubscribe_url": ["u"], "preferences_url": ["p"]}, 1)[0]
