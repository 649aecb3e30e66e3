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

# The page shows a few mails, not all: enough to see that readers' values differ.
_SHOWN = 20
# Nobody reads a page with more links than this.
_LISTED = 1_000

_STYLE = Path(__file__).with_name("index.css").read_text(encoding="utf-8")
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
    """Replace a file: somebody who reloads the page meanwhile sees the old or the new one, never half of it."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(content, encoding="utf-8")
    draft.replace(path)
