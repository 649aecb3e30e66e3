"""Domains as they are found in the world, on a name server of this machine: each gets the verdict that it deserves."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from newsletter.fetch.dns import DnsResolver
from newsletter.preflight.domain.check_domain import MailSetup, check_domain
from newsletter.preflight.domain.dkim import rsa_bits
from newsletter.words.verdict import State, Verdict
from tests.fetch.name_server import Zone, name_server

PASS, WARN, FAIL, UNKNOWN = State.PASS, State.WARN, State.FAIL, State.UNKNOWN


@cache
def key(bits: int, *, bare: bool = False) -> str:
    """A public key as a DKIM record has it. Nobody asks whether its modulus is the product of primes, which take long to find."""
    public = rsa.RSAPublicNumbers(65537, (1 << bits - 1) | (0x5EED << 64) | 1).public_key()
    form = serialization.PublicFormat.PKCS1 if bare else serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(public.public_bytes(serialization.Encoding.DER, form)).decode()


def dkim(bits: int = 2048, more: str = "") -> list[str]:
    """A key record, in strings of 200 characters as servers keep it."""
    text = f"v=DKIM1; k=rsa;{more} p={key(bits)}"
    return [" ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))]


def zone(**changes: dict[str, list[str]] | None) -> Zone:
    """A domain in order, as SendGrid wants it; `changes` replace names (with __ for a dot), None takes one out."""
    good: dict[str, dict[str, list[str]]] = {
        "ferries.example": {
            "TXT": ['"v=spf1 include:sendgrid.net ~all"', '"other=vendor"'],
            "MX": ["10 mx.ferries.example."],
        },
        "sendgrid.net": {"TXT": ['"v=spf1 ip4:192.0.2.0/24 -all"']},
        "s1._domainkey.ferries.example": {"CNAME": ["s1.domainkey.u1.wl2.sendgrid.net."]},
        "s2._domainkey.ferries.example": {"CNAME": ["s2.domainkey.u1.wl2.sendgrid.net."]},
        "s1.domainkey.u1.wl2.sendgrid.net": {"TXT": dkim()},
        "s2.domainkey.u1.wl2.sendgrid.net": {"TXT": dkim()},
        "em1.ferries.example": {"CNAME": ["u1.wl2.sendgrid.net."]},
        "u1.wl2.sendgrid.net": {"MX": ["10 mx.sendgrid.net."], "TXT": ['"v=spf1 include:sendgrid.net -all"']},
        "_dmarc.ferries.example": {"TXT": ['"v=DMARC1; p=quarantine; rua=mailto:x@ferries.example"']},
    }
    for name, records in changes.items():
        full = name.replace("__", ".").replace("DOT", ".").replace("U_", "_")
        if records is None:
            good.pop(full)
        else:
            good[full] = records
    return good


def verdicts(found: Zone, sending: dict[str, Any] | None = None, **behaviour: Any) -> dict[str, Verdict]:
    """What the check says, by what it is about."""
    given = {
        "sender": "mara@ferries.example",
        "selectors": ("s1", "s2"),
        "provider_domain": "sendgrid.net",
        "provider_include": "sendgrid.net",
        **(sending or {}),
    }
    with name_server(found, **behaviour) as server:
        # Where no answer is to be had, waiting for it shows nothing.
        seconds = 0.1 if behaviour else 0.4
        listed = check_domain(MailSetup(**given), DnsResolver([server.address], seconds=seconds))
    return {one.about: one for one in listed}


def test_a_domain_in_order_passes() -> None:
    """Everything that receivers look at."""
    found = verdicts(zone(), {"bounce_domain": "em1.ferries.example"})

    assert {"SPF", "DKIM s1", "DKIM s2", "DMARC", "Alignment", "Bounces", "Sender"} == set(found)
    assert {PASS} == {one.state for one in found.values()}, found


SPF = [
    ('"v=spf1 include:sendgrid.net ~all"', PASS, "1 of 10"),
    ('"V=SPF1 INCLUDE:SENDGRID.NET -ALL"', PASS, ""),
    ('"v=spf1 " "include:sendgrid.net ~all"', PASS, ""),
    ('"v=spf1 redirect=sendgrid.net"', WARN, "others may do"),
    ('"v=spf1 ip4:192.0.2.1 ~all"', WARN, "does not include"),
    ('"v=spf1 include:sendgrid.net"', WARN, "others may do"),
    ('"v=spf1 include:sendgrid.net +all"', FAIL, "everybody"),
    ('"v=spf1 include:sendgrid.net all"', FAIL, "everybody"),
    ('"v=spf1 include:sendgrid.net ~al"', FAIL, "can't be read"),
    ('"v=spf1 include:loop1.example ~all"', FAIL, "circle"),
    ('"v=spf1 include:nothing.example ~all"', FAIL, "no SPF record"),
    ('"v=spf1 include:many.example include:sendgrid.net ~all"', FAIL, "more than 10"),
    ('"v=spf1 a:n1.example a:n2.example a:n3.example include:sendgrid.net ~all"', FAIL, "do not exist"),
    ('"v=spf1 include:alias-loop.example ~all"', FAIL, "leads back"),
    ('"v=spf1 include:mute.example ~all"', UNKNOWN, "no answer in time"),
    ('"v=spf1 include:%{d}.sendgrid.net include:sendgrid.net ~all"', PASS, ""),
    ('"v=spf10 include:sendgrid.net ~all"', FAIL, "no SPF record"),
]


@pytest.mark.parametrize(("record", "state", "words"), SPF)
def test_spf_gets_the_verdict_of_a_receiver(record: str, state: State, words: str) -> None:
    """Syntax, circles, too many lookups, void lookups, and what could not be asked."""
    others = {
        "loop1.example": {"TXT": ['"v=spf1 include:loop2.example -all"']},
        "loop2.example": {"TXT": ['"v=spf1 include:loop1.example -all"']},
        "alias-loop.example": {"CNAME": ["alias-pool.example."]},
        "alias-pool.example": {"CNAME": ["alias-loop.example."]},
        "many.example": {"TXT": ['"v=spf1 ' + " ".join(f"a:h{n}.many.example" for n in range(9)) + ' -all"']},
        **{f"h{n}.many.example": {"A": ["192.0.2.9"]} for n in range(9)},
    }
    found = verdicts(
        {**zone(ferries__example={"TXT": [record], "MX": ["10 mx.ferries.example."]}), **others},
        silent=("mute.example",),
    )

    assert state is found["SPF"].state, found["SPF"]
    assert words in found["SPF"].message


def test_two_spf_records_are_none() -> None:
    """Receivers answer with a permanent error."""
    two = ['"v=spf1 include:sendgrid.net ~all"', '"v=spf1 -all"']

    assert FAIL is verdicts(zone(ferries__example={"TXT": two, "MX": ["10 mx.ferries.example."]}))["SPF"].state


S1 = "s1__domainkey__u1__wl2__sendgrid__net"
KEYS = [
    (S1, {"TXT": ['"v=DKIM1; k=rsa; p="']}, FAIL, "withdrawn"),
    (S1, {"TXT": ['"v=DKIM1; k=rsa; p=MIIB!!"']}, FAIL, "can't be read"),
    (S1, {"TXT": ['"v=DKIM2; p=AAAA"']}, FAIL, "DKIM1"),
    (S1, {"TXT": ['"something else"']}, FAIL, "no key"),
    (S1, None, FAIL, "no key is"),
    (S1, {"TXT": ['"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="']}, WARN, "Ed25519"),
    ("s1__U_domainkey__ferries__example", {"CNAME": ["s1.elsewhere.example."]}, FAIL, "not to sendgrid.net"),
    ("s1__U_domainkey__ferries__example", {"CNAME": ["s1._domainkey.ferries.example."]}, FAIL, "leads back"),
    ("s1__U_domainkey__ferries__example", {"TXT": ['"v=DKIM1; p=AAAA"']}, FAIL, "no CNAME"),
    ("s1__U_domainkey__ferries__example", None, FAIL, "no CNAME"),
]


@pytest.mark.parametrize(("name", "records", "state", "words"), KEYS)
def test_a_key_gets_the_verdict_of_a_receiver(
    name: str, records: dict[str, list[str]] | None, state: State, words: str
) -> None:
    """Withdrawn, garbled, missing, elsewhere, in a circle."""
    found = verdicts(zone(**{name: records}))

    assert state is found["DKIM s1"].state, found["DKIM s1"]
    assert words in found["DKIM s1"].message
    assert PASS is found["Alignment"].state, "the second key is enough"


@pytest.mark.parametrize(("bits", "state"), [(1024, WARN), (2048, PASS), (4096, PASS)])
def test_a_key_is_measured(bits: int, state: State) -> None:
    """Its length is read from the key itself, in both forms that are in use."""
    assert bits == rsa_bits(base64.b64decode(key(bits))) == rsa_bits(base64.b64decode(key(bits, bare=True)))
    assert state is verdicts(zone(**{S1: {"TXT": dkim(bits)}}))["DKIM s1"].state


def test_a_short_key_is_no_key() -> None:
    """Below 1,024 bits receivers look away; no library makes such keys any more, so this one is written by hand."""
    modulus = (1 << 767 | 1).to_bytes(97, "big")
    numbers = b"\x02\x61" + modulus + b"\x02\x03\x01\x00\x01"
    short = base64.b64encode(b"\x30\x68" + numbers).decode()

    assert FAIL is verdicts(zone(**{S1: {"TXT": [f'"v=DKIM1; p={short}"']}}))["DKIM s1"].state


DMARC = [
    ("U_dmarc__ferries__example", {"TXT": ['"v=DMARC1; p=none"']}, PASS, "enough to send"),
    ("U_dmarc__ferries__example", {"TXT": ['"v=DMARC1;p=reject;"']}, PASS, "reject"),
    ("U_dmarc__ferries__example", {"TXT": ['"v=DMARC1; p=nonee"']}, FAIL, "no policy"),
    ("U_dmarc__ferries__example", {"TXT": ['"v=DMARC1; rua=mailto:x@ferries.example"']}, FAIL, "no p"),
    ("U_dmarc__ferries__example", {"TXT": ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, FAIL, "2 records"),
    ("U_dmarc__ferries__example", {"TXT": ['"v=DMARC1; p=reject; pct=20"']}, WARN, "pct"),
    ("U_dmarc__ferries__example", {"CNAME": ["_dmarc.ferries.example."]}, FAIL, "leads back"),
    ("U_dmarc__ferries__example", {"TXT": ['"dmarc is not here"']}, FAIL, "no DMARC record"),
    ("U_dmarc__ferries__example", None, FAIL, "no DMARC record"),
]


@pytest.mark.parametrize(("name", "records", "state", "words"), DMARC)
def test_dmarc_gets_the_verdict_of_a_receiver(
    name: str, records: dict[str, list[str]] | None, state: State, words: str
) -> None:
    """Missing, twice, misspelled, with old words."""
    found = verdicts(zone(**{name: records}))["DMARC"]

    assert (state, True) == (found.state, words in found.message), found


def test_a_subdomain_finds_the_policy_above_it() -> None:
    """The walk up the tree of RFC 9989, with the policy that is meant for subdomains."""
    above = {
        **zone(U_dmarc__ferries__example={"TXT": ['"v=DMARC1; p=none; sp=reject"']}),
        "news.ferries.example": {"MX": ["1 mx.ferries.example."]},
    }

    assert "sp=reject" in verdicts(above, {"sender": "a@news.ferries.example"})["DMARC"].message


@pytest.mark.parametrize(
    "behaviour",
    [{"silent": ("",)}, {"failing": ("example", "net")}, {"lies": True}, {"garbled": True}],
    ids=["silent", "failing", "lying", "garbled"],
)
def test_what_could_not_be_checked_is_not_a_failure(behaviour: dict[str, Any]) -> None:
    """A name server that is silent, fails, lies or talks of something else says nothing about the domain."""
    if "silent" in behaviour:
        behaviour = {"silent": ("example", "net", "invalid")}
    found = verdicts(zone(), {"bounce_domain": "em1.ferries.example"}, **behaviour)

    assert {UNKNOWN} == {one.state for one in found.values()}, found
    assert all(one.message for one in found.values())


def test_two_servers_that_differ_leave_it_open() -> None:
    """While a change is on its way, nobody can say."""
    with name_server(zone()) as new, name_server(zone(U_dmarc__ferries__example=None)) as old:
        sending = MailSetup(sender="mara@ferries.example", selectors=("s1",), provider_domain="sendgrid.net")
        listed = check_domain(sending, DnsResolver([new.address, old.address], seconds=0.4))
    found = {one.about: one.state for one in listed}

    assert UNKNOWN is found["DMARC"]
    assert PASS is found["DKIM s1"]


def test_a_wildcard_is_no_key() -> None:
    """A zone that answers every name with the same text proves nothing about a selector."""
    wild = {**zone(), "*._domainkey.ferries.example": {"TXT": dkim()}}
    wild.pop("s1._domainkey.ferries.example")
    found = verdicts(wild, {"selectors": ("s1",), "provider_domain": None})

    assert UNKNOWN is found["DKIM s1"].state


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ({"MX": ["0 ."]}, FAIL),
        ({"MX": ["10 mx.answers.example."]}, PASS),
        ({"A": ["192.0.2.3"]}, WARN),
        ({"TXT": ['"x"']}, FAIL),
    ],
)
def test_answers_must_have_somewhere_to_go(records: dict[str, list[str]], state: State) -> None:
    """The domain of Reply-To takes mail, by an MX record best."""
    found = verdicts({**zone(), "answers.example": records}, {"reply_to": "letters@answers.example"})

    assert state is found["Answers"].state


def test_without_a_selector_dkim_is_open() -> None:
    """With a mail server of one's own nobody can guess it."""
    found = verdicts(zone(), {"selectors": ()})

    assert (UNKNOWN, UNKNOWN) == (found["DKIM"].state, found["Alignment"].state)


def test_neither_key_nor_bounces_for_the_domain_fails() -> None:
    """DMARC needs one of them to stand for the domain that readers see."""
    broken = zone(s1__U_domainkey__ferries__example=None, s2__U_domainkey__ferries__example=None)
    broken = {**broken, "bounce.other.test": {"TXT": ['"v=spf1 -all"'], "MX": ["1 mx.other.test."]}}

    assert FAIL is verdicts(broken, {"bounce_domain": "bounce.other.test"})["Alignment"].state
