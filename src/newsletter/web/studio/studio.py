"""What every page of the studio shares: the newsletter's parts, the look, and the page for what can't be done."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache, partial
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from newsletter.access.hash import Hashing
from newsletter.compose.press import Proof
from newsletter.folder.sheet import Changed
from newsletter.ledger.sample import changes
from newsletter.readers.rows import ListRow
from newsletter.report.figures import Figures
from newsletter.segments.audience import Audience
from newsletter.web.studio.cache import AnswerCache
from newsletter.web.studio.entry.link_mail import LinkPost
from newsletter.web.studio.findings.shown_findings import count, kinds_of
from newsletter.web.studio.issue.shown_versions import ShownVersions
from newsletter.web.studio.search.own_words import OwnLibrary
from newsletter.web.studio.session import Sessions
from newsletter.web.studio.settings.step_looks import StepLooks
from newsletter.web.studio.sittings import Sittings
from newsletter.web.studio.visit import SAID, Visit, place_json
from newsletter.wiring import Parts
from newsletter.wiring.backup import carry_newest
from newsletter.wiring.connect import connect_desk
from newsletter.wiring.runner import Bell, OnCall, Runner
from newsletter.wiring.surroundings import check_offline, words_of
from newsletter.words.correction import correction_of
from newsletter.words.difference import DiffLine
from newsletter.words.edition import Edition
from newsletter.words.finding import Finding, that_ask
from newsletter.words.mistake import Place
from newsletter.words.moment import say_span
from newsletter.words.plain import shortened

# Scripts, styles, pictures and frames of our own; forms go to ourselves; nothing is fetched from anywhere else.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# With no referrer at all, browsers would say of our own forms that they come from nowhere (`Origin: null`).
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}

# Fields of forms that hold words of their author, besides those of a part (`value-...`).
_TYPED = frozenset(
    {
        "note",
        "quote",
        "instead",
        "title",
        "url",
        "alt",
        "caption",
        "credit",
        "lead-alt",
        "address",
        "html",
        "find",
        "with",
        "reason",
    }
)

# An editor who goes from page to page with the same words sees the same findings.
_FOUND_SECONDS = 10.0
_MOST_FOUND = 100


class Studio:
    """One newsletter's studio."""

    def __init__(
        self,
        parts: Parts,
        stop: threading.Event,
        bell: Bell | None = None,
        start_over: Callable[[], None] | None = None,
    ) -> None:
        self.parts = parts
        self.start_over = start_over
        # Where another process sends, its bell is rung.
        self.runner = bell or Runner(parts, stop)
        self.sittings = Sittings(parts, stop)
        self.link_post = LinkPost(parts)
        self.carrying = OnCall("carrying a backup", partial(carry_newest, parts), stop)
        self.newsletter = parts.config.newsletter
        self.sessions = Sessions(parts)
        self.hashing = Hashing()
        self.cache = AnswerCache(lambda: parts.readers.has_many())
        self._found: dict[str, tuple[float, list[Finding] | None]] = {}
        self.step_looks = StepLooks(partial(connect_desk, parts), lambda: parts.step_looks, stop)
        self.looks = ShownVersions(parts.directory)
        self.library = OwnLibrary(parts)
        # The path of the public address, where the newsletter does not have a host to itself.
        self.root = urlsplit(self.newsletter.public_url).path.rstrip("/")

    def has_users(self) -> bool:
        """Whether anybody has an account, so that the studio may be open to the outside."""
        return self.parts.users.count() > 0

    def page(self, visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
        """A page. `here` of its template says which entry of the navigation it belongs to."""
        text = (
            _templates()
            .get_template(template)
            .render(
                studio=self,
                newsletter=self.newsletter,
                root=self.root,
                visit=visit,
                is_practice=self.parts.config.is_practice,
                held=self.parts.live.find_hold() if visit.user else None,
                farewell=self.parts.farewells.find() if visit.user else None,
                said=unquote(visit.request.cookies.get(SAID, "")),
                **values,
            )
        )
        answer = HTMLResponse(text, status_code=status, headers=HEADERS)
        if SAID in visit.request.cookies:
            answer.delete_cookie(SAID, path=f"{self.root}/studio")
        return answer

    def piece(self, template: str, **values: object) -> str:
        """A part of a page as HTML, for what a script puts in place."""
        shared = {"studio": self, "newsletter": self.newsletter, "root": self.root}
        return _templates().get_template(template).render(**shared, **values)

    def refusal(self, visit: Visit, status: int, message: str, fix: str = "", place: Place | None = None) -> Response:
        """What happened, what it means and what to do: as JSON for a script, else as a page."""
        if visit.wants_json:
            return visit.json({"message": message, "fix": fix, "place": place_json(place)}, status)
        return self.page(
            visit,
            "refusal.html",
            status=status,
            message=message,
            fix=fix,
            place=place,
            typed=typed_in(visit.form),
            back=self._back(visit),
        )

    def _back(self, visit: Visit) -> str:
        """The page of ours that the form stood on; "" where the browser does not say."""
        came = urlsplit(visit.request.headers.get("referer", ""))
        is_ours = came.netloc == visit.request.headers.get("host") and came.path.startswith(f"{self.root}/studio")
        return f"{came.path}?{came.query}" if is_ours and came.query else came.path if is_ours else ""

    def figures(self, issue: int) -> Figures | None:
        """What came of an issue; None while it is being counted, or where the issue was never sent."""
        return self.cache.ask(("figures", issue), partial(self.parts.reports.find_figures, issue, self.parts.telling))

    def lists(self) -> Sequence[ListRow] | None:
        """Every list with its readers; None while they are being counted."""
        return self.cache.ask("lists", self.parts.readers.list_lists)

    def waiting(self, mailing: int) -> int | None:
        """How many of the readers that a sending was planned for would still get it; None while they are being counted."""
        return self.cache.ask(("waiting", mailing), partial(self.parts.ledger.forecasts.count_waiting, mailing))

    def findings(self, proof: Proof, audience: Audience | None = None) -> list[Finding] | None:
        """Of `all_findings` those that count: no notes, and nothing that was accepted."""
        found = self.all_findings(proof, audience)
        return None if found is None else [one for one in found if one.counts]

    def all_findings(self, proof: Proof, audience: Audience | None = None) -> list[Finding] | None:
        """What `check` finds without the web in these very words.

        `audience` is who it is about to go to; without one, the issue's own lists. None while it is being looked at.
        """
        words = words_of(proof, audience)
        at, found = self._found.get(words, (0.0, None))
        if found is None or time.monotonic() - at > _FOUND_SECONDS:
            found = self.cache.ask(("findings", words), partial(check_offline, self.parts, proof, audience))
            if len(self._found) > _MOST_FOUND:
                self._found.clear()
            if found is not None:
                self._found[words] = time.monotonic(), found
        return found

    def write(self, visit: Visit, file: str, base: str, edit: Callable[[str], str]) -> Changed:
        """Change a file in the name of the visitor. `base` is the version that the edit was made on; see Sheets.change."""
        done = self.parts.sheets.change(file, base, edit, by=visit.who.name, at=self.now())
        self.sittings.note(visit.who, file)
        return done

    def changes(self, before: Edition, now: Edition) -> list[DiffLine]:
        """What a reader of the text would see changed between two versions of an issue."""
        return changes(before, now, self.newsletter, self.parts.key, date=self.now())

    def now(self) -> datetime:
        return self.parts.clock.now()

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.newsletter.zone))

    def said_at(self, at: datetime) -> str:
        """`Thu 26 Nov, 09:00`, in the newsletter's zone; with the year where it is another one."""
        local = self.local(at)
        year = "" if local.year == self.local(self.now()).year else f" {local.year}"
        return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"

    def said_mail(self, issue: int) -> str:
        """`issue 42`, or `the correction of issue 42` for the number of such a mail."""
        correction = correction_of(issue)
        return f"issue {issue}" if correction is None else f"the correction of issue {self.corrected(correction)}"

    def corrected(self, correction: int) -> int:
        return self.parts.ledger.corrections.get(correction).issue

    def page_of_mail(self, issue: int) -> str:
        """The page below /studio on which its sending is seen and paused."""
        correction = correction_of(issue)
        return f"/issues/{issue}/send" if correction is None else f"/issues/{self.corrected(correction)}/correct"

    def short_time(self, at: datetime) -> str:
        """`Thu 3 Dec 09:00`, for a button."""
        local = self.local(at)
        return f"{local:%a} {local.day} {local:%b %H:%M}"

    def said_day(self, at: datetime) -> str:
        local = self.local(at)
        return f"{local.day} {local:%B %Y}"

    def said_ago(self, at: datetime) -> str:
        """`2 h 5 min ago`, or `in 1 day 4 h` for what is to come."""
        span = at - self.now()
        if abs(span.total_seconds()) < 60:
            return "just now"
        return f"in {say_span(span)}" if span.total_seconds() > 0 else f"{say_span(-span)} ago"


