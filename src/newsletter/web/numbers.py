"""Numbers in addresses: what no database holds names nothing, so there is no page (404)."""

from __future__ import annotations

from starlette.convertors import IntegerConvertor, register_url_convertor

from newsletter.web.number import MOST_DIGITS


class Number(IntegerConvertor):
    """`{number:int}` in a path. Starlette's own takes any length, up to where `int` itself gives up."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"


def use_numbers() -> None:
    """To be called before routes are made: their paths are compiled as they are."""
    register_url_convertor("int", Number())
