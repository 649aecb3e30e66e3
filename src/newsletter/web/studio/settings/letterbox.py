"""The mailbox that editors forward finds to: entered by an owner, opened once, and kept only if that works."""

from __future__ import annotations

import os
from urllib.parse import quote, unquote, urlsplit

from starlette.responses import Response

from newsletter.config import read_config
from newsletter.folder.secrets_file import keep_secrets
from newsletter.providers.steps import one_line
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.plain_words import plain_words
from newsletter.web.studio.settings.restart import waiting_for_restart
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Mistake, NewsletterError
from newsletter.words.user import Role

_VARIABLE = "NEWSLETTER_IMAP_URL"


def show(studio: Studio, visit: Visit) -> Response:
    return _page(studio, visit)


def change(studio: Studio, visit: Visit) -> Response:
    """Keep a mailbox that opens, or none any more."""
    try:
        said = _ACTS[visit.text("act")](studio, visit)
    except KeyError:
        raise NoSuchAct from None
    except NewsletterError as error:
        return _page(studio, visit, problem=plain_words(error, {}))
    return visit.go("/settings/letterbox", said=said)


def _connect(studio: Studio, visit: Visit) -> str:
    parts = studio.parts
    url = mailbox_url(
        host=visit.text("host"),
        user=visit.text("user"),
        password=visit.secret("password"),
        folder=visit.text("folder"),
        kept=_kept(studio),
    )
    _check_not_set_outside()
    with parts.provider_setup.open_mailbox(url, "the mailbox"):
        pass
    keep_secrets(parts.directory, {_VARIABLE: url})
    return "It opens, and is saved."


def _drop(studio: Studio, visit: Visit) -> str:
    _check_not_set_outside()
    keep_secrets(studio.parts.directory, {_VARIABLE: ""})
    return "No mailbox is read any more."


_ACTS = {"connect": _connect, "drop": _drop}


def mailbox_url(*, host: str, user: str, password: str, folder: str, kept: str) -> str:
    """As the settings hold it. Left empty, the password of the `kept` address counts for its own server and user.

    Raises Mistake where something is missing.
    """
    host, user, folder = one_line(host), one_line(user), one_line(folder)
    if not host or not user:
        raise Mistake(
            "There is no server or no user yet.", fix="Both are on your mail provider's page for mail programs."
        )
    before = urlsplit(kept)
    is_same = (before.netloc.rpartition("@")[2], unquote(before.username or "")) == (host, user)
    password = password or (unquote(before.password or "") if is_same else "")
    if not password:
        raise Mistake("There is no password yet.", fix="Type it. Some providers want one made for mail programs.")
    return f"imaps://{quote(user, safe='')}:{quote(password, safe='')}@{host}/{quote(folder or 'INBOX', safe='')}"


def _check_not_set_outside() -> None:
    if os.environ.get(_VARIABLE, "").strip():
        raise Mistake("The mailbox is set outside of the studio, and can't be changed here.", fix="")


def _kept(studio: Studio) -> str:
    return read_config(studio.parts.directory).imap_url or ""


def _page(studio: Studio, visit: Visit, *, problem: str = "") -> Response:
    kept = urlsplit(_kept(studio))
    values = {
        "host": kept.netloc.rpartition("@")[2],
        "user": unquote(kept.username or ""),
        "folder": unquote(kept.path.removeprefix("/")),
    }
    return studio.page(
        visit,
        "letterbox.html",
        status=400 if problem else 200,
        values={name: visit.text(name) if problem else value for name, value in values.items()},
        is_kept=bool(kept.netloc),
        editors=read_config(studio.parts.directory).editors,
        is_outside=bool(os.environ.get(_VARIABLE, "").strip()),
        problem=problem,
        waiting=waiting_for_restart(studio),
        can_restart=studio.start_over is not None,
    )


PAGES = (Page(path="/settings/letterbox", show=show, change=change, see=Role.OWNER, do=Role.OWNER),)
