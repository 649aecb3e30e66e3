"""The page at the end of the demo: the raw text beside the finished mail."""

from __future__ import annotations

import contextlib
import functools
import http.server
import webbrowser
from html import escape
from pathlib import Path

import click

from newsletter.providers.registry import PRACTICE
from newsletter.wiring.samples import with_pictures

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfcfc; --ink: #14202b; --soft: #596672; --line: #dce2e6; --stripe: #c0352b;
  --accent: #1c4f94; }
@media (prefers-color-scheme: dark) { :root { --paper: #10161c; --ink: #e6ebef; --soft: #98a5b0; --line: #2b3640;
  --stripe: #e0685e; --accent: #8db8f2; } }
* { box-sizing: border-box } body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 Georgia, "Times New Roman", serif }
body::before { content: ""; display: block; height: 6px; background: repeating-linear-gradient(-45deg, var(--stripe) 0 14px,
  var(--paper) 14px 28px, var(--accent) 28px 42px, var(--paper) 42px 56px) }
header, main { padding: 24px clamp(16px, 4vw, 48px) } header p { color: var(--soft); margin: 4px 0 0;
  font: 15px/1.5 system-ui, sans-serif } h1 { margin: 0; font-size: 30px } h2 { font-size: 20px; margin: 0 0 12px }
main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 640px); gap: 40px; padding-top: 8px }
@media (max-width: 900px) { main { grid-template-columns: minmax(0, 1fr) } }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font: 14px/1.6 ui-monospace, Menlo, Consolas, monospace;
  border-top: 1px solid var(--line); padding-top: 16px }
iframe { width: 100%; height: 85vh; border: 1px solid var(--line); background: #fff } a { color: inherit }
"""


def write_page(directory: Path, raw: Path) -> Path:
    """Write `beside.html` beside the practice mail of the newsletter in `directory`, and say where it is."""
    mail = with_pictures(directory, (directory / "preview" / "001.html").read_text(encoding="utf-8"))
    text = raw.read_text(encoding="utf-8")
    page = PRACTICE.folder(directory) / "beside.html"
    page.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>The raw text beside the finished mail</title><style>{_STYLE}</style>"
        "<header><h1>From a raw text to a mail</h1>"
        '<p>Practice: nothing left this machine. <a href="index.html">All the practice mails</a></p></header>'
        f"<main><section><h2>What was found</h2><pre>{escape(text)}</pre></section>"
        '<section><h2>What readers get</h2><iframe sandbox="" title="The finished mail" '
        f'srcdoc="{escape(mail)}"></iframe></section></main></html>\n',
        encoding="utf-8",
    )
    return page


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: the terminal belongs to the demo."""


def serve(page: Path) -> None:
    """Show the page in a browser until Ctrl-C; only this machine can reach it, and only the practice mail."""
    handler = functools.partial(_Quiet, directory=str(page.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/{page.name}"
        click.echo(f"\nThe raw text beside the finished mail: {address}\nCtrl-C ends the demo.")
        webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    click.echo()
