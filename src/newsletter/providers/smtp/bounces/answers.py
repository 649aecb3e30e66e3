"""Asks where bounces of a mail server come back to, and which mailbox they are read from."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from newsletter.providers.steps import ConnectQuestion, one_line
from newsletter.words.mistake import Mistake

ADDRESS, MAILBOX = "smtp_bounce_address", "smtp_bounce_mailbox"


def bounce_questions(settings: Mapping[str, str]) -> tuple[ConnectQuestion, ...]:
    kept = urlsplit(settings.get(MAILBOX, ""))
    return (
        ConnectQuestion(
            name="bounce_address",
            label="Address for bounces",
            about="A mailbox for nothing else, such as bounces@example.com, which takes bounces+anything@example.com as "
            "well. Left empty, nobody reads bounces.",
            value=settings.get(ADDRESS, ""),
        ),
        ConnectQuestion(
            name="bounce_host",
            label="Server of that mailbox (IMAP)",
            about="Such as imap.example.org. It is read twice an hour, encrypted.",
            value=kept.hostname or "",
        ),
        ConnectQuestion(
            name="bounce_user",
            label="User of that mailbox",
            about="Left empty: the address itself.",
            value=unquote(kept.username or ""),
        ),
        ConnectQuestion(name="bounce_password", label="Password of that mailbox", is_secret=True),
    )


def bounce_answers(given: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """The two settings; both empty without an address. Nothing where the form did not ask."""
    if "bounce_address" not in given:
        return {}
    address, host = one_line(given["bounce_address"]), one_line(given.get("bounce_host", ""))
    if not address:
        return {ADDRESS: "", MAILBOX: ""}
    if not host:
        raise Mistake(
            "There is an address for bounces, but no server to read them from.",
            fix="Name the server of that mailbox, or leave the address empty.",
        )
    kept, user = urlsplit(settings.get(MAILBOX, "")), one_line(given.get("bounce_user", "")) or address
    # A kept password goes to the server that it was typed for, and to no other.
    is_same = (kept.hostname or "", unquote(kept.username or "")) == (host.lower(), user)
    password = given.get("bounce_password", "") or (unquote(kept.password or "") if is_same else "")
    if not password:
        raise Mistake("There is a mailbox for bounces, but no password.", fix="Type its password too.")
    folder = kept.path if is_same else "/INBOX"
    return {ADDRESS: address, MAILBOX: f"imaps://{quote(user, safe='')}:{quote(password, safe='')}@{host}{folder}"}
