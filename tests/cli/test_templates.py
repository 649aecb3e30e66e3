"""`newsletter template`: which designs there are, and how to make one's own."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.cli import main
from tests.running import a_folder


def run(folder: Path, *words: str | Path) -> Result:
    """The command in this process, without any setting of the caller's."""
    unset = {name: None for name in os.environ if name.startswith("NEWSLETTER_")}
    done = CliRunner(env=unset).invoke(main, ["-C", str(folder), *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_folder(tmp_path / "weekly")


def test_the_list_says_what_each_template_is_for(folder: Path) -> None:
    """And which of them are the newsletter's own."""
    run(folder, "template", "new", "harbour", "--from", "letter")
    said = run(folder, "template", "list").stdout

    assert re.search(r"^digest +built in +Sections of posts", said, re.MULTILINE)
    assert re.search(r"^harbour +your own +An essay", said, re.MULTILINE)
    assert re.search(r"^roundup +built in", said, re.MULTILINE)


def test_a_new_template_can_be_used_and_changed(folder: Path) -> None:
    """What is changed in the copy is seen in the mail."""
    assert "template: harbour" in run(folder, "template", "new", "harbour").stdout
    settings = folder / "templates" / "harbour" / "template.toml"
    settings.write_text(settings.read_text().replace('"#eef2f5"', '"#ffeedd"'))
    (folder / "newsletter.toml").write_text((folder / "newsletter.toml").read_text() + 'template = "harbour"\n')

    done = run(folder, "render", "1", "--out", folder / "out")

    assert done.exit_code == 0, done.stderr
    assert "#ffeedd" in (folder / "out" / "001.html").read_text()


def test_an_ejected_template_is_used_in_place_of_the_built_in_one(folder: Path) -> None:
    """Until its folder is deleted."""
    run(folder, "template", "eject", "digest")
    text = folder / "templates" / "digest" / "issue.txt"
    text.write_text("From my own copy\n" + text.read_text())
    run(folder, "render", "1", "--out", folder / "out")

    assert (folder / "out" / "001.txt").read_text().startswith("From my own copy\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("eject", "digest"), "There is a templates/digest already"),
        (("new", "../outside"), "can't be the name of a template"),
        (("new", "mine", "--from", "nothing"), "There is no built-in template `nothing`"),
        (("eject", "nothing"), "There are: digest, letter, roundup"),
    ],
)
def test_nothing_is_overwritten_or_made_by_mistake(folder: Path, words: tuple[str, ...], said: str) -> None:
    """A refusal says what there is."""
    run(folder, "template", "eject", "digest")
    before = sorted(folder.rglob("*"))
    done = run(folder, "template", *words)

    assert done.exit_code == 1 and said in done.stderr
    assert sorted(folder.rglob("*")) == before


def test_the_gallery_shows_every_template_and_fetches_nothing(folder: Path, tmp_path: Path) -> None:
    """A page that can be opened anywhere: the pictures are inside."""
    run(folder, "template", "new", "harbour")
    page = tmp_path / "gallery.html"
    done = run(folder, "template", "list", "--gallery", page)

    assert done.exit_code == 0, done.stderr
    html = page.read_text()
    for name in ("digest", "harbour", "letter", "roundup"):
        assert html.count(f'title="{name} on a ') == 2
    assert "data:image/png;base64," in html
    assert not re.search(r'src=(?:"|&quot;)https?://', html)
