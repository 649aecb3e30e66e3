"""What the studio's templates say, by page: headings, buttons, labels and sentences, without the values filled in."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from bs4 import BeautifulSoup, Tag

TEMPLATES = Path(str(files("newsletter.web.studio"))) / "templates"
# Health is for whoever runs the machine: it names commands, files and settings.
OUTSIDE_HEALTH = sorted(path for path in TEMPLATES.glob("*.html") if path.name != "health.html")
_COMMANDS = r"newsletter (?:serve|studio|tick|send|doctor|connect|status|backup|db|users|lists|subscribers|check|render|report|-C)\b"
_FILES = r"\b(?!example\b)[\w-]+\.(?:toml|md|env|py|jsonl|mjml|txt)\b"
_VARIABLES = r"\bNEWSLETTER_\w+|\b[A-Z]+_[A-Z_]+\b"
_OF_THE_PROGRAM = r"\b(?:slots?|cadences?|mailings?|batch(?:es)?|editions?|canary|suppressions?|do-not-mail)\b"
# What nobody who edits and does not program should have to read.
FORBIDDEN = re.compile(f"{_COMMANDS}|{_FILES}|{_VARIABLES}|(?i:{_OF_THE_PROGRAM})")
# In sentences that are made for one newsletter, besides: folders, keys of its files, tags of HTML, options.
FORBIDDEN_IN_FINDINGS = re.compile(
    FORBIDDEN.pattern
    + r"|`|\b(?:issues|posts|images|templates|docs|var)/|</?(?:mj-)?[a-z]+[ >/]|\bHTML\b|(?<!\w)--[a-z]"
    r"|\b(?:url|alt|preheader|waive|checks|sender|reply_to|public_url): "
)
_SHOWN_ATTRIBUTES = ("placeholder", "aria-label", "title", "alt", "data-ask")
_KINDS = {
    "h1": "heading",
    "h2": "heading",
    "h3": "heading",
    "summary": "heading",
    "button": "button",
    "label": "label",
    "legend": "label",
    "th": "label",
}


def _said(expression: re.Match[str]) -> str:
    """The words that an expression may put there, of `"yes" if it else "no"`; else a value."""
    words = re.findall(r"\"([^\"]*)\"(?= if\b|\s*$)|(?<=else )\"([^\"]*)\"", expression[1].strip())
    spoken = [one or other for one, other in words if one or other]
    return " / ".join(spoken) if spoken and " if " in expression[1] else "…"


def page_of(path: Path) -> BeautifulSoup:
    """A template as a page, with `…` for each value."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)
    return BeautifulSoup(re.sub(r"\{\{(.*?)\}\}", _said, text, flags=re.DOTALL), "html.parser")


def texts_of(path: Path) -> list[str]:
    """Everything on it that somebody reads or hears."""
    page = page_of(path)
    for code in page(["script", "style"]):
        code.decompose()
    attributes = [str(tag[name]) for tag in page.find_all(True) for name in _SHOWN_ATTRIBUTES if tag.has_attr(name)]
    return [" ".join(text.split()) for text in (*page.stripped_strings, *attributes)]


def rows_of(path: Path) -> list[tuple[str, str]]:
    """Its headings, labels and buttons in their order, each with its kind and once."""
    found = []
    for tag in page_of(path).find_all([*_KINDS, "a"]):
        assert isinstance(tag, Tag)
        if tag.name == "a" and "btn" not in tag.get_attribute_list("class"):
            continue
        text = " ".join(tag.get_text(" ", strip=True).split())
        if re.search(r"[^\W\d_]", text):
            found.append((_KINDS.get(tag.name, "button"), text.replace("|", "\\|")))
    return list(dict.fromkeys(found))
