"""The API: one address where a phone or a script saves a find, with a key that may do nothing else, and its description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter import __version__
from newsletter.collect.save import collect_find
from newsletter.web.readable import is_text, read_within
from newsletter.web.wrong_keys import WrongKeys
from newsletter.wiring import Parts
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import Origin
from newsletter.words.mistake import NewsletterError

_LARGEST = 100_000
_FIELDS = {
    "url": "The address, alone or in a text, as phones share it.",
    "note": "The thought it was found with, in Markdown.",
    "quote": "What was selected, as plain text.",
    "title": "The page's title, where it is known.",
}


def api_routes(parts: Parts) -> list[BaseRoute]:
    return [
        Route("/api/openapi.json", _description, methods=["GET"]),
        Route("/api/v1/finds", _finds(parts), methods=["POST"]),
    ]


def _finds(parts: Parts) -> Callable[[Request], Awaitable[Response]]:
    wrong = WrongKeys()

    async def endpoint(request: Request) -> Response:
        place = request.client.host if request.client else ""
        if seconds := wrong.wait(place, now=parts.clock.monotonic()):
            words = {
                "message": "Too many keys that open nothing came from here.",
                "fix": "Wait, then send the right one.",
            }
            return _answer(429, words, {"Retry-After": str(ceil(seconds))})
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        name = await run_in_threadpool(collect_desk(parts).keys.verify, key.strip()) if scheme == "Bearer" else None
        if name is None:
            wrong.note(place, now=parts.clock.monotonic())
            return _answer(401, {"message": "This key opens nothing.", "fix": "Make one in the studio: Finds."})
        body = await read_within(request, _LARGEST)
        if body is None:
            return _answer(413, {"message": f"That is more than {_LARGEST:,} bytes.", "fix": "Send less."})
        try:
            sent = orjson.loads(body)
        except orjson.JSONDecodeError:
            sent = None
        if (
            not isinstance(sent, dict)
            or not is_text(sent)
            or not all(isinstance(sent.get(field, ""), str) for field in _FIELDS)
        ):
            return _answer(400, {"message": "This is not a find.", "fix": 'Send JSON: {"url": "https://…"}'})
        return await run_in_threadpool(_save, parts, sent, name)

    return endpoint


def _save(parts: Parts, sent: dict[str, Any], key: str) -> Response:
    try:
        saved = collect_find(
            collect_desk(parts),
            sent.get("url", ""),
            note=sent.get("note", ""),
            quote=sent.get("quote", ""),
            title=sent.get("title", ""),
            origin=Origin.KEY,
            source=key,
        )
    except NewsletterError as error:
        return _answer(400, {"message": error.message, "fix": error.fix})
    seen = [one.sentence for one in saved.seen]
    return _answer(201 if saved.is_new else 200, {"id": saved.find.id, "is_new": saved.is_new, "seen_before": seen})


def _answer(status: int, value: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers, media_type="application/json")


async def _description(request: Request) -> Response:
    """OpenAPI 3.1 of what there is."""
    text = {"type": "string"}
    refusal = {"type": "object", "properties": {"message": text, "fix": text}, "required": ["message", "fix"]}
    saved = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "is_new": {"type": "boolean", "description": "False where the page was a find already."},
            "seen_before": {
                "type": "array",
                "items": text,
                "description": "Sentences: which posts and issues have it.",
            },
        },
        "required": ["id", "is_new", "seen_before"],
    }
    find = {
        "type": "object",
        "properties": {name: text | {"description": words} for name, words in _FIELDS.items()},
        "required": ["url"],
    }
    answers = {"201": ("Saved.", saved), "200": ("It was a find already; the words are with it now.", saved)}
    answers |= {code: (words, refusal) for code, words in _REFUSALS.items()}
    post = {
        "operationId": "saveFind",
        "summary": "Save a find",
        "security": [{"collectKey": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": find}}},
        "responses": {
            code: {"description": words, "content": {"application/json": {"schema": schema}}}
            for code, (words, schema) in answers.items()
        },
    }
    return _answer(
        200,
        {
            "openapi": "3.1.0",
            "info": {"title": "Newsletter", "version": __version__},
            "paths": {"/api/v1/finds": {"post": post}},
            "components": {"securitySchemes": {"collectKey": {"type": "http", "scheme": "bearer"}}},
        },
    )


_REFUSALS = {
    "400": "What was sent is no find.",
    "401": "The key opens nothing.",
    "413": "It is too large.",
    "429": "Too many keys that open nothing came from this address; `Retry-After` says how many seconds to wait.",
}
