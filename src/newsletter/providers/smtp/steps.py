"""A mail server's steps: the server, the records of the domain, a key that signs, and the mailbox for bounces."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from newsletter.ports.resolver import RecordType
from newsletter.providers.kind import ProviderSetup, ProviderTried
from newsletter.providers.smtp.dkim import public_record
from newsletter.providers.smtp.server import Server
from newsletter.providers.steps import (
    DnsRecord,
    SetupStep,
    StepDone,
    StepLook,
    StepRound,
    StepState,
    dmarc_record,
    own_domain,
)
from newsletter.words.mistake import Mistake, NotNow

# Below var/, which nobody else may read and no repository holds.
_KEY_FILE = "var/dkim.pem"
_SELECTOR = "newsletter"


def smtp_steps(try_out: Callable[[ProviderSetup], ProviderTried], mailbox_setting: str) -> tuple[SetupStep, ...]:
    return (
        SetupStep(
            name="key",
            title="The mail server",
            before="Greets the server and signs in. Nothing is sent.",
            look=lambda one: StepLook(state=StepState.DONE, words=try_out(one.setup).words),
        ),
        SetupStep(
            name="plan",
            title="How many mails the server takes",
            before="Says how many mails a month you come to. Nobody is asked.",
            look=_plan,
        ),
        SetupStep(
            name="domain",
            title="Your domain",
            before="Shows the records that let this server send in the name of your domain. Nothing is changed.",
            look=_domain,
        ),
        SetupStep(
            name="signing",
            title="Signing (DKIM)",
            before="Makes a key on this machine that signs each mail. Only needed where the mail server does not sign itself: "
            "ask its provider.",
            button="Make a key",
            look=_signing,
            do=_make_key,
            undo=_stop_signing,
            undo_before="Mail is not signed here any more. The key stays on this machine, for when you want it back.",
        ),
        SetupStep(
            name="bounces",
            title="Bounces",
            before="Opens the mailbox where bounces arrive, and reads nothing in it.",
            look=lambda one: _bounces(one, mailbox_setting),
        ),
    )


def _plan(one: StepRound) -> StepLook:
    return StepLook(
        state=StepState.CHECK,
        words=f"{one.count_need().words} A mail server does not say how many it takes.",
        fix="Ask its provider for the limit an hour and a day, and set the pace under Settings.",
    )


def _domain(one: StepRound) -> StepLook:
    domain = own_domain(one.setup)
    host = Server(one.setup.settings.get("smtp_url", "")).host
    spf = DnsRecord(
        name=domain,
        kind=RecordType.TXT,
        value=f"v=spf1 mx a:{host} ~all",
        begins="v=spf1",
        note=f"Where one begins with v=spf1 already, put a:{host} into that one: two of them count as none.",
    )
    return StepLook(
        state=StepState.CHECK,
        words=f"Receivers look here whether {host} may send for {domain}.",
        fix="Your mail provider's own page may name better values: those count more than these.",
        records=(spf, *_key_records(one.setup), dmarc_record(domain)),
    )


def _signing(one: StepRound) -> StepLook:
    records = _key_records(one.setup)
    if not records:
        return StepLook(
            state=StepState.OPEN, words="This program does not sign mail; the mail server may do so itself."
        )
    return StepLook(state=StepState.DONE, words="Each mail is signed on this machine.", records=records)


def _key_records(setup: ProviderSetup) -> tuple[DnsRecord, ...]:
    key, selector = setup.settings.get("dkim_key"), setup.settings.get("dkim_selector")
    if not key or not selector:
        return ()
    name = f"{selector}._domainkey.{own_domain(setup)}"
    return (DnsRecord(name=name, kind=RecordType.TXT, value=public_record(Path(key))),)


def _make_key(one: StepRound) -> StepDone:
    """The key that is there is taken again: a new one would need a new record."""
    own_domain(one.setup)
    if one.setup.settings.get("dkim_key"):
        return StepDone(words="There is a key already; each mail is signed with it.")
    path = one.setup.directory / _KEY_FILE
    if not path.exists():
        _write_key(path)
    keeps = {"dkim_key": _KEY_FILE, "dkim_selector": _SELECTOR}
    return StepDone(words="The key is made. Copy its record below, and restart when it is live.", keeps=keeps)


def _write_key(path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    except OSError as error:
        raise Mistake(f"The key can't be written: {error.strerror}.", fix="Make room, and do it again.") from None


def _stop_signing(one: StepRound) -> StepDone:
    return StepDone(words="Mail is not signed here any more.", keeps={"dkim_key": "", "dkim_selector": ""})


def _bounces(one: StepRound, setting: str) -> StepLook:
    mailbox, address = one.setup.settings.get("smtp_bounce_mailbox"), one.setup.settings.get("smtp_bounce_address")
    if not mailbox or not address:
        return StepLook(
            state=StepState.OPEN,
            words="Bounces go to the sender, and nobody reads them here: dead addresses are mailed again and again.",
            fix="Name an address for bounces and its mailbox where the mail server was entered.",
        )
    try:
        with one.setup.open_mailbox(mailbox, setting):
            pass
    except Mistake as error:
        raise NotNow(error.message, fix=error.fix) from None
    return StepLook(
        state=StepState.DONE, words=f"The mailbox opens. Bounces come to {address} and are read twice an hour."
    )
