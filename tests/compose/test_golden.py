"""The finished mail, word for word. After a change that is meant: `GOLDEN=write pytest tests/compose/test_golden.py`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsletter.words.edition import as_reader
from tests.compose.sample import ANA, TEMPLATES, rendered, template

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))
@pytest.mark.parametrize("kind", ["html", "txt"])
def test_a_template_renders_the_sample_issue_as_it_did_before(name: str, kind: str) -> None:
    """Every change of the finished mail shows up as a difference that somebody reads."""
    _, html, text = as_reader(rendered(files=template(name)).edition, ANA)
    found = html.replace("><", ">\n<") if kind == "html" else text
    path = GOLDEN / f"{name}.{kind}"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(found, encoding="utf-8")

    assert found == path.read_text(encoding="utf-8")


def test_the_parts_that_templates_share_are_the_same_everywhere() -> None:
    """A template is whole in its own folder, so that it can be copied and changed; what is mended in one is mended in all."""
    for name in ("head.mjml", "footer.mjml", "dark.css", "footer.txt", "post.txt"):
        assert len({path.read_text(encoding="utf-8") for path in TEMPLATES.glob(f"*/{name}")}) == 1, name
