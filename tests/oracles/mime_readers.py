"""Four readers of mail that know nothing of each other must read the same in ours."""

from __future__ import annotations

import email
import email.policy
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from newsletter.words.edition import Edition
from newsletter.words.gap import Part, fill
from newsletter.words.message import MessageForm
from tests.oracles import mails, tools
from tests.oracles.verdict import Oracle, Verdict

LENGTHS = (20, 60, 75, 76, 77, 78, 120, 300, 600, 900)
_SUBJECTS = (
    "Short",
    "A subject with so many words in it that it must be folded somewhere, and then read back as one line",
    "Grüße aus Łódź, 東京 and a ferry ⛴️ whose name is far too long to fit into one encoded word of a header",
    'Quotes " and =?utf-8?Q?what_looks_encoded?= and (brackets)',
)
_SENDERS = ("Tide & Timetable", 'Ana "the boat" Lind, editor', "Müller, Łukasz und die Fähre nach Südgrönland")

_NODE = """
import { readFileSync } from 'node:fs';
import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
const out = {};
for (const path of process.argv.slice(2)) {
  const raw = readFileSync(path);
  const one = await simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true });
  const two = await PostalMime.parse(raw);
  const header = two.headers.find(h => h.key === 'list-unsubscribe');
  const line = one.headerLines.find(h => h.key === 'list-unsubscribe');
  out[path] = {
    mailparser: [one.subject, one.from.value[0].name, one.to.value[0].address, one.text, one.html, line.line.slice(line.line.indexOf(':') + 1)],
    'postal-mime': [two.subject, two.from.name, two.to[0].address, two.text, two.html, header.value],
  };
}
console.log(JSON.stringify(out));
"""
_PERL = """
use Email::MIME; use JSON::PP; binmode STDOUT; my %out;
for my $path (@ARGV) {
  open(my $file, '<:raw', $path); local $/; my $mail = Email::MIME->new(<$file>); my ($text, $html) = map { $_->body_str } $mail->subparts;
  my ($from) = Email::Address::XS->parse($mail->header_str('From')) if eval { require Email::Address::XS };
  my ($to) = $mail->header_str('To');
  $out{$path} = [$mail->header_str('Subject'), $from ? $from->phrase : undef, $to, $text, $html, $mail->header_raw('List-Unsubscribe')];
}
print JSON::PP->new->utf8->encode(\\%out);
"""


def examine(folder: Path) -> list[Verdict]:
    paths, wanted = _written(folder)
    names = [str(path) for path in paths]
    read: dict[str, dict[str, list[Any]]] = {"python": {name: _python(Path(name)) for name in names}}
    by_path = json.loads(tools.node(_NODE, *names))
    for reader in ("mailparser", "postal-mime"):
        read[reader] = {name: by_path[name][reader] for name in names}
    perl = subprocess.run(["perl", "-e", _PERL, *names], capture_output=True, timeout=120, check=True)
    read["Email::MIME"] = json.loads(perl.stdout)
    verdicts = []
    for reader, found in read.items():
        wrong = [
            f"{what} of {Path(name).name}"
            for name in names
            for what, is_, should in zip(
                ("subject", "name", "recipient", "text", "HTML", "List-Unsubscribe"),
                found[name],
                wanted[name],
                strict=True,
            )
            if _plain(is_) != _plain(should)
        ]
        said = f"{len(names)} mails read as they were meant" if not wrong else ", ".join(wrong[:6])
        verdicts.append(Verdict(reader, said, not wrong))
    return verdicts


def _written(folder: Path) -> tuple[list[Path], dict[str, list[str]]]:
    edition = mails.made("digest").edition
    paths, wanted = [], {}
    for number, length in enumerate(LENGTHS):
        subject, sender = _SUBJECTS[number % len(_SUBJECTS)], _SENDERS[number % len(_SENDERS)]
        one = replace(edition, subject=Part((subject,)), sender_name=sender)
        link = "https://n.example/" + "u" * (length - 18)
        text, html, message = _message(one, link)
        path = folder / f"{length}.eml"
        path.write_bytes(message)
        paths.append(path)
        wanted[str(path)] = [subject, sender, "reader@example.com", text, html, f"<{link}>"]
    return paths, wanted


def _message(edition: Edition, link: str) -> tuple[str, str, bytes]:
    columns = {"first_name": ["Zoë = & <b>"], "unsubscribe_url": [link], "preferences_url": [link]}
    values = [fill(hole, columns, 1)[0] for hole in edition.holes]
    by_hole = dict(zip(edition.holes, values, strict=True))
    text, html = (
        "".join(piece if isinstance(piece, str) else by_hole[piece] for piece in part.pieces)
        for part in (edition.text, edition.html)
    )
    headers = {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = MessageForm(edition).message(
        to="reader@example.com", values=values, headers=headers, message_id="<1@n.example>", date=mails.DATE
    )
    return text, html, message


def _python(path: Path) -> list[Any]:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    # Python 3.11 puts a blank between two encoded words of a name, where RFC 2047 6.2 has none; subjects it reads right.
    sender = " ".join(mail["From"].addresses[0].display_name.split())
    return [
        mail["Subject"],
        sender,
        mail["To"].addresses[0].addr_spec,
        text.get_content() if text else None,
        html.get_content() if html else None,
        mail["List-Unsubscribe"],
    ]


def _plain(value: Any) -> str | None:
    """Line ends and the spaces round a header's value say nothing."""
    return None if value is None else str(value).replace("\r\n", "\n").strip()


ORACLE = Oracle(
    name="mailparser, postal-mime, Email::MIME and Python",
    asks=f"the same subject, names, parts and List-Unsubscribe, of {LENGTHS[0]} to {LENGTHS[-1]} characters",
    missing=lambda: tools.missing(npm=("mailparser", "postal-mime"), programs=("node", "Email::MIME")),
    examine=examine,
)
