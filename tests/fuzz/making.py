"""Makes requests by chance, the same for the same seed: to real pages, with right names and wrong values, by every role."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

from starlette.routing import BaseRoute, Route

from newsletter.providers.sendgrid.body import ATTEMPT, DELIVERY
from tests.fakes.sendgrid_events import COURSES
from tests.fakes.signing import Signer
from tests.fuzz.hostile import ESCAPES, HEADERS, KINDS, METHODS, NUMBERS, TEXTS, VALUES
from tests.fuzz.people import Visitor
from tests.fuzz.vocabulary import Vocabulary, vocabulary
from tests.fuzz.wire import Asked

_WHAT_TO_DO = frozenset({"act", "step", "when", "what"})


class Making:
    """`signer` proves what SendGrid would tell. `real` are values that name something here, by the name of the field or path parameter; "" for any field."""

    def __init__(
        self, seed: int, routes: Sequence[BaseRoute], real: Mapping[str, Sequence[str]], signer: Signer
    ) -> None:
        self._signer = signer
        self._chance = random.Random(seed)
        self._routes = [route for route in routes if isinstance(route, Route)]
        self._real = real

    def routes(self) -> list[Route]:
        return list(self._routes)

    def request(self, number: int, visitor: Visitor) -> Asked:
        """The `number`th: they go through all routes in turn."""
        chance, route = self._chance, self._routes[number % len(self._routes)]
        known = _vocabulary_of(route)
        method = chance.choice(METHODS) if chance.random() < 0.08 else chance.choice(sorted(route.methods or {"GET"}))
        headers = [("host", b"127.0.0.1:8025"), ("cookie", visitor.cookie.encode())] if visitor.cookie else []
        headers = headers or [("host", b"127.0.0.1:8025")]
        if chance.random() < 0.25:
            headers.append(chance.choice(HEADERS))
        body = b""
        if method not in {"GET", "HEAD", "OPTIONS"}:
            kind, body = self._body(known, visitor.csrf)
            if route.path.startswith("/webhooks/"):
                body = self._events() if chance.random() < 0.8 else body
                headers += [(name, value.encode()) for name, value in self._signer.headers(body).items()]
            elif route.path.startswith("/api/") and chance.random() < 0.9:
                headers.append(("authorization", f"Bearer {self._real['key'][0]}".encode()))
            headers.append(("content-type", kind.encode("latin-1", "replace")))
            headers.append(("x-csrf-token", visitor.csrf.encode()))
        return Asked(
            method=method,
            target=self._target(route),
            query=self._query(known),
            headers=tuple(headers),
            body=body,
            breaks_off=chance.random() < 0.04,
        )

    def _target(self, route: Route) -> str:
        target = route.path
        for name in route.param_convertors:
            key = f"{{{name}:int}}" if f"{{{name}:int}}" in target else f"{{{name}:str}}"
            key = key if key in target else f"{{{name}}}"
            assert key in target, route.path
            target = target.replace(key, self._parameter(name, is_number=key.endswith(":int}")))
        return target + (self._chance.choice(ESCAPES) if self._chance.random() < 0.03 else "")

    def _parameter(self, name: str, *, is_number: bool) -> str:
        chance, real = self._chance, self._real.get(name, ())
        if real and chance.random() < 0.6:
            return chance.choice(real)
        if chance.random() < 0.2:
            return chance.choice(ESCAPES) + chance.choice(("", "x", ".png"))
        found = chance.choice(NUMBERS if is_number or chance.random() < 0.2 else TEXTS)
        return _escaped(found).replace("+", "%20") or "x"

    def _query(self, known: Vocabulary) -> bytes:
        chance = self._chance
        if chance.random() < 0.5:
            return b""
        if chance.random() < 0.1:
            return bytes(chance.choices(range(256), k=chance.randrange(40))).replace(b" ", b"+")
        return _urlencoded(self._fields(known, chance.randrange(1, 4)))

    def _fields(self, known: Vocabulary, most: int) -> list[tuple[str, str]]:
        names = self._chance.choices(known.names, k=most)
        return [(name, self._text(name, known)) for name in names]

    def _one_wrong(self, known: Vocabulary) -> list[tuple[str, str]]:
        """Each field once, with what it may hold, but for one: so that it is met behind all other questions."""
        chance = self._chance
        fields = {}
        for name in known.names:
            choices = (self._real[name],) if name in self._real else (self._real[""], known.words or ("x",))
            # What a page is to do stands in one field; everything else is asked after that.
            choices = (known.choices,) if name in _WHAT_TO_DO and known.choices else choices
            fields[name] = chance.choice(chance.choice(choices))
        wrong = [name for name in known.names if name not in _WHAT_TO_DO] or known.names
        fields[chance.choice(wrong)] = chance.choice(chance.choice((NUMBERS, TEXTS)))
        return list(fields.items())

    def _events(self) -> bytes:
        """What SendGrid tells, with its signature, and one value that it never told."""
        chance, told = self._chance, []
        for _ in range(chance.randrange(1, 4)):
            one: dict[str, object] = {**chance.choice([event for course in COURSES.values() for event in course])}
            one |= {
                "email": chance.choice(self._real["email"]),
                "timestamp": 1_800_000_000,
                "sg_event_id": str(chance.random()),
            }
            one |= {"sg_message_id": "m.1", ATTEMPT: "a" * 32, DELIVERY: "1"}
            name = chance.choice([*one, "reason", "url", "type", "status", "useragent"])
            told.append(one | {name: chance.choice(chance.choice((NUMBERS, TEXTS, VALUES)))})
        return json.dumps(told).encode()

    def _text(self, name: str, known: Vocabulary) -> str:
        chance = self._chance
        draw = chance.random()
        real = self._real.get(name) or self._real[""]
        if draw < 0.35:
            return chance.choice(real)
        if draw < 0.6 and known.words:
            return chance.choice(known.words)
        return chance.choice(NUMBERS if draw < 0.75 else TEXTS)

    def _body(self, known: Vocabulary, csrf: str) -> tuple[str, bytes]:
        chance = self._chance
        most = chance.randrange(0, 2 + len(known.names))
        fields = self._one_wrong(known) if chance.random() < 0.7 else self._fields(known, most)
        fields = [("csrf", csrf), *fields]
        draw = chance.random()
        if draw < 0.4:
            kind, body = KINDS[0], _urlencoded(fields)
        elif draw < 0.6:
            kind, body = "multipart/form-data; boundary=x", self._multipart(fields, known)
        elif draw < 0.85:
            kind, body = "application/json", self._json(fields)
        elif draw < 0.9:
            kind, body = KINDS[0], b"x=" + b"y" * 200_000
        else:
            kind, body = chance.choice(KINDS), bytes(chance.choices(range(256), k=chance.randrange(200)))
        if chance.random() < 0.05:
            kind = chance.choice(KINDS)
        if chance.random() < 0.05 and body:
            at = chance.randrange(len(body))
            body = body[:at] + bytes(chance.choices(range(256), k=3)) + body[at + chance.randrange(4) :]
        return kind, body

    def _multipart(self, fields: list[tuple[str, str]], known: Vocabulary) -> bytes:
        chance, parts = self._chance, []
        for name, value in fields:
            is_file = name != "csrf" and chance.random() < 0.4
            ending = chance.choice(
                (".eml", ".txt", ".html", ".md", ".csv", ".zip", ".xlsx", ".png", ".gif", ".svg", "", ".\x00")
            )
            file = chance.choice(("a", "../a", "a\x00b", "é", " ")) + ending
            told = f'; filename="{file}"' if is_file else ""
            head = f'Content-Disposition: form-data; name="{name}"{told}'.encode("utf-8", "surrogatepass")
            parts.append(b"--x\r\n" + head + b"\r\n\r\n" + value.encode("utf-8", "surrogatepass") + b"\r\n")
        return b"".join(parts) + (b"--x--\r\n" if chance.random() < 0.9 else b"")

    def _json(self, fields: list[tuple[str, str]]) -> bytes:
        chance = self._chance
        value: object = {
            name: chance.choice(VALUES) if chance.random() < 0.3 else self._deep(text) for name, text in fields
        }
        if chance.random() < 0.08:
            value = chance.choice(VALUES)
        if chance.random() < 0.02:
            return b"[" * 5_000
        return json.dumps(value).encode()

    def _deep(self, text: str) -> object:
        """The text, or what holds it: pages take lists of edits and of sections."""
        chance = self._chance
        if chance.random() < 0.6:
            return text
        one = {
            name: chance.choice((text, *VALUES))
            for name in chance.sample(("file", "field", "value", "title", "posts"), 3)
        }
        return chance.choice(([text], [one], [[text, [text]]], one))


def _vocabulary_of(route: Route) -> Vocabulary:
    """Of the page's own module where the studio's table tells it; else of the room that it is in."""
    from newsletter.web.studio.routes import PAGES

    for page in PAGES:
        if route.path == f"/studio{page.path}":
            answer = page.change or page.show
            assert answer is not None
            own, shared = (
                vocabulary(answer.__module__.removeprefix("newsletter.web.").replace(".", "/")),
                vocabulary("studio"),
            )
            return Vocabulary(own.names or shared.names, own.words, own.choices)
    return vocabulary("api" if route.path.startswith("/api/") else "public")


def _urlencoded(pairs: Sequence[tuple[str, str]]) -> bytes:
    return "&".join(f"{quote_plus(name)}={_escaped(value)}" for name, value in pairs).encode("ascii")


def _escaped(text: str) -> str:
    """Half a character is sent as the three bytes that UTF-8 forbids."""
    return quote_plus(text.encode("utf-8", "surrogatepass"))
