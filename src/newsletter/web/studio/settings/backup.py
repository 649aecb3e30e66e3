"""Backup: where copies lie outside of this machine, how the last one went, one more now, and all of it as a download."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from newsletter.backups.address import S3, SFTP, AwayAddress, read_away_address
from newsletter.backups.keep_place import forget_place, keep_place, outside
from newsletter.backups.sftp import known_public_key, own_public_key
from newsletter.backups.whole import whole_copy
from newsletter.config import read_config
from newsletter.providers.steps import one_line
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.plain_words import plain_words
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.backup import backup_desk
from newsletter.words.mistake import Mistake, NewsletterError, NotNow
from newsletter.words.user import Role

_FIELDS = ("host", "region", "bucket", "folder", "user")
_EVERY = {
    1: "Every night at half past three",
    7: "Once a week, at half past three at night",
    0: "Only when somebody asks for it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPlace:
    """What stands in the form of one kind of place."""

    host: str = ""
    region: str = ""
    bucket: str = ""
    folder: str = ""
    user: str = ""
    has_secret: bool = False


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit)


def change(studio: Studio, visit: Visit) -> Response:
    """Keep a place that was tried, or none any more."""
    try:
        said = _ACTS[visit.text("act")](studio, visit)
    except KeyError:
        raise NoSuchAct from None
    except NewsletterError as error:
        return _page(studio, visit, problem=plain_words(error, {}))
    return visit.go("/settings/backup", said=said)


def download(studio: Studio, visit: Visit) -> Response:
    """The newest backup with the folder, as one file that is made while it is read. Keys and passwords are not in it."""
    newest = backup_desk(studio.parts).newest()
    if newest is None:
        raise NotNow("There is no backup yet.", fix="Make one first: Back up now.")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'newsletter-{newest.stem}.tar', safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    pieces = whole_copy(studio.parts.directory, newest, with_secrets=False)
    return StreamingResponse(pieces, media_type="application/x-tar", headers=headers)


def _connect(studio: Studio, visit: Visit) -> str:
    _check_not_set_outside()
    directory = studio.parts.directory
    address, phrase = _typed_address(studio, visit), _phrase(studio, visit)
    if address.kind == SFTP and not address.secret:
        own_public_key(directory)
    kept = keep_place(directory, address, phrase)
    studio.carrying.call()
    shown = f" The server shows the key {kept.host_key}; another one will be refused." if kept.host_key else ""
    return f"A small file was written there, read, listed and deleted. It is saved, and the first copy is on its way.{shown}"


def _drop(studio: Studio, visit: Visit) -> str:
    _check_not_set_outside()
    forget_place(studio.parts.directory)
    return "Nothing leaves this machine any more. What lies there already stays there."


_ACTS = {"connect": _connect, "drop": _drop}


def _typed_address(studio: Studio, visit: Visit) -> AwayAddress:
    """Left empty, a secret that is kept for the same server and user counts. Raises Mistake for what can't be a place."""
    kind, typed = visit.text("kind"), {name: one_line(visit.text(name)) for name in _FIELDS}
    if kind not in (S3, SFTP):
        raise NoSuchAct
    server, colon, port = typed.pop("host").removeprefix("https://").strip("/").partition(":")
    if colon and not port.isdecimal():
        raise Mistake("What stands behind the colon is no port.", fix="Such as files.example.com:23.")
    kept = _kept(studio)
    secret, host_key = visit.secret("secret").strip(), ""
    if kept and (kept.kind, kept.host, kept.user) == (kind, server, typed["user"]):
        secret = "" if visit.text("own_key") else secret or kept.secret
        host_key = "" if visit.text("new_server") else kept.host_key
    return AwayAddress(
        kind=kind,
        host=server,
        port=int(port) if colon else None,
        secret=secret,
        host_key=host_key,
        **{**typed, "folder": typed["folder"].strip("/")},
    )


def _phrase(studio: Studio, visit: Visit) -> str:
    """As it is kept where nothing is typed. It is typed twice: a copy whose pass phrase nobody knows is lost."""
    typed, again = visit.secret("phrase"), visit.secret("again")
    if typed != again:
        raise Mistake("The two pass phrases are not the same.", fix="Type it twice.")
    if typed:
        return typed
    return "" if visit.text("no_phrase") else read_config(studio.parts.directory).backup_phrase or ""


def _check_not_set_outside() -> None:
    if outside():
        raise Mistake("The place is set outside of the studio, and can't be changed here.", fix="")


def _kept(studio: Studio) -> AwayAddress | None:
    url = read_config(studio.parts.directory).backup_url
    try:
        return read_away_address(url) if url else None
    except Mistake:
        return None


def _page(studio: Studio, visit: Visit, *, problem: str = "") -> Response:
    config, kept = read_config(studio.parts.directory), _kept(studio)
    wrong, trouble, newest, last, is_carrying = "", "", None, None, studio.carrying.is_at_work
    try:
        desk = backup_desk(studio.parts)
        trouble, newest, last = desk.trouble_outside(), desk.newest(), desk.last
        is_carrying = is_carrying or desk.is_under_way
    except NewsletterError as error:
        wrong = plain_words(error, {})
    return studio.page(
        visit,
        "backup.html",
        status=400 if problem else 200,
        places={kind: _in_form(kind, kept, visit, is_typed=bool(problem)) for kind in (S3, SFTP)},
        opened=visit.text("kind") if problem else kept.kind if kept else "",
        kept=kept,
        has_phrase=bool(config.backup_phrase),
        own_key=known_public_key(studio.parts.directory),
        is_outside=bool(outside()),
        is_carrying=is_carrying,
        last=last,
        newest=newest,
        trouble=trouble,
        wrong=wrong,
        every=_EVERY[config.backup_every],
        n_days=config.backup_keep,
        problem=problem,
    )


def _in_form(kind: str, kept: AwayAddress | None, visit: Visit, *, is_typed: bool) -> TypedPlace:
    """What was typed into a form that was refused, else what is kept."""
    if is_typed and visit.text("kind") == kind:
        typed = {name: visit.text(name) for name in _FIELDS}
        return TypedPlace(**typed, has_secret=bool(kept and kept.kind == kind and kept.secret))
    if kept is None or kept.kind != kind:
        return TypedPlace()
    return TypedPlace(
        host=f"{kept.host}:{kept.port}" if kept.port else kept.host,
        region=kept.region,
        bucket=kept.bucket,
        folder=kept.folder,
        user=kept.user,
        has_secret=bool(kept.secret),
    )


PAGES = (
    Page(path="/settings/backup", show=show, change=change, see=Role.EDITOR, do=Role.OWNER),
    Page(path="/settings/backup/download", show=download, see=Role.OWNER),
)
