"""The sending service: which one, its key, and the steps until real mail goes out through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.connect.desk import StepSeen
from newsletter.connect.looks_sql import KeptLook, ServiceLooks
from newsletter.providers.kind import ProviderKind
from newsletter.providers.registry import KINDS
from newsletter.providers.steps import SetupStep
from newsletter.web.studio.page import Page
from newsletter.web.studio.settings.plain_words import plain_words, without_code
from newsletter.web.studio.settings.restart import waiting_for_restart
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.words.mistake import Missing, NewsletterError
from newsletter.words.user import Role

_REAL = {name: kind for name, kind in KINDS.items() if not kind.is_practice}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A step with what was seen of it last, None for not looked at yet; `problem` is why pressing it did not work."""

    step: SetupStep
    seen: StepSeen | None
    is_under_way: bool
    problem: str = ""


def show(studio: Studio, visit: Visit) -> Response:
    """Asks nobody: what was seen last is shown, and a button looks again."""
    return _page(studio, visit, _chosen(studio, visit.asked("with")))


def change(studio: Studio, visit: Visit) -> Response:
    """Keep a key, do or undo a step, look at the steps, wait for records."""
    kind, act, name = _kind(visit.text("with")), visit.text("act"), visit.text("step")
    try:
        said = _ACTS[act](studio, visit, kind, name)
    except KeyError:
        raise NoSuchAct from None
    except NewsletterError as error:
        return _page(studio, visit, kind, problem=plain_words(error, {}), at=name)
    return visit.go(f"/settings/service?with={kind.name}{f'#{name}' if name else ''}", said=said)


def _connect(studio: Studio, visit: Visit, kind: ProviderKind, name: str) -> str:
    given = {key: value for key, value in visit.form.items() if isinstance(value, str)}
    tried = studio.step_looks.desk(kind).connect(given)
    studio.step_looks.forget(kind)
    studio.step_looks.look(kind)
    return f"{tried.words} It is saved; mail still goes as before."


def _do(studio: Studio, visit: Visit, kind: ProviderKind, name: str) -> str:
    done = studio.step_looks.desk(kind).do(name, visit.text("answer"))
    studio.step_looks.look_now(kind, name)
    return done.words


def _undo(studio: Studio, visit: Visit, kind: ProviderKind, name: str) -> str:
    done = studio.step_looks.desk(kind).undo(name)
    studio.step_looks.look_now(kind, name)
    return done.words


def _look(studio: Studio, visit: Visit, kind: ProviderKind, name: str) -> str:
    studio.step_looks.look(kind, [name] if name else [])
    return ""


def _wait(studio: Studio, visit: Visit, kind: ProviderKind, name: str) -> str:
    studio.step_looks.wait(kind, [name])
    return "The records are looked at every 15 seconds, for ten minutes. You may leave this page meanwhile."


_ACTS = {"connect": _connect, "do": _do, "undo": _undo, "look": _look, "wait": _wait}


def _kind(name: str) -> ProviderKind:
    found = _REAL.get(name)
    if found is None:
        raise Missing("There is no such sending service.", fix="Choose one of those that the page shows.")
    return found


def _chosen(studio: Studio, asked: str) -> ProviderKind | None:
    """The service that was asked for, else the one that sends, else one that has a key already."""
    if asked:
        return _kind(asked)
    if not studio.parts.config.is_practice:
        return studio.parts.config.kind
    kept = studio.step_looks.desk(next(iter(_REAL.values()))).setup().settings
    return next((kind for kind in _REAL.values() if _is_keyed(kind, kept)), None)


def _is_keyed(kind: ProviderKind, settings: Mapping[str, str]) -> bool:
    return all(one.key in settings for one in kind.settings if one.is_needed)


def _page(studio: Studio, visit: Visit, kind: ProviderKind | None, *, problem: str = "", at: str = "") -> Response:
    settings = studio.step_looks.desk(kind).setup().settings if kind else {}
    looks = studio.step_looks.find(kind) if kind else None
    is_keyed = kind is not None and _is_keyed(kind, settings)
    steps = _steps(studio, kind, looks, problem, at) if kind and looks and is_keyed else []
    return studio.page(
        visit,
        "service.html",
        status=400 if problem else 200,
        kinds=list(_REAL.values()),
        kind=kind,
        now=studio.parts.config.kind,
        questions=kind.questions(settings) if kind else (),
        typed={name: value for name, value in visit.form.items() if isinstance(value, str)},
        is_keyed=is_keyed,
        is_looking=bool(looks and looks.under_way),
        waits=bool(looks and looks.waits),
        is_counting=bool(looks and (looks.under_way or looks.waits)),
        steps=steps,
        problem=problem if not at else "",
        waiting=waiting_for_restart(studio),
        can_restart=studio.start_over is not None,
        plain=without_code,
    )


def _steps(studio: Studio, kind: ProviderKind, looks: ServiceLooks, problem: str, at: str) -> list[ShownStep]:
    return [
        ShownStep(
            step=step,
            seen=_seen(step, looks.seen.get(step.name)),
            is_under_way=step.name in looks.under_way,
            problem=problem if step.name == at else "",
        )
        for step in studio.step_looks.desk(kind).steps
    ]


def _seen(step: SetupStep, kept: KeptLook | None) -> StepSeen | None:
    return StepSeen(step=step, look=kept.look, records=kept.records) if kept else None


PAGES = (Page(path="/settings/service", show=show, change=change, see=Role.OWNER, do=Role.OWNER),)
