"""Captured words that attack: none of them runs on a page of the studio, in the preview, in the archive or in the mail."""

from __future__ import annotations

import email
import json
import threading
from email import policy
from pathlib import Path

from newsletter.cli.serve.pages import listener_at, serve_pages
from newsletter.compose.press import press
from newsletter.jobs.pulse import Pulse
from newsletter.readers.rows import ReaderRow
from newsletter.web.studio.session import token_address
from newsletter.wiring import open_newsletter
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindDraft, Origin
from newsletter.words.subscriber import SubscriptionStatus
from newsletter.words.user import Role
from tests.running import TOML, a_folder
from tests.studio.filled import paths
from tests.studio.serving import browser

RUN = "top.hit=1"
# By what they try; the mutating ones mean one thing to a cleaner's parser and another once they are parsed again.
VECTORS = {
    "script": f"<script>{RUN}</script>",
    "handler": f"<img src=x onerror={RUN}>",
    "svg": f"<svg onload={RUN}><animate onbegin={RUN} attributeName=x dur=1s>",
    "svg script": f"<svg><script>{RUN}</script></svg>",
    "svg use": f"<svg><a xlink:href='javascript:{RUN}'><text y=20>x</text></a></svg>",
    "javascript link": f"[x](javascript:{RUN}) <a href='jav&#x09;ascript:{RUN}'>y</a>",
    "data page": f"<iframe src=\"data:text/html,<script>{RUN}</script>\"></iframe><iframe srcdoc='<script>{RUN}</script>'></iframe>",
    "object": f"<object data='javascript:{RUN}'></object><embed src='javascript:{RUN}'>",
    "meta and base": f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'><base href='https://evil.example/'>",
    "css": "<style>@import 'https://evil.example/a.css'; *{background:url(https://evil.example/b)}</style>",
    "style attribute": "<p style=\"background:url('https://evil.example/c');behavior:url(x)\">x</p>",
    "form": f"<form action=javascript:{RUN}><input autofocus onfocus={RUN}></form>",
    "details": f"<details open ontoggle={RUN}><summary>x</summary></details>",
    "mutation: math and style": f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={RUN}&gt;'>",
    "mutation: noscript": f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    "mutation: svg style": f"<svg></p><style><a id='</style><img src=1 onerror={RUN}>'>",
    "mutation: template": f"<template><style></template><img src=x onerror={RUN}></style>",
    "mutation: select": f"<select><style></select><script>{RUN}</script></style>",
    "mutation: annotation": f"<math><annotation-xml encoding='text/html'><style><img src=x onerror={RUN}></style></annotation-xml></math>",
    "mutation: comment": f"<!--><img src=x onerror={RUN}>--><![CDATA[><img src=x onerror={RUN}>]]>",
    "mutation: textarea": f"</textarea><img src=x onerror={RUN}><xmp><p title='</xmp><img src=x onerror={RUN}>'>",
    "breaking out": f"\"><img src=x onerror={RUN}>'><img src=x onerror={RUN}></title></pre></script><script>{RUN}</script>",
    "template of a page": f"${{{RUN}}} {{{{constructor.constructor('{RUN}')()}}}}",
}
_ALL = "\n\n".join(words for name, words in VECTORS.items() if name != "template of a page")
_SHORT = VECTORS["breaking out"]


def _attack(directory: Path) -> None:
    """A post, an issue and a newsletter's name that hold all of it."""
    title = json.dumps(_SHORT)
    quote = "\n".join(f"> {line}" for line in _ALL.splitlines())
    (directory / "posts" / "2026-11-20-ferries-in-winter.md").write_text(
        f"---\ntitle: {title}\nurl: https://example.org/a\nsource: {title}\nauthor: {title}\nchecks: [{title}]\n---\n\n{_ALL}\n\n{quote}\n"
    )
    issue = directory / "issues" / "001.md"
    issue.write_text(
        issue.read_text()
        .replace("subject: 'Boats for {{ first_name | default(\"you\") }}'", f"subject: {title}")
        .replace("preheader: Three ferries and a timetable.", f"preheader: {title}")
        .replace("title: Short", f"title: {title}")
        .replace("this week is about ice.", f"{_ALL}\n")
    )
    name = json.dumps("Ferries " + _SHORT)
    (directory / "newsletter.toml").write_text(TOML.replace('name = "Weekly Ferries"', f"name = {name}"))


def _here(path: str) -> str:
    """The address of a page, for the one issue, post and reader of this newsletter."""
    here = path.replace("/issues/2", "/issues/1").replace("/readers/2", "/readers/1").replace("issue=2", "issue=1")
    return here.replace("2026-11-22-the-lamp-that-is-left-on", "2026-11-20-ferries-in-winter")


