"""What a form sends: urlencoded or multipart, small, and text only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from newsletter.web.readable import is_text, read_within

# Our forms are under 2 KB; a longer body is not one of them.
_LARGEST = 64 * 1024
_MOST_FIELDS = 100


class Form:
    """The fields of a posted form. A form that can't be read counts as empty."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self._values: Mapping[str, list[str]] = {
            name: [value for other, value in pairs if other == name]
            for name in dict.fromkeys(name for name, _ in pairs)
        }

    def text(self, name: str) -> str:
        """The first value of a field, cut at 1,000 characters, without blanks around it."""
        return next(iter(self._values.get(name, ())), "")[:1000].strip()

    def all(self, name: str) -> Sequence[str]:
        return self._values.get(name, ())

    def pairs(self) -> list[tuple[str, str]]:
        return [(name, value) for name, values in self._values.items() for value in values]


async def read_form(request: Request) -> Form:
    """The form in the body of a request."""
    body = await read_within(request, _LARGEST)
    if body is None:
        return Form()
    form = await _read(request, body)
    return form if all(is_text(text) for pair in form.pairs() for text in pair) else Form()


async def _read(request: Request, body: bytes) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _read_multipart(request, body)
    if kind in {"application/x-www-form-urlencoded", ""}:
        try:
            # Some programs end the body like a line of text.
            text = body.decode("utf-8").rstrip("\r\n")
            return Form(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
        except (UnicodeError, ValueError):
            return Form()
    return Form()


async def _read_multipart(request: Request, body: bytes) -> Form:
    async def once() -> AsyncIterator[bytes]:
        yield body

    parser = MultiPartParser(
        request.headers,
        once(),  # type: ignore[arg-type]  # any async iterator does
        max_files=0,
        max_fields=_MOST_FIELDS,
        max_part_size=_LARGEST,
    )
    try:
        data = await parser.parse()
    except (MultiPartException, KeyError, ValueError, LookupError):
        return Form()
    return Form([(name, value) for name, value in data.multi_items() if isinstance(value, str)])
