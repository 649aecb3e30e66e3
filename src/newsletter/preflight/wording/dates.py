"""Dates with a weekday that is not that day's, in eight languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import AuthorText
from newsletter.preflight.rules import finding
from newsletter.preflight.wording.prose import fields_of, paragraphs_of
from newsletter.words.finding import Finding

_DAYS = (
    "monday mon montag lundi lunes lunedì maandag segunda-feira poniedziałek",
    "tuesday tue tues dienstag mardi martes martedì dinsdag terça-feira wtorek",
    "wednesday wed mittwoch mercredi miércoles mercoledì woensdag quarta-feira środa środę środy",
    "thursday thu thur thurs donnerstag jeudi jueves giovedì donderdag quinta-feira czwartek",
    "friday fri freitag vendredi viernes venerdì vrijdag sexta-feira piątek",
    "saturday sat samstag sonnabend samedi sábado sabato zaterdag sobota sobotę soboty",
    "sunday sun sonntag dimanche domingo domenica zondag niedziela niedzielę niedzieli",
)
_MONTHS = (
    "january jan januar jänner janvier enero gennaio januari janeiro stycznia",
    "february feb februar février febrero febbraio februari fevereiro lutego",
    "march mar märz mars marzo maart março marca",
    "april apr avril abril aprile kwietnia",
    "may mai mayo maggio mei maio maja",
    "june jun juni juin junio giugno junho czerwca",
    "july jul juli juillet julio luglio julho lipca",
    "august aug août agosto augustus sierpnia",
    "september sep sept septembre septiembre settembre setembro września",
    "october oct oktober okt octobre octubre ottobre outubro października",
    "november nov novembre noviembre novembro listopada",
    "december dec dezember dez décembre diciembre dicembre dezembro grudnia",
)
_WEEKDAY = {name: number for number, names in enumerate(_DAYS) for name in names.split()}
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_SAID = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# "Thursday 4 December", "Donnerstag, den 4. Dezember 2026", "quinta-feira, 4 de dezembro de 2026".
_DAY_FIRST = re.compile(
    r"(?<![\w-])(?P<weekday>[^\W\d_]{3,13}(?:-feira)?)(?P<stop>\.?),?\s{1,3}(?:(?:the|den|dem|le|el|il|dia|día)\s{1,3})?(?P<day>\d{1,2})"
    r"(?:st|nd|rd|th|er|[.ºª°])?\s{1,3}(?:(?:of|de|di)\s{1,3})?(?P<month>[^\W\d_]{3,12})\.?(?!\w)"
    r"(?:,?\s{1,3}(?:(?:de|del)\s{1,3})?(?P<year>\d{4})(?!\w))?"
)
# "Thursday, December 4, 2026".
_MONTH_FIRST = re.compile(
    r"(?<![\w-])(?P<weekday>[^\W\d_]{3,9})(?P<stop>\.?),?\s{1,3}(?P<month>[^\W\d_]{3,9})\.?\s{1,3}(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\w:])"
    r"(?:,?\s{1,3}(?P<year>\d{4})(?!\w))?"
)
# "Donnerstag, 4.12.2026"; with slashes it is the month in America.
_FIGURES = re.compile(
    r"(?<![\w-])(?P<weekday>[^\W\d_]{3,13}(?:-feira)?)(?P<stop>\.?),?\s{1,3}(?:(?:den|dem|le|el|il|dia)\s{1,3})?(?P<day>\d{1,2})\."
    r"(?P<month>\d{1,2})\.(?P<year>\d{4})?(?!\d)"
)
# Before, countries had other calendars.
_FIRST_YEAR = 1930


def findings(manuscript: Manuscript, readings: Sequence[AuthorText], today: date | None) -> Iterator[Finding]:
    """In our own words. A date without a year is in the year of the issue, or the next one after it."""
    around = manuscript.issue.dated_on or today
    for field in fields_of(manuscript):
        for offset, words, really in _wrong(field.text, around) if field.is_ours else ():
            yield finding("wrong-weekday", field.at(offset), *_said(words, really), post=field.post)
    for paragraph in paragraphs_of(readings):
        for offset, words, really in _wrong(paragraph.text, around):
            yield finding("wrong-weekday", paragraph.at(offset), *_said(words, really), post=paragraph.post)


def _wrong(text: str, around: date | None) -> Iterator[tuple[int, str, date]]:
    """Where a date stands whose weekday is wrong, as it stands there, and the day that it is."""
    for pattern in (_DAY_FIRST, _MONTH_FIRST, _FIGURES):
        for found in pattern.finditer(text):
            weekday, month = _WEEKDAY.get(found["weekday"].casefold()), found["month"].casefold()
            number = int(month) if month.isdigit() else _MONTH.get(month)
            # "Mon", "sat" and "sun" are words of a language unless they begin large.
            if weekday is None or number is None or (len(found["weekday"]) < 5 and found["weekday"].islower()):
                continue
            # The end of a sentence, not of an abbreviation.
            if found["stop"] and len(found["weekday"]) > 5:
                continue
            days = _days(int(found["day"]), number, found["year"], around)
            if days and weekday not in {day.weekday() for day in days}:
                yield found.start(), " ".join(found[0].split()).rstrip(",."), days[-1]


def _days(day: int, month: int, year: str | None, around: date | None) -> list[date]:
    if year:
        return _existing(day, month, [int(year)]) if int(year) >= _FIRST_YEAR else []
    if around is None:
        return []
    near = _existing(day, month, [around.year, around.year + 1])
    next_one = [one for one in near if one >= around - timedelta(days=1)][:1]
    return list(dict.fromkeys([*(one for one in near if one.year == around.year), *next_one]))


def _existing(day: int, month: int, years: Sequence[int]) -> list[date]:
    found = []
    for year in years:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found


def _said(words: str, really: date) -> tuple[str, str]:
    return (
        f"“{words}”: that day, {really.isoformat()}, is a {_SAID[really.weekday()]}.",
        "Correct the weekday or the date, whichever is wrong.",
    )
