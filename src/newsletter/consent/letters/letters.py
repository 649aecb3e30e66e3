"""Mails to one person at a time: plain sentences, one button, and who sends them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from string import Template

from newsletter.consent.letters.look import LetterLook
from newsletter.sentences.sentences import Sentences
from newsletter.words.consent import Mail
from newsletter.words.edition import Edition
from newsletter.words.gap import Context, Field, Gap, Part
from newsletter.words.newsletter import Newsletter

# The names of the gaps that hold the reader's own link, and the link to leave.
LINK, LEAVE = "link_url", "leave_url"

# The inline colours are for programs that drop a style sheet, the sheet for dark screens.
_HTML = Template("""\
<!doctype html>
<html lang="$language"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>$head</title>
<style>
.words a{color:$accent} .words img{max-width:100%;height:auto}
@media (prefers-color-scheme:dark){
.backdrop{background:$dark_backdrop!important} .sheet{background:$dark_sheet!important;color:$dark_ink!important}
.soft{color:$dark_soft!important} .words a{color:$dark_accent!important}
.top{border-color:$dark_ink!important} .foot{border-color:$dark_line!important}
.go{background:$dark_accent!important;color:$dark_accent_ink!important}
}
</style></head>
<body class="backdrop" style="margin:0;background:$backdrop">
<div class="sheet" style="max-width:544px;margin:0 auto;background:$sheet;color:$ink;padding:30px 28px 36px;\
font:18px/1.6 Georgia,'Times New Roman',serif">
<div class="top soft" style="font:13px Arial,Helvetica,sans-serif;color:$soft;border-bottom:3px double $ink;\
padding-bottom:14px">$newsletter</div>
<h1 style="font-size:28px;line-height:1.2;margin:26px 0 14px">$head</h1>
<div class="words">$body</div>
$button
<div class="foot soft" style="border-top:1px solid $line;margin-top:30px;padding-top:16px;\
font:14px/1.6 Arial,Helvetica,sans-serif;color:$soft">$foot<br>$leave$newsletter, $address</div>
</div></body></html>
""")
_BUTTON = Template("""\
<p style="margin:22px 0"><a class="go" href="$link" style="display:inline-block;background:$accent;color:$accent_ink;\
font:bold 16px Arial,Helvetica,sans-serif;text-decoration:none;padding:13px 22px;border-radius:4px">$words</a></p>""")
_LEAVE = Template("""<a href="$link" style="color:inherit">$words</a><br>""")
# Where the gaps are, until the text is cut there.
_MARK, _LEAVE_MARK = "\x00", "\x01"
_GAPS = {_MARK: LINK, _LEAVE_MARK: LEAVE}


def letter(
    mail: Mail, newsletter: Newsletter, words: Sentences, *, lists: Sequence[str], look: LetterLook, days: int = 0
) -> Edition:
    """The mail that answers a request; its gap is the reader's link, `LINK`. `days` is the time to answer.

    A mail to many at once has a second gap, `LEAVE`.
    """
    # Nothing that a visitor typed is ever among the values.
    values = {"newsletter": newsletter.name, "lists": words.listed(lists) or newsletter.name, "n": days}
    leave = words("mail.again.leave") if mail is Mail.AGAIN else ""
    return _said(f"mail.{mail.value}", newsletter, words, look, values, button=True, leave=leave)


def notice(newsletter: Newsletter, name: str, words: Sentences, *, look: LetterLook, button: bool = False) -> Edition:
    """The mail called `mail.NAME` in the catalogue, which informs. Its `button` leads to `LINK`."""
    return _said(f"mail.{name}", newsletter, words, look, {"newsletter": newsletter.name}, button=button)


def _said(
    name: str,
    newsletter: Newsletter,
    words: Sentences,
    look: LetterLook,
    values: Mapping[str, object],
    *,
    button: bool,
    leave: str = "",
) -> Edition:
    """A mail whose subject, head, body, foot and button are sentences."""
    subject, head, body, foot = (words(f"{name}.{piece}", **values) for piece in ("subject", "head", "body", "foot"))
    pressed = words(f"{name}.button", **values) if button else ""
    paragraph = f'<p style="margin:0 0 18px">{escape(body)}</p>'
    html = _page(newsletter, words.language, head, paragraph, foot, look, button=pressed, leave=leave)
    last = f"{foot}\n{leave}: {_LEAVE_MARK}" if leave else foot
    link = f"{_MARK}\n\n" if button else ""
    text = f"{head}\n\n{body}\n\n{link}{last}\n\n{newsletter.name}\n{newsletter.address}\n"
    return _edition(newsletter, words.language, subject, html=html, text=text)


def note(
    newsletter: Newsletter,
    *,
    subject: str,
    html_body: str,
    text_body: str,
    language: str,
    look: LetterLook,
    button: str = "",
    foot: str,
) -> Edition:
    """A mail whose body the caller has made safe HTML of; with `button`, it leads to the gap `LINK`."""
    html = _page(newsletter, language, subject, html_body, foot, look, button=button)
    link = f"\n\n{_MARK}" if button else ""
    text = f"{subject}\n\n{text_body}{link}\n\n{foot}\n\n{newsletter.name}\n{newsletter.address}\n"
    return _edition(newsletter, language, subject, html=html, text=text)


def _page(
    newsletter: Newsletter,
    language: str,
    head: str,
    body: str,
    foot: str,
    look: LetterLook,
    *,
    button: str,
    leave: str = "",
) -> str:
    colours = look.values()
    return _HTML.substitute(
        colours,
        language=escape(language),
        head=escape(head),
        body=body,
        button=_BUTTON.substitute(colours, link=_MARK, words=escape(button)) if button else "",
        foot=escape(foot),
        leave=_LEAVE.substitute(link=_LEAVE_MARK, words=escape(leave)) if leave else "",
        newsletter=escape(newsletter.name),
        address=escape(newsletter.address),
    )


def _edition(newsletter: Newsletter, language: str, subject: str, *, html: str, text: str) -> Edition:
    return Edition(
        issue=0,
        subject=Part((subject,)),
        html=_with_gaps(html, Context.URL),
        text=_with_gaps(text, Context.PLAIN),
        language=language,
        sender_name=newsletter.name,
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
    )


def _with_gaps(text: str, context: Context) -> Part:
    pieces = re.split(f"([{''.join(_GAPS)}])", text)
    return Part(tuple(Gap(Field(_GAPS[piece]), context) if piece in _GAPS else piece for piece in pieces))
