"""A DNS server of the tests' own, on loopback, over UDP and TCP, as odd as it is told to be."""

import socket
import socketserver
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from dnslib import QTYPE, RCODE, RR, DNSRecord

LIMIT = 512
"""The longest message over UDP (RFC 1035, 2.3.4)."""


class Asked(NamedTuple):
    """A question as the server got it."""

    request: DNSRecord
    name: str
    kind: str
    number: int
    """How often this was asked before."""
    protocol: str


Behaviour = Callable[[Asked], DNSRecord | bytes | None]
"""What is done with a question: an answer, bytes that are none, or silence."""


def zone_lines(*lines: str) -> Behaviour:
    """Answer with those lines of a zone file that are of the kind asked for, or aliases."""

    def answer(asked: Asked) -> DNSRecord:
        reply = asked.request.reply()
        for record in RR.fromZone("\n".join(lines)):
            if QTYPE[record.rtype] in (asked.kind, "CNAME"):
                reply.add_answer(record)
        return reply

    return answer


def addresses(*given: str) -> Behaviour:
    """Answer with addresses of the host that is asked for."""

    def answer(asked: Asked) -> DNSRecord:
        kinds = {address: "AAAA" if ":" in address else "A" for address in given}
        lines = (f"{asked.name}. 60 {kind} {address}" for address, kind in kinds.items())
        return cast("DNSRecord", zone_lines(*lines)(asked))

    return answer


def rotating(*turns: Behaviour) -> Behaviour:
    """Behave in one way after the other, and begin again."""
    return lambda asked: turns[asked.number % len(turns)](asked)


def refusing(code: str) -> Behaviour:
    """Answer with nothing but a code."""

    def answer(asked: Asked) -> DNSRecord:
        reply = asked.request.reply()
        reply.header.rcode = getattr(RCODE, code)
        return reply

    return answer


def silent(_: Asked) -> None:
    """Give no answer at all."""


def garbled(_: Asked) -> bytes:
    """Answer with what is no message."""
    return b"no message"


def over_tcp(behaviour: Behaviour) -> Behaviour:
    """Say over UDP that the answer is too long, and behave so over TCP."""
    return lambda asked: truncated(asked) if asked.protocol == "udp" else behaviour(asked)


def truncated(asked: Asked) -> DNSRecord:
    """Say that the answer is too long for UDP."""
    reply = asked.request.reply()
    reply.header.tc = 1
    return reply


def of_another_question(*given: str) -> Behaviour:
    """Answer what was not asked."""

    def answer(asked: Asked) -> DNSRecord:
        other = DNSRecord.question("other.example.com", asked.kind)
        other.header.id = asked.request.header.id
        number = Asked(other, "other.example.com", asked.kind, asked.number, asked.protocol)
        return cast("DNSRecord", addresses(*given)(number))

    return answer


@dataclass
class Nameserver:
    """A server that runs, with what it was asked."""

    port: int
    zone: Mapping[str, Behaviour]
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, kind and protocol of every question, in their order."""

    def __post_init__(self) -> None:
        """Begin to count."""
        self._lock = threading.Lock()
        self._numbers: Counter[tuple[str, str]] = Counter()

    def __str__(self) -> str:
        """Give what `--resolver` takes."""
        return f"127.0.0.1:{self.port}"

    def answer(self, message: bytes, protocol: str) -> bytes:
        """Answer a message; nothing is silence."""
        request = DNSRecord.parse(message)
        name, kind = str(request.q.qname).removesuffix("."), QTYPE[request.q.qtype]
        key = (name.lower(), kind)
        with self._lock:
            self.asked.append((name, kind, protocol))
            number = self._numbers[key]
            # What is asked again over TCP is the same question.
            self._numbers[key] += protocol == "udp"
        behave = self.zone.get(name.lower(), refusing("NXDOMAIN"))
        answer = behave(Asked(request, name, kind, number, protocol))
        packed = bytes(answer.pack()) if isinstance(answer, DNSRecord) else answer or b""
        if protocol == "udp" and len(packed) > LIMIT:
            return bytes(truncated(Asked(request, name, kind, number, protocol)).pack())
        return packed


@contextmanager
def nameserver(zone: Mapping[str, Behaviour], family: str = "IPv4") -> Iterator[Nameserver]:
    """Run a server on a free port until the end of the block; names are in small letters."""
    host = "127.0.0.1" if family == "IPv4" else "::1"
    kind = socket.AF_INET if family == "IPv4" else socket.AF_INET6
    with _pair(host, kind) as (udp, tcp):
        server = Nameserver(udp.server_address[1], zone)
        threads = [threading.Thread(target=each.serve_forever, args=(0.01,)) for each in (udp, tcp)]
        for each, thread in zip((udp, tcp), threads, strict=True):
            cast("Any", each).answer = server.answer
            thread.start()
        try:
            yield server
        finally:
            for each, thread in zip((udp, tcp), threads, strict=True):
                each.shutdown()
                thread.join()


@contextmanager
def _pair(
    host: str, family: int
) -> Iterator[tuple[socketserver.ThreadingUDPServer, socketserver.ThreadingTCPServer]]:
    """Take a port that is free for both protocols."""
    while True:
        with _server(socketserver.ThreadingUDPServer, (host, 0), _Datagram, family) as udp:
            address = (host, udp.server_address[1])
            with (
                suppress(OSError),
                _server(socketserver.ThreadingTCPServer, address, _Stream, family) as tcp,
            ):
                yield udp, tcp
                return


def _server(base: Any, address: tuple[str, int], handler: Any, family: int) -> Any:
    own = type(base.__name__, (base,), {"address_family": family, "daemon_threads": True})
    return own(address, handler)


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        message, out = self.request
        if reply := cast("Any", self.server).answer(message, "udp"):
            out.sendto(reply, self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        (length,) = struct.unpack("!H", self.rfile.read(2))
        if reply := cast("Any", self.server).answer(self.rfile.read(length), "tcp"):
            self.wfile.write(struct.pack("!H", len(reply)) + reply)
