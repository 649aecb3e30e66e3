"""Every page of the studio: for people who can't see or have no mouse, small, quick to send, and asking nobody else.

`make oracles` asks axe-core, which we did not write, about the same pages.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.studio.filled import looked_at, served
from tests.studio.serving import browser
from tests.web.examining import LOOKS, Scheme, by_keyboard, examined

LARGEST = 150_000
# Whatever can be clicked, and whether Tab can get there.
_OUT_OF_REACH = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(e => e.getClientRects().length && (e.tabIndex < 0 || e.matches('a:not([href])'))).map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("looks", LOOKS)
def test_every_page_can_be_read_heard_and_worked_by_keyboard(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, looks: list[tuple[Scheme, int]]
) -> None:
    """Labels, landmarks, headings, contrast, size of targets, focus; both themes, 375 and 1280 px; under 150 KB each."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    wrong: list[str] = []
    sizes: dict[str, int] = {}
    with served(tmp_path / "weekly") as (_, address), browser() as chromium:
        own = address.partition("/studio")[0]
        page = chromium.new_page()
        page.on("request", lambda asked: None if asked.url.startswith((own, "data:")) else wrong.append(asked.url))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if said.type == "warning" else None)
        for path in looked_at(page, address):
            sizes[path] = len(page.request.get(page.url).body())
            for scheme, width in looks:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 760})
                found = examined(page, ["h1", "header", "main", "nav.top[aria-label]"])
                wrong += [f"{path}, {scheme}, {width}: {one}" for one in found]
            wrong += [f"{path}: {one}" for one in by_keyboard(page)]
            wrong += [f"{path}: no Tab leads to {one}" for one in page.evaluate(_OUT_OF_REACH)]

    assert not wrong, "\n".join(wrong)
    assert len(sizes) > 20
    assert {path: size for path, size in sizes.items() if size > LARGEST} == {}
