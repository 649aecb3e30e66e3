"""A short line of a template can't use up the machine's memory or time."""

from __future__ import annotations

import pytest

from newsletter.words.mistake import Mistake
from tests.compose.sample import bare, note, rendered

GROWING = "{% set all = namespace(x='x' * 10000) %}{% for i in range(60) %}GROW{% endfor %}"
GREEDY = [
    "{{ lipsum(100000) }}",
    "{{ 'a' | center(100000000) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ ('\\n' * 9999) | indent(9999) }}",
    "{{ [1] | batch(1000000000, 1) | list }}",
    "{{ range(99999) | map('string') | join('x' * 9999) }}",
    GROWING.replace("GROW", "{% set all.x = all.x ~ all.x %}"),
    GROWING.replace("GROW", "{% set all.x = all.x + all.x %}"),
    GROWING.replace("GROW", "{% set all.x = [all.x, all.x] | join %}"),
    GROWING.replace("GROW", "{% set all.x = all.x | replace('x', 'xx') %}"),
    GROWING.replace("GROW", "{% set all.x = all.x.replace('x', 'xx') %}"),
    GROWING.replace("GROW", "{% set all.x %}{{ all.x }}{{ all.x }}{% endset %}"),
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% macro m(n) %}{% if n %}{% set a = m(n - 1) %}{% set b = m(n - 1) %}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% for a in range(10) recursive %}{{ loop(range(10)) }}{% endfor %}",
    # What counts the rounds had a name, and whoever took the name was not counted.
    "{% macro _round() %}{% endmacro %}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for i in range(49000) %}{% set a = range(99999) | sum %}{% endfor %}",
    "{{ ([[1] * 9] * 1000) | sum(start=[]) }}",
    GROWING.replace("GROW", "{% set all.x = [all.x, all.x] %}") + "{{ all.x }}",
    "{% set n = namespace(x=9) %}{% for i in range(60) %}{% set n.x = n.x * n.x %}{% endfor %}",
    "{{ (['x' * 9999] * 9000) | join }}",
    "{{ ''.join(['x' * 9999] * 9000) }}",
    "{{ range(99999) | map('string') | map('center', 9999) | join }}",
    GROWING.replace("GROW", "{% set all.x = all.x ~ all.x %}").replace("60", "5") + "{{ all.x | wordwrap(1) }}",
    GROWING.replace("GROW", "{% set all.x = all.x ~ all.x %}").replace("60", "5") + "{{ all.x | striptags }}",
    "{% for i in range(49000) %}{% set a = 'a' in range(99999) %}{% endfor %}",
]


@pytest.mark.parametrize("line", GREEDY)
def test_a_line_that_would_use_up_the_machine_is_refused_where_it_stands(line: str) -> None:
    """Each of these took a gigabyte or ran for ever in Jinja's own sandbox."""
    with pytest.raises(Mistake, match=r"Templates may not do this|round without an end") as caught:
        rendered(note("Hello"), [], bare(line))

    assert str(caught.value.place) == "templates/bare/issue.mjml:4:1"


def test_what_counts_can_not_be_named() -> None:
    """A negative number given to it lifted every bound that came after."""
    with pytest.raises(Mistake, match="'_round' is undefined"):
        rendered(note("Hello"), [], bare("{{ _round(-9999) }}"))


def test_what_templates_need_is_left_to_them() -> None:
    """Loops, macros, filters and formats of a usual size."""
    body = (
        "{% macro line(n) %}<p>{{ '%03d' % n }} {{ '%s!' | format(n) }}</p>{% endmacro %}<mj-text>"
        "{% for n in range(300) %}{{ line(n) }}{% endfor %}{{ 'a b' | replace(' ', '-') | center(20) | trim }}</mj-text>"
    )

    assert "<p>299 299!</p>a-b" in str(rendered(note("Hello"), [], bare(body)).edition.html.pieces)
