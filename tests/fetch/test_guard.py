"""Addresses that are never connected to, however they are written and however they are reached."""

from __future__ import annotations

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.fetch.guard import is_public, vetted
from newsletter.fetch.http import HttpFetcher
from newsletter.ports.fetcher import NotFetched, WhyNot
from tests.fetch.web_server import Page, web_server

PRIVATE = [
    *("127.0.0.1", "127.255.1.2", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::"),
    # Site-local, mapped, documentation, segment routing, NAT64 for one network, discard-only.
    *("fec0::1", "feff::1", "::ffff:1.1.1.1", "::ffff:0:1", "3fff::1", "3fff:fff::1", "5f00::1", "5f00:ffff::1"),
    *("64:ff9b::101:101", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1", "100::1", "100::ffff:1"),
    # 6to4 and Teredo, whatever IPv4 they carry.
    *("2002:a00:1::", "2002:c0a8:101::1", "2002:101:101::", "2001::1", "2001:0:ffff::f5ff:fffe"),
    # Where clouds give machines their secrets: AWS and most others, Alibaba, Azure.
    *("169.254.170.2", "fe80::a9fe:a9fe", "100.100.100.200", "168.63.129.16", "::ffff:168.63.129.16"),
    *("not an address", ""),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known_as_such(address: str) -> None:
    """Loopback, private, link-local, shared, documentation, multicast, and IPv4 hidden in IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::1", "168.63.129.17", "172.32.0.1"]
)
def test_public_addresses_are_let_through(address: str) -> None:
    """Those of the open internet are."""
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_never_connected_to(address: object) -> None:
    """::ffff:0:0/96 is for inside a machine (RFC 6890): no name of the internet has such an address."""
    assert not is_public(f"::ffff:{address}")


@pytest.mark.parametrize(
    "host",
    [
        *("metadata", "metadata.google.internal", "METADATA.google.internal.", "x.metadata.google.internal"),
        *("instance-data", "instance-data.ec2.internal", "metadata.tencentyun.com"),
    ],
)
def test_the_names_of_metadata_are_refused_whatever_they_lead_to(host: str) -> None:
    """Some networks answer to the name through a proxy, whose address says nothing."""
    with pytest.raises(NotFetched) as refused:
        vetted(f"http://{host}/", lambda *_: ["1.1.1.1"], ports={80}, allow=is_public, seconds=3)

    assert refused.value.why is WhyNot.REFUSED


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://localhost/",
        "http://１２７.0.0.1/",
    ],
)
def test_this_machine_is_not_reached_under_any_name(url: str) -> None:
    """However an address of this machine is written, it is refused before a connection is made."""
    with pytest.raises(NotFetched) as refused:
        HttpFetcher(seconds=3).fetch(url)

    assert refused.value.why in {WhyNot.REFUSED, WhyNot.NO_SUCH_HOST, WhyNot.OFFLINE}


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "data:text/html,x",
        "http://user:secret@example.com/",
        "http://example.com:22/",
        "https://example.com:8443/",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http:///nothing",
        "http://[::1",
        "http://example.com:99999/",
        "http://" + "a" * 64 + ".com/",
        "http://example.com/" + "a" * 9000,
    ],
)
def test_what_is_not_a_plain_web_address_is_refused(url: str) -> None:
    """Other schemes, other ports, credentials and control characters never reach the network."""

    def lookup(host: str, port: int) -> list[str]:
        raise AssertionError("nothing is looked up")

    with pytest.raises(NotFetched) as refused:
        HttpFetcher(lookup=lookup).fetch(url)

    assert WhyNot.REFUSED is refused.value.why


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_vetted() -> None:
    """A name is looked up once a hop: what it says a second time (DNS rebinding) is not asked for."""
    told: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        told.append(host)
        return ["127.0.0.2"] if len(told) == 1 else ["127.0.0.1"]

    with web_server({"/": Page()}) as server:
        fetcher = HttpFetcher(
            lookup=lookup, allow=lambda address: address == "127.0.0.2", ports=[server.port], seconds=3
        )
        with pytest.raises(NotFetched) as refused:
            fetcher.fetch(server.url("/", "rebinding.example.com"))

        assert WhyNot.UNREACHABLE is refused.value.why, "nothing listens at the vetted address"
        assert ["rebinding.example.com"] == told
        assert [] == server.asked


def test_a_name_with_one_private_address_is_refused() -> None:
    """One address of several that is private is enough."""

    def lookup(host: str, port: int) -> list[str]:
        return ["1.1.1.1", "10.0.0.1"]

    with pytest.raises(NotFetched) as refused:
        HttpFetcher(lookup=lookup).fetch("http://two.example.com/")

    assert WhyNot.REFUSED is refused.value.why


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://[::1]/", "file:///etc/passwd", "//10.0.0.1/x"])
def test_a_redirect_is_vetted_as_well(target: str) -> None:
    """A public page that sends on to a private address gets no further."""
    with web_server({"/": Page(status=302, headers={"Location": target})}) as server:
        fetcher = HttpFetcher(allow=lambda address: address == "127.0.0.1", ports=[server.port, 80], seconds=3)
        with pytest.raises(NotFetched) as refused:
            fetcher.fetch(server.url())

        assert WhyNot.REFUSED is refused.value.why
        assert 1 == len(server.asked)


def test_a_name_that_is_never_found_does_not_hold_us_up() -> None:
    """The system's lookup has no deadline; ours has."""

    def lookup(host: str, port: int) -> list[str]:
        time.sleep(5)
        return []

    begun = time.monotonic()
    with pytest.raises(NotFetched) as slow:
        HttpFetcher(lookup=lookup, seconds=0.3).fetch("http://slow.example.com/")

    assert WhyNot.TOO_SLOW is slow.value.why
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), WhyNot.NO_SUCH_HOST),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), WhyNot.OFFLINE),
    ],
)
def test_no_such_name_is_not_the_same_as_no_name_server(error: OSError, why: WhyNot) -> None:
    """The first says something about the link, the second about this machine."""

    def lookup(host: str, port: int) -> list[str]:
        raise error

    with pytest.raises(NotFetched) as missing:
        HttpFetcher(lookup=lookup).fetch("http://nowhere.example.com/")

    assert why is missing.value.why