@cache
def _templates() -> Environment:
    """Compiled once a process, and shared by all newsletters in it."""
    environment = Environment(
        loader=PackageLoader("newsletter.web.studio", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "n": "{:,}".format,
        "at": _by_studio(Studio.said_at),
        "day": _by_studio(Studio.said_day),
        "ago": _by_studio(Studio.said_ago),
        "mail": _by_studio(Studio.said_mail),
        "spoken": spoken,
        "named": named,
        "coded": coded,
        "asking": that_ask,
        "kinds": kinds_of,
        "how_many": count,
    }
    return environment


def _by_studio(say: Callable[[Studio, Any], str]) -> Callable[[Context, Any], str]:
    """A filter that says a time, or what a mail is, as the studio whose page it is on does."""

    @pass_context
    def said(context: Context, of: Any) -> str:
        return say(context["studio"], of)

    return said


def typed_in(form: FormData) -> list[tuple[str, str]]:
    """The words of a form that was refused, to give back to their author. Secrets are never among them."""
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and value.strip()]
    return [
        (name.removeprefix("value-"), value) for name, value in texts if name in _TYPED or name.startswith("value-")
    ]


def spoken(text: str) -> str:
    """A subject as an unknown reader would see it: for screens, where merge tags would be noise."""
    said = re.sub(r"""\{\{[^{}]*?default\((["'])((?:(?!\{\{).)*?)\1\)[^{}]*+\}\}""", r"\2", text)
    return re.sub(r"\{\{(?:(?!\{\{).)*?\}\}", "…", re.sub(r"\{%(?:(?!\{%).)*?%\}", "", said))


def coded(text: str) -> Markup:
    """A sentence of ours with what stands between backticks set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before


def named(url: str) -> str:
    """An address as people say it: its host and the end of its path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return shortened(url, 59)
    end = unquote(parts.path).rstrip("/").rpartition("/")[2]
    said = f"{(parts.hostname or '').removeprefix('www.')}{' … ' if end else ''}{end}"
    return said if len(said) <= 60 else f"{said[:59]}…"


def asset(name: str) -> bytes:
    """A script or a style of the studio. Raises FileNotFoundError where there is no such file."""
    return (files("newsletter.web.studio") / "assets" / name).read_bytes()
