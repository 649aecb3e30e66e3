"""An issue in numbers, as one HTML page that needs nothing else: no script, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from newsletter.ledger.rows import Tally
from newsletter.report.figures import Figures
from newsletter.report.text import HANDED, HEARD, LATE, acts_of, say_versions
from newsletter.words.tracking import Tracking

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5rem; }
th { text-align: left; font-weight: 600; }
td, th { padding: .25rem .5rem .25rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; width: 6rem; }
.alarm { border-left: .3rem solid #b3261e; padding: .4rem .8rem; }
svg { width: 100%; height: auto; }
svg rect { fill: #1f6f8b; }
svg text { fill: currentColor; font-size: 11px; }
"""
_WIDTH, _HEIGHT, _FOOT = 640, 160, 18


def as_page(figures: Figures, tracking: Tracking = Tracking.NONE) -> str:
    """A whole document."""
    title = f"Issue {figures.issue}: what came of it"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body>\n{as_fragment(figures, tracking)}\n</body></html>\n"
    )


def as_fragment(figures: Figures, tracking: Tracking = Tracking.NONE) -> str:
    """The same as a part of somebody else's page, without a style of its own."""
    heard = [(figures.fates[fate], words) for fate, words in HEARD.items() if figures.fates[fate]]
    parts = [
        as_beginning(figures),
        _table("What was heard", [*heard, *_doubts(figures)]),
        _chart(figures.delivered_by_hour),
        *_reading(figures, tracking),
        _domains(figures),
    ]
    return "\n".join(part for part in parts if part)


def as_beginning(of: Figures | Tally) -> str:
    """What was done, and what is wrong about it: all that is known before anything was heard."""
    handed = [(of.handover[state], words) for state, words in HANDED.items() if of.handover[state]]
    alarms = of.alarms if isinstance(of, Figures) else ()
    versions = say_versions(of.versions) if isinstance(of, Figures) else ""
    parts = [
        f"<h1>Issue {of.issue}</h1>",
        f"<p>Planned for {of.planned:,} readers.</p>",
        *(f'<p class="alarm">{escape(alarm.message)}</p>' for alarm in alarms),
        _table("What we did", [*handed, *([(of.late, LATE)] if of.late else [])]),
        f"<p>{versions}</p>" if versions else "",
    ]
    return "\n".join(part for part in parts if part)


def _doubts(figures: Figures) -> list[tuple[int, str]]:
    found = [
        (figures.health.unconfirmed, "of whom nothing was heard in 24 hours: unconfirmed"),
        (figures.health.doubled, "taken by the provider twice"),
    ]
    return [(n, words) for n, words in found if n]


def _reading(figures: Figures, tracking: Tracking) -> Iterable[str]:
    note, did = acts_of(figures, tracking)
    said = f"<p>{escape(note)}</p>" if note else ""
    return [said, _table("What readers did", did), _table("Links", [(n, url) for url, n in figures.links])]


def _table(title: str, rows: Sequence[tuple[int, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(f'<tr><td class="n">{n:,}</td><td>{escape(words)}</td></tr>' for n, words in rows)
    return f"<h2>{escape(title)}</h2>\n<table>{cells}</table>"


def _domains(figures: Figures) -> str:
    if not figures.domains:
        return ""
    head = "".join(f'<th class="n">{words}</th>' for words in ("handed over", "delivered", "bounced", "spam"))
    rows = "".join(
        f"<tr><td>{escape(one.name)}</td>"
        + "".join(f'<td class="n">{n:,}</td>' for n in (one.handed_over, one.delivered, one.bounced, one.complained))
        + "</tr>"
        for one in figures.domains
    )
    return f"<h2>By domain</h2>\n<table><tr><th>Domain</th>{head}</tr>{rows}</table>"


def _chart(by_hour: Sequence[int]) -> str:
    """Bars of what was delivered in each hour after the first hand-over, as SVG of our own; a table says it in words."""
    if not any(by_hour):
        return ""
    highest = max(by_hour)
    step = _WIDTH / max(len(by_hour), 12)
    bars = "".join(
        f'<rect x="{hour * step:.1f}" y="{_HEIGHT - n / highest * (_HEIGHT - 20):.1f}" width="{step * 0.85:.1f}" '
        f'height="{n / highest * (_HEIGHT - 20):.1f}"><title>hour {hour}: {n:,}</title></rect>'
        for hour, n in enumerate(by_hour)
        if n
    )
    words = f"Delivered in each hour after the first hand-over; {highest:,} in the fullest."
    return (
        f'<h2>When it arrived</h2>\n<svg viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}" role="img" aria-label="{words}">'
        f'<text x="0" y="12">{highest:,}</text>{bars}'
        f'<text x="0" y="{_HEIGHT + 14}">first hand-over</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 14}" text-anchor="end">{max(len(by_hour), 12)} h later</text></svg>\n<p>{words}</p>'
    )
