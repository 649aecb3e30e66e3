"""The preview: the real rendering of what is on the screen, as any reader would get it, in a frame that can do nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape, unescape
from typing import cast
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from newsletter.compose.press import Proof, press
from newsletter.folder.touch import edit_of
from newsletter.folder.unsaved import TypedIssues, TypedPosts
from newsletter.ledger.sample import SampleMail, sample
from newsletter.ports.fetcher import NotFetched
from newsletter.preflight.mail.size import CLIPPED_AT, size_of, stretches
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit, place_json
from newsletter.wiring.surroundings import reader_as
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.user import Role

# The mail brings its own inline style; it may show our pictures, and nothing else.
FRAME_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_OUTSIDE = re.compile(r'(\ssrc=")(https?://[^"]*)(")')
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
_LARGEST_PICTURE = 5_000_000


def show(studio: Studio, visit: Visit) -> Response:
    """JSON in: `edits` (fields that are not saved yet) and `reader` (an address, "worst", or "").

    The mail out, and in `words` the digest of the version that it is of.

    What can't be rendered comes back with 200 and a `problem`, because half a sentence is not an error.
    """
    reader = visit.word("reader") or None
    try:
        proof = _proof(studio, visit)
        mail = _mail(studio, proof, reader)
    except NewsletterError as error:
        return visit.json({"problem": {"message": error.message, "fix": error.fix, "place": place_json(error.place)}})
    total = max(size_of(proof), 1)
    return visit.json(
        {
            "words": proof.rendered.edition.digest,
            "subject": mail.subject,
            "preheader": proof.issue.preheader,
            "html": framed(studio, mail.html),
            "text": mail.text,
            "source": mail.html,
            "bytes": total,
            "clipped_at": CLIPPED_AT,
            "parts": [{"name": part.name, "bytes": part.n_bytes, "slug": part.slug} for part in stretches(proof)],
        }
    )


def frame(studio: Studio, visit: Visit) -> Response:
    """The empty page that the mail is put into."""
    return HTMLResponse(
        "<!doctype html><title>Preview</title>",
        headers={"Content-Security-Policy": FRAME_POLICY, "Cache-Control": "private, max-age=3600"},
    )


def outside(studio: Studio, visit: Visit) -> Response:
    """A picture from the web, fetched by us so that the browser asks nobody but us."""
    try:
        got = studio.parts.fetcher.fetch(visit.asked("u"), limit=_LARGEST_PICTURE)
    except NotFetched as error:
        raise Missing(f"This picture could not be had: {error.reason}") from error
    kind = got.headers.get("content-type", "").partition(";")[0].strip().lower()
    if got.status != 200 or kind not in _PICTURES:
        raise Missing("There is no picture at this address.")
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(got.body, media_type=kind, headers=headers)


def framed(studio: Studio, html: str) -> str:
    """A mail whose pictures come from here: our own by their path, those of others through us."""
    own = f"{studio.newsletter.public_url}/images/"

    def here(match: re.Match[str]) -> str:
        url = unescape(match[2])
        path = f"/images/{url[len(own) :]}" if url.startswith(own) else f"/studio/outside?u={quote(url, safe='')}"
        return f"{match[1]}{escape(studio.root + path)}{match[3]}"

    return _OUTSIDE.sub(here, html)


def _proof(studio: Studio, visit: Visit) -> Proof:
    texts: dict[str, str] = {}
    for edit in visit.value("edits", list):
        if not isinstance(edit, dict):
            raise Mistake("The page did not send its words as it should.", fix="Load the page again.")
        file, field, value = (str(cast("dict[str, object]", edit).get(name, "")) for name in ("file", "field", "value"))
        text = texts.get(file) or studio.parts.sheets.read(file).text
        texts[file] = edit_of(file, field, value)(text)
    shelf = studio.parts.shelf
    typed = replace(shelf, posts=TypedPosts(shelf.posts, texts), issues=TypedIssues(shelf.issues, texts))
    return press(typed, studio.newsletter, visit.number("number"))


def _mail(studio: Studio, proof: Proof, address: str | None) -> SampleMail:
    reader, list_id = reader_as(studio.parts, address, proof)
    edition = proof.rendered.edition
    return sample(edition, studio.newsletter, studio.parts.key, reader, list_id=list_id, date=studio.now())


PAGES = (
    Page(path="/issues/{number:int}/preview", change=show, do=Role.VIEWER),
    Page(path="/frame", show=frame),
    Page(path="/outside", show=outside),
)
