"""A name server on this machine, over UDP and TCP, with zones that are good, broken, silent, or lies."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

# Records by name and type, each as a zone file writes it.
Zone = Mapping[str, Mapping[str, list[str]]]


@dataclass(slots=True)
class NameServer:
    """`silent`, `failing` and `cut` are names (with all below them) that get no answer, SERVFAIL, or a cut UDP answer.

    With `lies` every name has an address and a text; `garbled` answers carry another question's number. `chase` follows
    aliases as a recursive server does.
    """

    zone: Zone
    silent: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    lies: bool = False
    garbled: bool = False
    chase: bool = True
    port: int = 0
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def answer(self, wire: bytes, way: str) -> bytes | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, way))
        if _under(name, self.silent):
            return None
        reply = dns.message.make_response(query, recursion_available=True)
        if _under(name, self.failing):
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif self.lies:
            _add(reply, name, kind, {"A": ["192.0.2.1"], "TXT": ['"v=spf1 -all"']}.get(kind, []))
        elif way == "udp" and _under(name, self.cut):
            reply.flags |= dns.flags.TC
        else:
            self._look_up(reply, name, kind)
        if self.garbled:
            reply.id = (reply.id + 1) % 65536
        return reply.to_wire()

    def _look_up(self, reply: dns.message.Message, name: str, kind: str) -> None:
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            found = self.zone.get(name) or self.zone.get("*." + name.partition(".")[2])
            if found is None:
                if len(seen) == 1:
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                return
            _add(reply, name, kind, found.get(kind, []))
            if kind == "CNAME" or "CNAME" not in found:
                return
            _add(reply, name, "CNAME", found["CNAME"])
            if not self.chase:
                return
            name = found["CNAME"][0].rstrip(".").lower()


def _add(reply: dns.message.Message, name: str, kind: str, records: list[str]) -> None:
    if records:
        reply.answer.append(
            dns.rrset.from_text(name + ".", 60, dns.rdataclass.IN, dns.rdatatype.from_text(kind), *records)
        )


def _under(name: str, names: tuple[str, ...]) -> bool:
    return any(name == one or name.endswith(f".{one}") for one in names)


def _both(
    udp: type[socketserver.BaseRequestHandler], tcp: type[socketserver.BaseRequestHandler]
) -> tuple[socketserver.ThreadingUDPServer, socketserver.ThreadingTCPServer]:
    """Two servers on one port number; somebody else may have its other half, so try some."""
    for _ in range(50):
        one = socketserver.ThreadingUDPServer(("127.0.0.1", 0), udp)
        try:
            return one, socketserver.ThreadingTCPServer(one.server_address, tcp)
        except OSError:
            one.server_close()
    raise AssertionError("no port is free for both UDP and TCP")


@contextmanager
def name_server(zone: Zone, **behaviour: Any) -> Iterator[NameServer]:
    """Serve a zone until the block ends."""
    server = NameServer(zone, **behaviour)

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            if (reply := server.answer(wire, "udp")) is not None:
                sock.sendto(reply, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack(">H", self.rfile.read(2))
            if (reply := server.answer(self.rfile.read(length), "tcp")) is not None:
                self.wfile.write(struct.pack(">H", len(reply)) + reply)

    udp, tcp = _both(Udp, Tcp)
    server.port = udp.server_address[1]
    with udp, tcp:
        threads = [threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True) for one in (udp, tcp)]
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            for one in (udp, tcp):
                one.shutdown()
            for thread in threads:
                thread.join()
