"""Templates, samples and examples are found from a checkout and from an installed package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import newsletter
from newsletter.folder.bundle import bundled
from newsletter.folder.templates import TemplateFolders
from newsletter.words.mistake import Missing, Mistake


def test_a_checkout_finds_what_lies_beside_its_source() -> None:
    """Samples and examples come with the repository."""
    assert (bundled("seeds") / "newsletter.toml").is_file()
    assert (bundled("subscribers") / "example-weekly.csv").is_file()


def test_an_installed_package_finds_what_lies_inside_it(tmp_path: Path) -> None:
    """Without a repository anywhere near, another process finds the package's own copies."""
    package = tmp_path / "site" / "newsletter"
    shutil.copytree(Path(newsletter.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "bundled" / "seeds").mkdir(parents=True)
    code = "from newsletter.folder.bundle import bundled; print(bundled('seeds'))"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == str(package / "bundled" / "seeds")


def test_a_package_that_is_not_whole_says_so(tmp_path: Path) -> None:
    """A stranger's folder of the same name beside the package is not ours."""
    package = tmp_path / "lib" / "site" / "newsletter"
    shutil.copytree(Path(newsletter.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "lib" / "seeds").mkdir()
    code = "from newsletter.folder.bundle import bundled; bundled('seeds')"
    environment = os.environ | {"PYTHONPATH": str(package.parent)}
    tried = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert "this installation is not whole" in tried.stderr


def test_a_newsletters_own_template_comes_before_the_built_in_one(tmp_path: Path) -> None:
    """With all its text files by their path inside it, and where it was found."""
    home = tmp_path / "templates" / "digest"
    (home / "parts").mkdir(parents=True)
    (home / "issue.mjml").write_text("<mjml>ours</mjml>")
    (home / "parts" / "foot.mjml").write_text("foot")
    (home / "logo.png").write_bytes(b"\x89PNG\0")
    template = TemplateFolders(tmp_path).get_template("digest")
    assert template.files == {"issue.mjml": "<mjml>ours</mjml>", "parts/foot.mjml": "foot"}
    assert template.location == "templates/digest"


def test_the_built_in_template_is_found_where_a_newsletter_has_none(tmp_path: Path) -> None:
    """A new newsletter's folder of templates is empty."""
    template = TemplateFolders(tmp_path).get_template("digest")
    assert "issue.mjml" in template.files
    assert template.location == "built-in templates/digest"


@pytest.mark.parametrize("name", ["../digest", "/etc", "..", ".", "", "digest/../digest", "nothing"])
def test_a_template_that_is_not_there_names_those_that_are(tmp_path: Path, name: str) -> None:
    """And no name leads out of the folder of templates."""
    with pytest.raises(Missing, match=r"There are: .*digest"):
        TemplateFolders(tmp_path).get_template(name)


def test_a_link_out_of_a_template_is_not_followed(tmp_path: Path) -> None:
    """A template from somebody else must not carry this machine's files into a mail."""
    home = tmp_path / "templates" / "digest"
    home.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (home / "issue.mjml").write_text("<mjml/>")
    (home / "issue.txt").symlink_to(tmp_path / "secret.txt")
    assert set(TemplateFolders(tmp_path).get_template("digest").files) == {"issue.mjml"}


def test_a_template_that_is_not_utf8_is_refused_by_its_name(tmp_path: Path) -> None:
    """The place is as its author would type it."""
    home = tmp_path / "templates" / "own"
    home.mkdir(parents=True)
    (home / "issue.mjml").write_bytes(b"<mj-text>B\xe5t</mj-text>")
    with pytest.raises(Mistake, match="not UTF-8") as caught:
        TemplateFolders(tmp_path).get_template("own")
    assert str(caught.value.place) == "templates/own/issue.mjml:1"
