"""What each reader would get from a body, worked out by plain replacement as the provider describes it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Mail(NamedTuple):
    """One reader's mail as the provider would put it together."""

    email: str
    subject: str
    html: str
    text: str
    headers: dict[str, str]


def filled(body: dict[str, Any], *, backwards: bool = False) -> list[Mail]:
    """Every reader's mail, in the order of the body. `backwards` replaces in the other order: it must not matter."""
    content = {part["type"]: part["value"] for part in body["content"]}
    mails = []
    for person in body["personalizations"]:
        pairs = list(person.get("substitutions", {}).items())
        if backwards:
            pairs.reverse()
        subject, html, text = person.get("subject", body["subject"]), content["text/html"], content["text/plain"]
        for tag, value in pairs:
            subject, html, text = (part.replace(tag, value) for part in (subject, html, text))
        headers = {**body.get("headers", {}), **person.get("headers", {})}
        mails.append(Mail(person["to"][0]["email"], subject, html, text, headers))
    return mails