def test_nothing_hostile_runs_or_asks_elsewhere_on_any_page(tmp_path: Path) -> None:
    """In posts, quotes, finds, names and subjects: every page of the studio, the preview, the archive and the mail itself."""
    directory = a_folder(tmp_path / "weekly")
    _attack(directory)
    parts = open_newsletter(directory)
    parts.consent.membership.add_list("weekly")
    row = ReaderRow(email="ana@example.com", first_name=_SHORT, last_name=_SHORT, fields={"plan": _SHORT})
    parts.consent.membership.join("weekly", [row], status=SubscriptionStatus.ACTIVE, consent=_SHORT)
    parts.users.add("eve@example.com", name=_SHORT, role=Role.AUTHOR)
    draft = FindDraft(url="https://example.org/b", origin=Origin.FEED, source=_SHORT, title=_SHORT, site=_SHORT)
    desk = collect_desk(parts)
    for number, words in enumerate(VECTORS.values()):
        find = FindDraft(
            url=f"https://example.org/{number}", origin=Origin.PERSON, source=words, note=words, quote=words
        )
        desk.finds.add(find)
    desk.finds.add(draft)
    edition = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    parts.ledger.planning.open_mailing(edition, list_name="weekly", parcel_size=10, start_at=None)
    parts.drain(threading.Event()).once()
    parts.after_sending()
    wrong: list[str] = []
    seen: dict[str, int] = {}
    with serve_pages(parts, listener_at("127.0.0.1", 0), threading.Event(), Pulse()) as own, browser() as chromium:
        # As a page that the policy does not protect: the words themselves have to be harmless.
        page = chromium.new_context(bypass_csp=True).new_page()
        page.on("dialog", lambda asked: (wrong.append(asked.message), asked.dismiss()))
        page.on("request", lambda asked: None if asked.url.startswith((own, "data:")) else wrong.append(asked.url))
        page.goto(token_address(own, parts))
        mail = next(directory.rglob("*.eml")).name
        studio = [f"{own}studio{_here(path).replace('/inbox/1/weekly', f'/inbox/1/{mail}')}" for path in paths()]
        public = [own, f"{own}issues/1", f"{own}feed.xml"]
        for address in [*studio, f"{own}studio/issues/1?part=post:2026-11-20-ferries-in-winter", *public]:
            answer = page.goto(address)
            assert answer is not None
            seen[address] = answer.status
            if page.locator("#view").count():
                page.wait_for_selector("#view[data-took]", state="attached")
            if page.evaluate("window.hit"):
                wrong.append(f"it ran on {address}")
        mails = [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in directory.rglob("*.eml")]
        assert len(mails) == 1
        body = mails[0].get_body(("html",))
        assert body is not None
        page.route("**/*", lambda route: route.abort())
        wrong_before = len(wrong)
        page.set_content(body.get_content(), wait_until="commit")
        page.wait_for_timeout(300)
        # The mail's own pictures are at the newsletter's address, and nothing else is asked for.
        wrong[wrong_before:] = [url for url in wrong[wrong_before:] if "ferries.example.com" not in url]
        if page.evaluate("window.hit"):
            wrong.append("it ran in the mail")
    parts.engine.dispose()

    # A page that failed shows nothing: but for what there is not, and the way in, each was there.
    failed = {address for address, status in seen.items() if status >= 400}
    assert failed <= {f"{own}studio{path}" for path in ("/issues/99", "/enter", "/issues/1/correct/mail")}
    assert not wrong, "\n".join(sorted(set(wrong)))


# Pages that end themselves, or ask for another one, would end the control too.
_ENDING = frozenset({"object", "data page", "meta and base", "form"})


def test_the_vectors_run_where_nothing_holds_them() -> None:
    """A set that would not run anywhere shows nothing: most of it does in a page that takes it as it is."""
    with browser() as chromium:
        page = chromium.new_page()
        page.route("**/*", lambda route: route.abort())
        page.goto("about:blank")
        words = [
            words.replace(RUN, f"top.hits[{number}]=1")
            for number, (name, words) in enumerate(VECTORS.items())
            if name not in _ENDING
        ]
        put = "all => { top.hits = {}; for (const one of all) { const at = document.createElement('div'); document.body.append(at); at.innerHTML = one; } }"
        page.evaluate(put, words)

        page.wait_for_function("Object.keys(top.hits).length >= 6", timeout=15_000)
