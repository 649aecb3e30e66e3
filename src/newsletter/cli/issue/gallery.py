"""The page that shows every template with the sample issue: on a desk and on a phone."""

from __future__ import annotations

from html import escape
from pathlib import Path

from newsletter.folder.templates import TemplateFolders
from newsletter.wiring.samples import sample_mail

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfcfc; --ink: #14202b; --soft: #596672; --line: #dce2e6 }
@media (prefers-color-scheme: dark) { :root { --paper: #10161c; --ink: #e6ebef; --soft: #98a5b0; --line: #2b3640 } }
body { margin: 0; padding: 24px clamp(16px, 4vw, 48px); background: var(--paper); color: var(--ink);
  font: 16px/1.5 Georgia, "Times New Roman", serif } h1 { margin: 0 0 8px; font-size: 30px } h2 { margin: 40px 0 4px }
p { margin: 0 0 16px; color: var(--soft); font: 15px/1.5 system-ui, sans-serif }
.two { display: flex; flex-wrap: wrap; gap: 24px } iframe { border: 1px solid var(--line); height: 720px; background: #fff }
.desk { width: min(680px, 100%) } .phone { width: 375px; max-width: 100% }
"""


def write_gallery(folders: TemplateFolders, page: Path) -> None:
    """Write the page. It holds everything it shows, so it can be passed on."""
    shown = []
    for found, is_own in folders.list_templates():
        mail = escape(sample_mail(folders, found.name))
        whose = "Your own" if is_own else "Built in"
        frames = "".join(
            f'<iframe class="{where}" sandbox="" title="{found.name} on a {where}" srcdoc="{mail}"></iframe>'
            for where in ("desk", "phone")
        )
        shown.append(f'<h2>{found.name}</h2><p>{whose}.</p><div class="two">{frames}</div>')
    page.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Templates</title><style>{_STYLE}</style><h1>Templates</h1>"
        "<p>The sample newsletter in each of them. Your system's light or dark colours are used, where a template has both.</p>"
        f"{''.join(shown)}</html>\n",
        encoding="utf-8",
    )
