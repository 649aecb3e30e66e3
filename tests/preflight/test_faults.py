"""Faults that editors make, planted one at a time: each is found where it stands, and nothing else is."""

from __future__ import annotations

import os
import re
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from newsletter.web.studio.findings.shown_findings import kinds_of
from newsletter.web.studio.studio import _templates
from newsletter.words.finding import Finding, Severity
from newsletter.words.user import Role
from tests.preflight.desk import BELL, ICE, ISSUE, MAP, Desk
from tests.studio.screens import FORBIDDEN_IN_FINDINGS

DIGEST = "templates/digest/"


class Fault(NamedTuple):
    """In `file`, `old` becomes `new`; then `code` is found in the line that begins with or holds `at`."""

    code: str
    file: str
    old: str
    new: str
    at: str
    in_file: str = ""
    with_it: str = ""


FAULTS = [
    Fault(
        "clipped",
        MAP,
        "Three ships",
        "Three ships \n\n" + "A very long story about ice and fog. " * 3000,
        "posts: [map]",
        ISSUE,
    ),
    Fault(
        "nearly-clipped",
        MAP,
        "Three ships",
        "Three ships \n\n" + "A long story about fog and ice. " * 2300,
        "---",
        ISSUE,
    ),
    Fault("dead-link", ICE, "/crossings)", "/gone)", "The [crossings"),
    Fault(
        "dead-link", ICE, "https://slow.example.net:PORT/crossings", "https://nobody.example:PORT/", "The [crossings"
    ),
    Fault("unreachable-link", ICE, "/crossings)", "/error)", "The [crossings"),
    Fault("redirected-link", ICE, "/crossings)", "/old)", "The [crossings"),
    Fault(
        "http-link",
        ICE,
        "https://slow.example.net:PORT/crossings",
        "http://map.example.com:PORT/stain2",
        "The [crossings",
        with_it="unreachable-link",
    ),
    Fault("empty-link", ICE, "(https://slow.example.net:PORT/crossings)", "()", "The [crossings"),
    Fault("dropped-link", ICE, "https://slow.example.net:PORT/crossings", "crossings.html", "The [crossings"),
    Fault("tracking-link", ICE, "/crossings)", "/crossings?utm_source=x&fbclid=1)", "The [crossings"),
    Fault("tracking-link", ICE, "/winter\n", "/winter?utm_campaign=x\n", "url: "),
    Fault(
        "same-link-twice",
        MAP,
        "Three ships have",
        "[Three ships](https://www.coast.example.org:PORT/winter/#top) have",
        "[Three",
    ),
    Fault(
        "seen-before",
        ICE,
        "https://slow.example.net:PORT/crossings",
        "https://m.coast.example.org:PORT/bell/amp?utm_id=2",
        "The [crossings",
        with_it="tracking-link",
    ),
    Fault("seen-before", ICE, "/crossings)", "/bell-again)", "The [crossings", with_it="redirected-link"),
    Fault(
        "unlinked-source",
        MAP,
        "Three ships",
        "> It is not a shoal.\n>\n> — Ana Oake, The Chart Room\n\nThree ships",
        "> It is",
    ),
    Fault("quote-not-on-page", ICE, "longer than nine days", "longer than eleven days", "> [T]he last"),
    Fault("unknown-merge-tag", ICE, "are older", "are {{ towm }} older", "The [crossings"),
    Fault("empty-merge-tag", ISSUE, '{{ first_name | default("reader") }}, this', "{{ last_name }}, this", "Dear"),
    Fault(
        "client-lacks",
        f"{DIGEST}head.mjml",
        "p { margin: 0 0 18px; }",
        "p { margin: 0 0 18px; position: relative; }",
        "p { margin: 0 0 18px; position",
    ),
    Fault(
        "no-heading",
        f"{DIGEST}masthead.mjml",
        "<h1>{{ newsletter.name }}</h1>",
        "<p>{{ newsletter.name }}</p>",
        "<mj-body",
        f"{DIGEST}issue.mjml",
    ),
    Fault(
        "heading-order", f"{DIGEST}post.mjml", "<h2>{% if post.url %}", "<h4>Zuruf</h4><h2>{% if post.url %}", "<h4>"
    ),
    Fault("alt-is-file-name", MAP, "A brown ring on a chart of the bay", "IMG_2041.jpg", "image: "),
    Fault("vague-link", ICE, "[crossings in order]", "[click here]", "The [click"),
    Fault("link-without-words", ICE, "[crossings in order]", "[]", "The []"),
    Fault("low-contrast", f"{DIGEST}template.toml", 'soft = "#566370"', 'soft = "#a0a9b0"', 'soft = "#a0a9b0"'),
    Fault("low-contrast-dark", f"{DIGEST}template.toml", 'soft = "#a0adb8"', 'soft = "#3a434b"', 'soft = "#3a434b"'),
    Fault("no-language", f"{DIGEST}issue.mjml", 'lang="{{ language }}"', 'lang="x"', "<mjml"),
    Fault(
        "no-title",
        f"{DIGEST}head.mjml",
        "<mj-title>{{ newsletter.name }}, {{ look.words.issue }} {{ issue.number }}</mj-title>",
        "<mj-title>&nbsp;</mj-title>",
        "<mj-head",
    ),
    Fault(
        "duplicate-id",
        f"{DIGEST}masthead.mjml",
        "<h1>{{ newsletter.name }}</h1>",
        '<h1><span id="x">{{ newsletter.name }}</span><span id="x"></span></h1>',
        "<h1>",
    ),
    Fault("layout-table", f"{DIGEST}masthead.mjml", ' role="presentation"', "", "<mj-table"),
    Fault("placeholder", ICE, "A timetable", "TODO: say why. A timetable", "TODO"),
    Fault("placeholder", ISSUE, "Ice, and a map of it.", "Lorem ipsum", "preheader"),
    Fault("wrong-weekday", ISSUE, "Until Thursday.", "Until Thursday 4 December 2026.", "Until"),
    Fault("doubled-word", ICE, "A timetable with a", "A timetable with with a", "A timetable"),
    Fault("open-mark", ICE, "A timetable", "A (timetable", "A (timetable"),
    Fault("name-two-ways", ICE, "are older than the captain", "are older than Nils Akker", "The [crossings"),
    Fault("empty-section", ISSUE, "posts: [map]", "posts: [map]\n  - title: Short\n    posts: []", "  - title: Short"),
    Fault("empty-post", MAP, "Three ships have gone round the ring since.\n", "", "title"),
    Fault("no-preheader", ISSUE, "preheader: Ice, and a map of it.\n", "", "subject"),
    Fault(
        "preheader-repeats-subject",
        ISSUE,
        "preheader: Ice, and a map of it.",
        "preheader: 'Boats for {{ first_name | default(\"you\") }}.'",
        "preheader",
    ),
    Fault("long-subject", ISSUE, "subject: 'Boats", "subject: '" + "Boats and boats, " * 10 + "Boats", "subject"),
    Fault(
        "no-postal-address",
        f"{DIGEST}footer.txt",
        "{{ (name ~ newsletter.address) | wrap(look.text.width) }}",
        "",
        "{{ newsletter.name",
        f"{DIGEST}issue.txt",
    ),
    Fault(
        "no-unsubscribe",
        f"{DIGEST}footer.mjml",
        '<a href="{{ reader("unsubscribe_url") }}">{{ look.words.unsubscribe }}</a>',
        "",
        "<mjml",
        f"{DIGEST}issue.mjml",
    ),
    Fault(
        "text-part-differs", f"{DIGEST}post.txt", "{{ post.body.text }}", "", "{{ newsletter.name", f"{DIGEST}issue.txt"
    ),
    Fault("looks-like-spam", ISSUE, "subject: 'Boats for", "subject: 'WINNER!! FREE MONEY FOR ALL BOATS", "subject"),
    Fault("looks-like-spam", ISSUE, "subject: 'Boats", "subject: 'Re: Boats", "subject"),
    Fault("looks-like-spam", ICE, "[crossings in order]", "[www.bank.example]", "The [www"),
    Fault("open-remark", ICE, "are older", "are <!-- @ben: source? --> older", "The [crossings"),
    Fault("open-remark", ISSUE, "Until Thursday.", "Until Thursday.\n\n<!-- who signs\nthis? -->", "<!-- who signs"),
    Fault("open-remark", ICE, "> — Nils", "> <!-- @ben: page? -->\n> — Nils", "> <!-- @ben"),
    Fault("open-check", ICE, "author: Nils Aker", "author: Nils Aker\nchecks: [is it a quote]", "checks"),
    Fault("unknown-waiver", ISSUE, "lists: [weekly]", "lists: [weekly]\nwaive:\n  dead-lnik: they move", "  dead-lnik"),
    Fault("idle-waiver", ISSUE, "lists: [weekly]", "lists: [weekly]\nwaive:\n  http-link: no https", "  http-link"),
    Fault("idle-waiver", ISSUE, "lists: [weekly]", "lists: [weekly]\nwaive:\n  no-alt icee: later", "  no-alt icee"),
    Fault("heavy-image", MAP, "", "", "image: "),
    Fault("heavy-images", MAP, "", "", "---", ISSUE, with_it="heavy-image"),
    Fault(
        "missing-image",
        ICE,
        "are older",
        "are ![The pier](https://map.example.com:PORT/gone.png) older",
        "The [crossings",
    ),
    Fault(
        "unreachable-image",
        ICE,
        "are older",
        "are ![The pier](https://map.example.com:PORT/stain) older",
        "The [crossings",
    ),
    Fault("same-number", BELL, "", "", "number", ISSUE),
]


