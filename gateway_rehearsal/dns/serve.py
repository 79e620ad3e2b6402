"""Name servers on this machine: one port a Region, so that the port says who asks."""

import asyncio
import socket
import threading
from asyncio import DatagramProtocol, DatagramTransport, StreamReader, StreamWriter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple, cast

from gateway_rehearsal.dns.answer import answer
from gateway_rehearsal.dns.zone import Zone

HOST: Final = "127.0.0.1"
ATTEMPTS: Final = 100
"""How often a port may be free for UDP and taken for TCP."""
TURNS: Final = 5
"""Of the event loop, after which a connection taken before the end is met, and can be closed."""


class Sockets(NamedTuple):
    """One port, for both protocols."""

    udp: socket.socket
    tcp: socket.socket

    @property
    def address(self) -> str:
        """Write it as IP:PORT."""
        return "{}:{}".format(*self.udp.getsockname())


@contextmanager
def serving(zone: Zone) -> Iterator[Mapping[str, str]]:
    """Answer for each Region of the zone on a free port of its own; give IP:PORT by Region.

    Raises OSError when this machine has no port left.
    """
    sockets = {region: _bind() for region in zone.regions}
    loop, end = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=_run, args=(loop, zone, sockets, end), daemon=True)
    thread.start()
    try:
        yield {region: pair.address for region, pair in sockets.items()}
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


def _bind() -> Sockets:
    """Take a port that is free for both protocols."""
    for _ in range(ATTEMPTS - 1):
        with suppress(OSError):
            return _pair()
    return _pair()


def _pair() -> Sockets:
    """Take a port that is free for UDP, and hope for TCP."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp.bind((HOST, 0))
        return Sockets(udp, socket.create_server(udp.getsockname()))
    except OSError:
        udp.close()
        raise


def _run(
    loop: asyncio.AbstractEventLoop, zone: Zone, sockets: Mapping[str, Sockets], end: asyncio.Event
) -> None:
    """Serve until told to end, in a thread of its own."""
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_serve(zone, sockets, end))


async def _serve(zone: Zone, sockets: Mapping[str, Sockets], end: asyncio.Event) -> None:
    """Listen on every port until told to end."""
    loop = asyncio.get_running_loop()
    open_: list[DatagramTransport | asyncio.Server] = []
    for region, pair in sockets.items():
        reply = partial(answer, zone, region)
        datagrams, _ = await loop.create_datagram_endpoint(partial(_Udp, reply), sock=pair.udp)
        stream = await asyncio.start_server(_Tcp(reply).meet, sock=pair.tcp)
        open_ += [datagrams, stream]
    await end.wait()
    for _ in range(TURNS):
        await asyncio.sleep(0)
    for each in open_:
        each.close()


class _Udp(DatagramProtocol):
    """A message a datagram."""

    def __init__(self, reply: "partial[bytes | None]") -> None:
        self._reply = reply

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are sent through."""
        self._transport = cast("DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a message."""
        if (reply := self._reply(data)) is not None:
            self._transport.sendto(reply, addr)


@dataclass(frozen=True)
class _Tcp:
    """Messages one after another, each with its length before it (RFC 1035, 4.2.2)."""

    reply: "partial[bytes | None]"
    talks: "set[asyncio.Task[None]]" = field(default_factory=set)
    """The event loop itself keeps no task alive."""

    def meet(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Take a connection, which is closed even when its talk is cut off before it begins."""
        talk = asyncio.create_task(self._talk(reader, writer))
        self.talks.add(talk)
        talk.add_done_callback(self.talks.discard)
        talk.add_done_callback(lambda _: writer.close())

    async def _talk(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while (said := self.reply(await _message(reader))) is not None:
                writer.write(len(said).to_bytes(2) + said)
                await writer.drain()


async def _message(reader: StreamReader) -> bytes:
    """Read one message."""
    return await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
