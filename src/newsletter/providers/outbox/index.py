"""A page to look at the practice mail: what is in the outbox, and how the first mails of each issue look."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path

from newsletter.providers.outbox.files import issues

# Rendered views are a courtesy, not an archive: enough to see that readers' values differ.
_SHOWN = 20
# More links than this make no page anybody reads.
_LISTED = 1_000

_STYLE = """
:root{color-scheme:light dark;--paper:#fbfcfc;--sheet:#fff;--ink:#14202b;--soft:#596672;--line:#dce2e6;--wash:#eff3f6;
--accent:#1c4f94;--stripe:#c0352b;--serif:"Iowan Old Style","Palatino Linotype",Palatino,Georgia,serif;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
@media(prefers-color-scheme:dark){:root{--paper:#10161c;--sheet:#171f27;--ink:#e6ebef;--soft:#98a5b0;--line:#2b3640;
--wash:#1c252e;--accent:#8db8f2;--stripe:#e0685e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 var(--sans);font-variant-numeric:tabular-nums}
body::before{content:"";display:block;height:6px;background:repeating-linear-gradient(-45deg,var(--stripe) 0 14px,
var(--paper) 14px 28px,var(--accent) 28px 42px,var(--paper) 42px 56px)}
.band{background:var(--wash);color:var(--soft);font-size:13px;padding:7px 32px;border-bottom:1px solid var(--line)}
main{max-width:860px;margin:0 auto;padding:40px 32px 80px}
h1,h2{font-family:var(--serif);font-weight:600;line-height:1.2;margin:0;overflow-wrap:anywhere}
h1{font-size:40px;letter-spacing:-.5px}h2{font-size:22px;margin:48px 0 4px}
p{margin:4px 0 16px;color:var(--soft)}
a{color:inherit;text-decoration-color:var(--accent);text-underline-offset:3px}
a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:2px}
ul{list-style:none;margin:0;padding:0}
li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:24px;padding:10px 0;border-top:1px solid var(--line)}
li div{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
li b{font-family:var(--serif);font-size:17px;font-weight:600}.soft{color:var(--soft);font-size:13px}
dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:4px 20px;margin:20px 0;font-size:14px}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
details{border-top:1px solid var(--line);padding:12px 0}summary{cursor:pointer}
.rest{columns:6 90px;font-size:13px;padding-top:8px}.rest a{display:block}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px}
iframe{width:100%;height:80vh;border:1px solid var(--line);border-radius:6px;background:#fff}
@media(max-width:760px){main{padding:24px 18px 60px}.band{padding:7px 18px}h1{font-size:31px}}
"""
# Nothing in a mail may run, and the page around it needs no script either.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-src 'self'"
_BAND = "Practice: mails are written to disk, nobody gets them."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """One file of the outbox as the page shows it."""

    path: Path
    to: str
    subject: str
    sender: str
    leave: str
    html: str
    text: str


def write_index(directory: Path) -> Path:
    """Write `index.html` and the views of the first mails of each issue; return the page. Replaces the one before."""
    found = [(folder, _mails(folder)) for folder in reversed(list(issues(directory)))]
    n_mails = sum(len(names) for _, names in found)
    title = f"{_counted(n_mails)} in the outbox"
    sections = "".join(_section(folder, names) for folder, names in found)
    page = directory / "index.html"
    directory.mkdir(parents=True, exist_ok=True)
    _replace(page, _page(title, f"<h1>{title}</h1><p>Nothing has left this machine.</p>{sections}"))
    return page


def _section(folder: Path, names: Sequence[str]) -> str:
    letters = [_letter(folder / name) for name in names[:_SHOWN]]
    for letter in letters:
        _replace(letter.path.with_suffix(".html"), _view(letter))
    rows = "".join(_row(letter, folder.name) for letter in letters)
    return (
        f'<section><h2>{_title(folder.name)}</h2><p>{_counted(len(names))}. <a href="{folder.name}/">The folder</a></p>'
        f"<ul>{rows}</ul>{_rest(folder.name, names[_SHOWN:])}</section>"
    )


def _title(folder: str) -> str:
    """Mails to single people, such as confirmations, belong to no issue and lie in folder 0."""
    return "Confirmations and notes" if folder == "0" else f"Issue {escape(folder)}"


def _row(letter: _Letter, folder: str) -> str:
    view, mail = (f"{folder}/{escape(path.name)}" for path in (letter.path.with_suffix(".html"), letter.path))
    return (
        f'<li><div><b><a href="{view}">{escape(letter.subject) or "No subject"}</a></b>'
        f'<div class="soft">{escape(letter.to)}</div></div><a href="{mail}">{escape(letter.path.name)}</a></li>'
    )


def _rest(folder: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    links = "".join(f'<a href="{folder}/{escape(name)}">{escape(name)}</a>' for name in names[:_LISTED])
    hidden = len(names) - _LISTED
    more = f'<p>And {hidden:,} more in <a href="{folder}/">the folder</a>.</p>' if hidden > 0 else ""
    return f'<details><summary>{len(names):,} more</summary><div class="rest">{links}</div>{more}</details>'


def _view(letter: _Letter) -> str:
    facts = [("To", letter.to), ("From", letter.sender), ("Leaving", letter.leave), ("File", letter.path.name)]
    terms = "".join(f"<dt>{term}</dt><dd>{escape(fact)}</dd>" for term, fact in facts)
    return _page(
        letter.subject or "No subject",
        f'<p><a href="../index.html">The outbox</a></p><h1>{escape(letter.subject) or "No subject"}</h1><dl>{terms}</dl>'
        f'<iframe sandbox="" title="The mail as a reader sees it" srcdoc="{escape(letter.html)}"></iframe>'
        f"<details><summary>As plain text</summary><pre>{escape(letter.text)}</pre></details>",
    )


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="referrer" content="no-referrer">'
        f'<title>{escape(title)}</title><style>{_STYLE}</style><div class="band">{_BAND}</div><main>{content}</main></html>\n'
    )


def _mails(folder: Path) -> list[str]:
    """Names of the mails in a folder, in the order of their deliveries, the second of a pair beside the first."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.name.endswith(".eml") and not entry.name.startswith(".")]
    return sorted(names, key=_by_delivery)


def _by_delivery(name: str) -> tuple[int, int, str]:
    delivery = name.partition(".")[0]
    return (int(delivery) if delivery.isdecimal() else 0, name.count("."), name)


def _letter(path: Path) -> _Letter:
    message = message_from_bytes(path.read_bytes(), policy=default)
    return _Letter(
        path=path,
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        sender=str(message.get("From", "")),
        leave=str(message.get("List-Unsubscribe", "")),
        html=_part(message, "html"),
        text=_part(message, "plain"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


def _counted(n_mails: int) -> str:
    return "1 mail" if n_mails == 1 else f"{n_mails:,} mails"


def _replace(path: Path, content: str) -> None:
    """Whoever reloads the page meanwhile sees the old or the new one, never half of it."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(content, encoding="utf-8")
    draft.replace(path)