def plant(desk: Desk, fault: Fault) -> None:
    """Put the fault in."""
    if fault.code in {"heavy-image", "heavy-images"}:
        # What is mailed is weighed: noise stays as heavy as it is, blanks behind a picture would not be mailed.
        size = (800, 600) if fault.code == "heavy-image" else (1280, 900)
        Image.frombytes("RGB", size, os.urandom(3 * size[0] * size[1])).save(desk.directory / "images/map.png")
    elif fault.code == "same-number":
        desk.write("issues/2.md", desk.read(ISSUE))
    else:
        desk.spoil(fault.file, fault.old.replace("PORT", str(desk.web.port)), fault.new)


def test_an_issue_in_order_has_nothing_to_mend(desk: Desk) -> None:
    """Everything was asked of the web, and there is no finding but the note on decoration."""
    assert ["client-decoration"] == [one.code for one in desk.findings()]
    asked = {path for path, _ in desk.web.asked}
    assert {"/winter", "/crossings", "/letters", "/stain"} < asked


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.code)
def test_a_planted_fault_is_found_at_its_line(desk: Desk, fault: Fault) -> None:
    """Code, file and line are those of the fault; it says why it matters and how to mend it. Without it all is in order."""
    plant(desk, fault)
    found = [one for one in desk.findings() if one.severity is not Severity.NOTE]
    file = fault.in_file or fault.file

    assert {fault.code} == {one.code for one in found} - {fault.with_it}, [
        (one.code, str(one.place), one.message) for one in found
    ]
    assert (file, desk.line_of(file, fault.at)) in {(one.place.file, one.place.line) for one in found}
    assert all(one.message and one.fix and one.why for one in found)
    # What a page says of it is for people who edit and do not program; the words of the issue are their own.
    assert not [(said, wrong[0]) for said in _said_on_page(found) if (wrong := FORBIDDEN_IN_FINDINGS.search(said))]


def _said_on_page(found: list[Finding]) -> list[str]:
    """The sentences of the findings in the studio, without what they quote."""
    rows = _templates().get_template("finding.html").module
    visit = SimpleNamespace(who=SimpleNamespace(role=Role.OWNER), csrf_field="")
    kinds = kinds_of(found)
    pages = [
        BeautifulSoup(str(rows.row(one, dot, 2, visit, "", "findings")), "html.parser")  # type: ignore[attr-defined]
        for dot, _, ones in kinds.in_order
        for one in ones
    ]
    texts = [tag.get_text(" ") for page in pages for tag in page.select(".words, .about, label, button, .btn")]
    return [re.sub(r"“[^”]*”|https?://\S+", "…", text) for text in texts]
