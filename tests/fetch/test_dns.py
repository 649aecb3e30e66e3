"""What name servers say, and what they do not say."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.fetch.dns import DnsResolver
from newsletter.ports.resolver import DnsAnswer, Lookup, RecordType
from tests.fetch.name_server import Zone, name_server

ZONE: Zone = {
    "example.com": {
        "TXT": ['"one"', '"tw" "o"'],
        "MX": ["10 Mail.example.com.", "5 mx.example.com."],
        "A": ["192.0.2.7"],
    },
    "alias.example.com": {"CNAME": ["second.example.com."]},
    "second.example.com": {"CNAME": ["third.example.net."]},
    "third.example.net": {"TXT": ['"here"']},
    "loop.example.com": {"CNAME": ["pool.example.com."]},
    "pool.example.com": {"CNAME": ["loop.example.com."]},
    "self.example.com": {"CNAME": ["self.example.com."]},
    "dangling.example.com": {"CNAME": ["nothing.example.net."]},
    "xn--bcher-kva.example": {"TXT": ['"letters"']},
}


def asked(name: str, kind: RecordType = RecordType.TXT, zone: Zone = ZONE, **behaviour: Any) -> DnsAnswer:
    """The answer of one server."""
    with name_server(zone, **behaviour) as server:
        return DnsResolver([server.address], seconds=0.4).ask(name, kind)


def test_records_come_as_text() -> None:
    """Strings of one record are joined, records sorted, names in lower case without the last dot."""
    assert ("one", "two") == asked("EXAMPLE.com.").records
    assert ("10 mail.example.com", "5 mx.example.com") == asked("example.com", RecordType.MX).records
    assert ("192.0.2.7",) == asked("example.com", RecordType.A).records
    assert ("letters",) == asked("bücher.example").records


@pytest.mark.parametrize("chase", [True, False])
def test_aliases_are_followed(chase: bool) -> None:
    """Whether the server follows them or leaves that to whoever asks."""
    found = asked("alias.example.com", chase=chase)

    assert (("here",), ("second.example.com", "third.example.net")) == (found.records, found.aliases)
    assert ("second.example.com",) == asked("alias.example.com", RecordType.CNAME).records


@pytest.mark.parametrize("chase", [True, False])
@pytest.mark.parametrize("name", ["loop.example.com", "self.example.com"])
def test_a_loop_is_called_a_loop(name: str, chase: bool) -> None:
    """A name that leads back to itself ends."""
    assert Lookup.LOOP is asked(name, chase=chase).found


@pytest.mark.parametrize("name", ["nowhere.example.com", "third.example.net", "dangling.example.com"])
def test_nothing_is_an_answer(name: str) -> None:
    """No such name, no such type, and an alias to nowhere are known to be nothing."""
    assert Lookup.NOTHING is asked(name, RecordType.MX).found


@pytest.mark.parametrize(
    "behaviour",
    [{"silent": ("com",)}, {"failing": ("com",)}, {"garbled": True}, {"lies": True}],
    ids=["silent", "failing", "garbled", "lying"],
)
def test_no_answer_to_rely_on_is_unknown(behaviour: dict[str, Any]) -> None:
    """Silence, SERVFAIL, answers to other questions, and servers that know names that do not exist."""
    answer = asked("example.com", **behaviour)

    assert Lookup.UNKNOWN is answer.found
    assert answer.reason
    assert () == answer.records


def test_a_cut_answer_is_asked_for_again_over_tcp() -> None:
    """Long records do not fit into one packet."""
    with name_server(ZONE, cut=("example.com",)) as server:
        answer = DnsResolver([server.address], seconds=1).ask("example.com", RecordType.TXT)

        assert ("one", "two") == answer.records
        assert ("example.com", "TXT", "tcp") in server.asked


def test_two_servers_that_differ_are_not_relied_on() -> None:
    """Split: one has the new record, one the old. One that is silent does not count."""
    with (
        name_server(ZONE) as old,
        name_server({"example.com": {"TXT": ['"new"']}}) as new,
        name_server({}, silent=("com",)) as mute,
    ):
        split = DnsResolver([old.address, new.address], seconds=0.4).ask("example.com", RecordType.TXT)
        half = DnsResolver([mute.address, new.address], seconds=0.4).ask("example.com", RecordType.TXT)

    assert Lookup.UNKNOWN is split.found
    assert "different" in split.reason
    assert ("new",) == half.records


def test_a_question_is_asked_once() -> None:
    """A check asks the same name from several sides."""
    with name_server(ZONE) as server:
        resolver = DnsResolver([server.address], seconds=1)
        for _ in range(3):
            resolver.ask("example.com", RecordType.TXT)

        assert 1 == [name for name, _, _ in server.asked].count("example.com")


def test_a_machine_without_name_servers_says_so() -> None:
    """Nobody to ask is unknown, not nothing."""
    assert Lookup.UNKNOWN is DnsResolver([]).ask("example.com", RecordType.A).found


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".com", ".".join(["long"] * 60)])
def test_what_can_be_no_name_is_unknown(name: str) -> None:
    """No exception of a library reaches whoever asks."""
    assert Lookup.UNKNOWN is asked(name).found or name == ""
