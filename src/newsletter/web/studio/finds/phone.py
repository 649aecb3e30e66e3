"""Saving from a phone: how it is set up, and the two files that let a phone offer the newsletter in its share sheet."""

from __future__ import annotations

import hashlib
from importlib.resources import files as files_of

import orjson
from starlette.responses import Response

from newsletter.web.loopback import has_loopback_name
from newsletter.web.studio.page import Page
from newsletter.web.studio.qr import qr_code
from newsletter.web.studio.studio import HEADERS, Studio, asset
from newsletter.web.studio.visit import Visit
from newsletter.words.user import Role

_TEMPLATES = files_of("newsletter.web.studio") / "templates"
# What the page for saving is made of. A phone keeps these, and no other page of the studio.
_KEPT = ("studio.css", "saving.css", "studio.js", "edges.js", "saving.js", "queue.js", "clip.js", "icon.svg")

_HEADERS = {**HEADERS, "Cache-Control": "no-cache"}


def show(studio: Studio, visit: Visit) -> Response:
    """The steps, with the address as a picture where a phone can reach it."""
    base = _reachable(studio, visit)
    address = f"{base}/studio/finds/phone" if base else ""
    return studio.page(
        visit,
        "phone.html",
        address=address,
        picture=qr_code(address) if address else "",
        for_iphone=f"{base}/studio/finds/add#" if base else "",
    )


def _reachable(studio: Studio, visit: Visit) -> str:
    """The address under which a phone opens this studio; "" while it answers on this machine alone."""
    if not has_loopback_name(visit.request):
        return visit.base
    return studio.newsletter.public_url.rstrip("/") if studio.has_users() else ""


def manifest(studio: Studio, visit: Visit) -> Response:
    """What a phone installs: a name, a picture, and where it sends what is shared (W3C Web App Manifest, Web Share Target)."""
    name, own = studio.newsletter.name, f"{studio.root}/studio"
    icons = [{"src": f"{own}/assets/icon.svg", "sizes": "any", "type": "image/svg+xml"}]
    icons += [
        {"src": f"{own}/assets/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    told = {
        "id": own,
        "name": name,
        "short_name": name[:24],
        "start_url": own,
        "scope": own,
        "display": "standalone",
        "background_color": "#fbfcfc",
        "theme_color": "#1c4f94",
        "icons": icons,
        "share_target": {
            "action": f"{own}/finds/add",
            "method": "GET",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return Response(orjson.dumps(told), media_type="application/manifest+json", headers=_HEADERS)


def worker(studio: Studio, visit: Visit) -> Response:
    """The service worker, which answers for the page for saving alone: `scope` is narrower than where it lies."""
    files = {name: asset(name) for name in (*_KEPT, "worker.js")}
    page = [(_TEMPLATES / name).read_bytes() for name in ("base.html", "find_add.html")]
    told = [studio.newsletter.name.encode(), *page, *files.values()]
    version = hashlib.sha256(b"\0".join(told)).hexdigest()[:16]
    kept = {
        "version": version,
        "page": f"{studio.root}/studio/finds/add",
        "files": [f"{studio.root}/studio/assets/{name}" for name in _KEPT],
    }
    head = b"const KEPT = " + orjson.dumps(kept) + b";\n"
    return Response(head + files["worker.js"], media_type="text/javascript", headers=_HEADERS)


PAGES = (
    Page(path="/finds/phone", show=show, see=Role.AUTHOR),
    Page(path="/finds/worker.js", show=worker, is_open=True),
    Page(path="/app.webmanifest", show=manifest, is_open=True),
)
