"""What anybody may read: the issues that went out, old ones that moved in, the feed, and the pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from newsletter.archive.archive_sql import PublicIssue
from newsletter.sentences.sentences import Sentences
from newsletter.web.number import read_number
from newsletter.web.public.headers import ISSUE_POLICY
from newsletter.web.public.site import Site
from newsletter.words.edition import Edition
from newsletter.words.gap import fill_part
from newsletter.words.mistake import NewsletterError

_PER_PAGE = 50
_IN_FEED = 20
_SUMMARY = 300
_BODY = re.compile(r"<body\b[^<>]*>", re.IGNORECASE)
_BAND = (
    "font:16px/1.5 system-ui,sans-serif;color:#10233f;background:#eef3fa;border-bottom:2px solid #2457c5;"
    "padding:.75rem 1rem;overflow-wrap:anywhere"
)
_PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
}


def list_page(site: Site, request: Request) -> Response:
    before = request.query_params.get("before", "")
    found = _rows(site, read_number(before))
    rows, words = found[:_PER_PAGE], site.words(request)
    return site.page(
        "archive.html",
        words,
        rows=[(*row, words.day(row[2]) if row[2] else "") for row in rows],
        farewell=words(
            "farewell.body", newsletter=site.newsletter.name, contact=site.newsletter.reply_to or site.newsletter.sender
        )
        if site.parts.farewells.lasts()
        else "",
        older=rows[-1][0] if len(found) > _PER_PAGE else None,
    )


def _rows(site: Site, before: int | None) -> list[tuple[int, str, date | None]]:
    """Number, subject and day of a page of issues and one more. What went out from here hides an old issue's file."""
    most = _PER_PAGE + 1
    old = site.parts.old_issues.list_titles(most=most, before=before)
    rows: dict[int, tuple[int, str, date | None]] = {
        one.number: (one.number, one.subject, one.published_on) for one in old
    }
    for issue in site.parts.archive.list_issues(most=most, before=before):
        number = issue.edition.issue
        rows[number] = (number, _subject(site, issue.edition), issue.sent_at)
    return [rows[number] for number in sorted(rows, reverse=True)[:most]]


def issue_page(site: Site, request: Request) -> Response:
    """The issue as an unknown reader gets it: without names, and with the sign-up form behind its links."""
    number = request.path_params["number"]
    issue = site.parts.archive.find_issue(number)
    edition = issue.edition if issue else site.parts.old_issues.find_edition(number)
    if edition is None:
        return site.message(site.words(request), "not_found", status=404)
    said = _corrected(site, request, issue) if issue else ""
    return _shown(site, edition, said)


def version_page(site: Site, request: Request) -> Response:
    """The words of an issue as they went before a correction, with a line on top that says what was wrong."""
    number = request.path_params["number"]
    words = site.words(request)
    found = site.parts.archive.find_before(number, request.path_params["correction"])
    if found is None:
        return site.message(words, "not_found", status=404)
    edition, made = found
    said = words("archive.before", day=_day(site, words, made.at))
    answer = _shown(site, edition, _band(said, [made.note], f"{site.root}/issues/{number}", words("archive.now")))
    # Search engines show the corrected page.
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _shown(site: Site, edition: Edition, said: str) -> Response:
    html = fill_part(edition.html, _nobody(site), 1)[0]
    html = _BODY.sub(lambda body: body[0] + said, html, count=1)
    return HTMLResponse(html, headers={"Content-Security-Policy": ISSUE_POLICY, "Cache-Control": "public, max-age=300"})


def _corrected(site: Site, request: Request, issue: PublicIssue) -> str:
    """A dated line for each correction, and the way to the words that went first."""
    if not issue.corrections:
        return ""
    words, number = site.words(request), issue.edition.issue
    lines = [f"{words('archive.corrected', day=_day(site, words, one.at))} {one.note}" for one in issue.corrections]
    return _band("", lines, f"{site.root}/issues/{number}/before/1", words("archive.first"))


def _day(site: Site, words: Sentences, at: datetime) -> str:
    """A day on the newsletter's own calendar."""
    return words.day(at.astimezone(ZoneInfo(site.newsletter.zone)).date())


def _band(head: str, lines: Sequence[str], address: str, link: str) -> str:
    """Set by itself: a mail's own styles are not for it, nor its for the mail."""
    said = "".join(f"<p style='margin:0 0 .25rem'>{escape(line)}</p>" for line in filter(None, [head, *lines]))
    return f"<div role='note' style='{_BAND}'>{said}<a style='color:inherit' href='{escape(address)}'>{escape(link)}</a></div>"


def feed(site: Site, request: Request) -> Response:
    """RSS 2.0: one item an issue, each with its lasting address. Old issues that moved in are left out: they are not news."""
    issues = site.parts.archive.list_issues(most=_IN_FEED)
    url = site.newsletter.public_url
    items = "".join(_item(site, issue) for issue in issues)
    changed_at = max((issue.changed_at for issue in issues), default=None)
    built = f"<lastBuildDate>{format_datetime(changed_at, usegmt=True)}</lastBuildDate>" if changed_at else ""
    name = escape(_clean(site.newsletter.name))
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{name}</title><link>{escape(url)}/</link><description>{name}</description>"
        f"<language>{escape(site.newsletter.language)}</language>"
        f'<atom:link href="{escape(url)}/feed.xml" rel="self" type="application/rss+xml"/>{built}{items}'
        "</channel></rss>\n"
    )
    return Response(text, media_type="application/rss+xml", headers={"Cache-Control": "public, max-age=300"})


def image(site: Site, request: Request) -> Response:
    """A picture that is ready for mail, by its digest: under one name it never changes."""
    name = request.path_params["name"]
    kind = _PICTURES.get(name[name.rfind(".") :].lower())
    try:
        path = site.parts.images.find(name)
    except NewsletterError:
        kind = None
    if kind is None:
        return site.message(site.words(request), "not_found", status=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy": "cross-origin"}
    return FileResponse(path, media_type=kind, headers=headers)


def _item(site: Site, issue: PublicIssue) -> str:
    edition = issue.edition
    address = escape(f"{site.newsletter.public_url}/issues/{edition.issue}")
    text = " ".join(fill_part(edition.text, _nobody(site), 1)[0].split())
    words = site.parts.translations.sentences(site.newsletter.language)
    said = [f"{words('archive.corrected', day=_day(site, words, one.at))} {one.note}" for one in issue.corrections]
    text = " ".join([*said, text])
    updated = f"<atom:updated>{issue.changed_at:%Y-%m-%dT%H:%M:%SZ}</atom:updated>" if issue.corrections else ""
    summary = text if len(text) <= _SUMMARY else text[:_SUMMARY].rsplit(" ", 1)[0] + " …"
    return (
        f"<item><title>{escape(_clean(_subject(site, edition)))}</title><link>{address}</link>"
        f'<guid isPermaLink="true">{address}</guid><pubDate>{format_datetime(issue.sent_at, usegmt=True)}</pubDate>'
        f"{updated}<description>{escape(_clean(summary))}</description></item>"
    )


def _subject(site: Site, edition: Edition) -> str:
    return fill_part(edition.subject, _nobody(site), 1)[0]


def _nobody(site: Site) -> dict[str, Sequence[str]]:
    """The values of an unknown reader; links that would be their own lead to the sign-up form."""
    form = [f"{site.newsletter.public_url}/subscribe"]
    return {"unsubscribe_url": form, "preferences_url": form}


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 forbids."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text)
