"""A small newsletter of our own, with one of everything that rendering must carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from newsletter.compose.render import Rendered, render
from newsletter.ports.folder import TemplateFiles
from newsletter.words.edition import as_reader
from newsletter.words.issue import Issue, Section
from newsletter.words.newsletter import Newsletter
from newsletter.words.post import Image, Post

TEMPLATES = Path(__file__).parents[2] / "templates"

PAPER = Newsletter(
    name="Salt & Slate",
    sender="editor@saltslate.example.org",
    reply_to="letters@saltslate.example.org",
    address="Quay 4, 9001 Harbour",
    public_url="https://saltslate.example.org",
)

LONG_READ = Post(
    slug="two-roofs",
    title='Two roofs, one "storm" & {{ braces }}',
    url="https://slates.example.com/roofs?year=2026&part=1",
    source="The Slater",
    author="Mara Lind",
    byline="Ben",
    body="""\
They went up before the wind did, {{ first_name | default("friend") }}. What stays with me is the *counting*:

<!-- check: is this whole? {{ nothing }} -->

> We had nine hundred slates and a ladder that was {{ honest }} about its age.
> <script>alert(1)</script> is what the [weather page](https://weather.example.com/today) said.
> — Mara Lind, The Slater

I read it as ~~courage~~ arithmetic. More on [the method](https://slates.example.com/how?for={{ first_name }}).

{% if plan == "patron" %}

You paid for the **ladder**.

{% elif plan == "guest" %}

You may hold the ladder.

{% else %}

Somebody paid for the ladder.

{% endif %}

That was all.
""",
    body_line=8,
)
SHORT = Post(
    slug="ferry",
    title="Ferries in winter",
    url="https://coast.example.net/ferry",
    source="Coastline",
    body="A timetable with a line that exists when the ice allows it.\n\n1. first\n2. second\n\n```\n{{ code }}\n```",
    body_line=6,
)
PICTURE = Post(
    slug="map",
    title="A map ❤️ of one junction",
    image=Image(src="images/map.png", alt='Forty "lines"\nmeet'),
    body="Redrawn each year by someone who had been there.",
    body_line=6,
)
POSTS = (LONG_READ, SHORT, PICTURE)

ISSUE = Issue(
    number=7,
    subject='{{ first_name | default("You") }} and the roof',
    preheader="Slates, ice and a map",
    dated_on=date(2026, 11, 26),
    intro='Dear {{ first_name | default("reader") }},\n\nthis week is about **weather**.',
    outro="Until Thursday,  \nBen",
    sections=(Section(title="The long read", posts=("two-roofs",)), Section(title="Short", posts=("ferry", "map"))),
    intro_line=12,
    outro_line=20,
    key_lines=(("number", 2), ("subject", 3), ("preheader", 4)),
)

ANA = {
    "first_name": "Ana",
    "plan": "patron",
    "unsubscribe_url": "https://saltslate.example.org/u/1.a.2.7.abcdefghijklmnopqrstuv",
    "preferences_url": "https://saltslate.example.org/preferences/1.a.2.7.vutsrqponmlkjihgfedcba",
}


def template(name: str = "digest", **files: str) -> TemplateFiles:
    """A built-in template, some of its files replaced: `issue_mjml="..."` stands for `issue.mjml`."""
    found = {path.name: path.read_text() for path in sorted((TEMPLATES / name).iterdir())}
    found |= {key.replace("_", "."): text for key, text in files.items()}
    return TemplateFiles(name=name, files=found, location=f"templates/{name}")


def bare(body: str, head: str = "", text: str = "{{ issue.subject }}") -> TemplateFiles:
    """A template of one line of body, on line 4 of its `issue.mjml` after `<mj-column>` on line 3."""
    mjml = (
        f'<mjml lang="en"><mj-head><mj-title>Test</mj-title>{head}</mj-head>\n<mj-body><mj-section>\n<mj-column>\n'
        f"{body}\n</mj-column></mj-section></mj-body></mjml>"
    )
    return TemplateFiles(name="bare", files={"issue.mjml": mjml, "issue.txt": text}, location="templates/bare")


def note(intro: str, **changes: str) -> Issue:
    """An issue that is nothing but an intro, which begins on line 5 of its file."""
    return Issue(
        number=1, subject=changes.get("subject", "A note"), intro=intro, intro_line=5, key_lines=(("subject", 3),)
    )


def rendered(
    issue: Issue = ISSUE, posts: Sequence[Post] = POSTS, files: TemplateFiles | None = None, paper: Newsletter = PAPER
) -> Rendered:
    return render(issue, posts, paper, files or template())


def read_by(reader: Mapping[str, str], intro: str) -> tuple[str, str, str]:
    """The subject, HTML and text of an issue with this intro, for one reader."""
    return as_reader(rendered(note(intro)).edition, reader)
