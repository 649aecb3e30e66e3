"""The pages themselves: their links and words, and whether the places in the house that they name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsletter import __version__
from tests.pages import DOCS, OUR_PAGES, PAGES, ROOT, anchors

HOUSE = ROOT / "src" / "newsletter"
ROOMS = "|".join(sorted(path.parent.name for path in HOUSE.glob("*/__init__.py")))


def _not_there(text: str) -> list[str]:
    """Modules and rooms that a page names in its code font, and that the house does not have."""
    return [one for one in re.findall(rf"`((?:{ROOMS})/[\w/.]*)`", text) if not (HOUSE / one).exists()]


def test_the_map_names_places_that_there_are() -> None:
    """ARCHITECTURE.md is what a newcomer goes by."""
    text = (ROOT / "ARCHITECTURE.md").read_text()

    assert len(re.findall(r"`[\w/]+\.py`", text)) > 40
    assert [] == _not_there(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page leads to a file of the repository, and to a heading that it has."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page

        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        assert not anchor or anchor in anchors(found), target


def test_the_program_sends_people_to_pages_that_there_are() -> None:
    """A message that says "see docs/events.md" leads somewhere."""
    program = [path.read_text() for path in (ROOT / "src").rglob("*") if path.suffix in {".py", ".html", ".js"}]
    named = {name for text in program for name in re.findall(r"docs/[a-z0-9-]+\.md", text)}

    assert "docs/events.md" in named
    assert [] == sorted(name for name in named if not (ROOT / name).is_file())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_no_machine_and_no_registry(page: Path) -> None:
    """No path of anybody's machine, no package registry's host, no key that looks real."""
    hosts = "|".join(["py" + "pi", "python" + "hosted", "np" + "mjs"])
    forbidden = rf"(?i)\b(?:{hosts})\.\w+|(?<![\w.])/(?:root|home|Users|work|tmp)/|\bSG\.[\w-]{{16,}}"

    assert [] == re.findall(forbidden, page.read_text())


@pytest.mark.parametrize("page", OUR_PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_do_not_shout(page: Path) -> None:
    """Plain sentences: no exclamation mark outside code, and no marketing."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`|<!--|^ {4}.*$|!\[", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)

    assert [] == re.findall(r"[^\n]*!|\b(?:powerful|seamless\w*|blazing\w*|effortless\w*|simply)\b", prose)


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("*.md")), ids=lambda page: page.name)
def test_a_decision_says_why_what_and_then(page: Path) -> None:
    """Each record has its number in name and title, and the three parts in order; its modules exist."""
    text = page.read_text()
    number = int(page.name[:4])

    assert text.startswith(f"# {number}. ")
    assert ["Context", "Decision", "Consequence"] == re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert 1 == len(list(page.parent.glob(f"{page.name[:4]}-*.md")))
    assert [] == _not_there(text)


def test_the_changelog_has_this_version() -> None:
    """The version that is installed has its entry."""
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_targets_named_in_the_contributing_page_exist() -> None:
    """`make ...` in CONTRIBUTING.md is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^ {4}|`|1 )make ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))

    assert named
    assert named <= targets
