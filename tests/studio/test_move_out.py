"""Moving out, by the pages: what would leave is shown, and comes as one archive."""

from __future__ import annotations

import io
import zipfile

from tests.studio.conftest import World

_TO_GHOST = {"to": "ghost", "url": "https://new.example.org"}


def test_what_would_leave_is_shown_before(world: World) -> None:
    """How many issues and readers, and what does not come, with why."""
    page = world.client.get("/studio/settings/move-out", params=_TO_GHOST).text

    assert "1 draft" in page and "weekly: 0 readers to mail" in page
    assert "What does not come, and why" in page and "each system has its own kind" in page
    assert 'href="/studio/settings/move-out"' in world.client.get("/studio/settings").text


def test_all_of_it_comes_as_one_archive(world: World) -> None:
    """In a folder of its own, with the page to read first."""
    answer = world.client.get("/studio/settings/move-out/download", params=_TO_GHOST)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        with zipfile.ZipFile(io.BytesIO(archive.read("moved-out-ghost/issues.zip"))) as issues:
            assert "newsletter.json" in issues.namelist()

    assert "moved-out-ghost.zip" in answer.headers["content-disposition"]
    assert {"moved-out-ghost/README.txt", "moved-out-ghost/readers/weekly/ghost-members.csv"} <= set(names)


def test_a_wrong_address_is_refused_and_kept_in_its_field(world: World) -> None:
    """Before anything is downloaded; so is a system that there is not."""
    wrong = world.client.get("/studio/settings/move-out", params={**_TO_GHOST, "url": "over there"})

    assert wrong.status_code == 400 and "no address of the web" in wrong.text and 'value="over there"' in wrong.text
    assert world.client.get("/studio/settings/move-out", params={"to": "mars"}).status_code == 400
    assert world.client.get("/studio/settings/move-out/download", params={"to": "mars"}).status_code == 404
