"""A gateway alone in a network namespace, and a wire to it that carries real packets.

Run as a program inside a namespace of its own, it reads a set of nftables rules and
probes as JSON, sends each probe through the kernel, answers those that arrive, and
writes which requests and which replies got through. It shares nothing with the product.
"""

import json
import select
import shutil
import socket
import struct
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path

GATEWAY = {4: "10.42.8.66", 6: "2001:db8:8::66"}
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}
_NAMESPACE = Path("/proc/self/ns/net")
_TCP, _UDP = NUMBERS["tcp"], NUMBERS["udp"]
_SYN, _RST, _ACK = 0x02, 0x04, 0x10
_MAC = "02:00:00:00:00:01"
_ETHERNET = 14
_HEADER = {4: 20, 6: 40}
_ETHERTYPE = {4: 0x0800, 6: 0x86DD}
_IPV6_HDRINCL = 36
_REQUEST, _REPLY = b"ask:", b"say:"
_QUIET = 0.3
"""Seconds without a packet after which none is on its way: the wire has no length."""

_SETUP = f"""\
link set lo up
link add name gateway address {_MAC} type veth peer name wire
link set gateway arp off
link set gateway up
link set wire up
addr add {GATEWAY[4]}/32 dev gateway
addr add {GATEWAY[6]}/128 dev gateway nodad
route add default dev gateway
route add ::/0 dev gateway
"""
_SETTINGS = {
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/gateway/rp_filter": "0",
    "ipv4/icmp_echo_ignore_all": "1",
    "ipv6/icmp/echo_ignore_all": "1",
}


@dataclass(frozen=True)
class Probe:
    """A packet to try; the remote's port of a reply is where the request went, and back."""

    direction: str
    protocol: int
    remote: str
    port: int
    """Where the request goes to, or the type of an ICMP message."""
    back: int
    """Where it comes from and its reply goes to, or the code of an ICMP message."""


# --- Seen from the tests ---------------------------------------------------------------------


def missing() -> str:
    """Say what this machine lacks; nothing when it has all that is asked of it."""
    lacking = [name for name in ("nft", "ip", "unshare") if not shutil.which(name)]
    if lacking:
        return f"there is no {' and no '.join(lacking)}"
    return "" if _way() else "nobody may make network namespaces, or use nftables in them"


def send(rules: str, probes: list[Probe]) -> list[tuple[bool, bool]]:
    """Give for each probe whether its request and its reply got through the nftables rules."""
    here = str(_NAMESPACE.readlink())
    task = json.dumps({"here": here, "rules": rules, "probes": [asdict(each) for each in probes]})
    done = _run([*_way(), sys.executable, __file__], task)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout)
    return [(index in found["requests"], index in found["replies"]) for index in range(len(probes))]


def _way() -> list[str]:
    """Give the way to a namespace of one's own: as root, or as root of a user namespace."""
    ways = ["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]
    return next((way for way in ways if not _run([*way, "nft", "list", "ruleset"]).returncode), [])


def _run(command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the commands are this file's own.
        command, input=text, capture_output=True, text=True, check=False, timeout=60
    )


# --- Packets ---------------------------------------------------------------------------------


def _checksum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _segment(probe: Probe, token: int, *, reply: bool) -> bytes:
    """Write what IP carries, with no checksum yet."""
    ports = (probe.port, probe.back) if reply else (probe.back, probe.port)
    data = (_REPLY if reply else _REQUEST) + struct.pack("!I", token)
    if probe.protocol == _TCP:
        numbers = (1, token + 1, 0x50, _SYN | _ACK) if reply else (token, 0, 0x50, _SYN)
        return struct.pack("!HHIIBBHHH", *ports, *numbers, 65535, 0, 0)
    if probe.protocol == _UDP:
        return struct.pack("!HHHH", *ports, 8 + len(data), 0) + data
    if probe.protocol in (NUMBERS["icmp"], NUMBERS["icmpv6"]):
        return struct.pack("!BBHI", probe.port, probe.back, 0, 0) + data
    return data


_CHECKSUM_AT = {_TCP: 16, _UDP: 6, NUMBERS["icmp"]: 2, NUMBERS["icmpv6"]: 2}


def _packet(probe: Probe, token: int, *, reply: bool) -> tuple[int, str, bytes]:
    """Give the IP version, the destination and the bytes of a request or a reply."""
    version = ip_address(probe.remote).version
    own = GATEWAY[version]
    outward = (probe.direction == "egress") != reply
    source, target = (own, probe.remote) if outward else (probe.remote, own)
    ends = ip_address(source).packed + ip_address(target).packed
    segment = bytearray(_segment(probe, token, reply=reply))
    if at := _CHECKSUM_AT.get(probe.protocol):
        # ICMP of IPv4 alone leaves the addresses out (RFC 792, RFC 4443).
        pseudo = ends + struct.pack("!II", len(segment), probe.protocol)
        covered = segment if probe.protocol == NUMBERS["icmp"] else pseudo + segment
        struct.pack_into("!H", segment, at, _checksum(bytes(covered)) or 0xFFFF)
    return version, target, _ip(version, probe.protocol, ends, len(segment)) + segment


def _ip(version: int, protocol: int, ends: bytes, length: int) -> bytes:
    if version == 6:
        return struct.pack("!IHBB", 6 << 28, length, protocol, 64) + ends
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, protocol, 0) + ends
    return header[:10] + struct.pack("!H", _checksum(header)) + header[12:]


def _read(protocol: int, segment: bytes) -> tuple[str, int] | None:
    """Tell a request from a reply, and find its token; None for what the kernel says unasked."""
    if protocol == _TCP:
        sequence, acknowledged, _, flags = struct.unpack_from("!IIBB", segment, 4)
        if flags == _SYN:
            return "requests", sequence
        # The gateway's own kernel answers with a reset where nothing listens.
        answered = flags in (_SYN | _ACK, _RST | _ACK)
        return ("replies", acknowledged - 1) if answered else None
    kind, token = segment[-8:-4], segment[-4:]
    if kind not in (_REQUEST, _REPLY):
        return None
    return "requests" if kind == _REQUEST else "replies", struct.unpack("!I", token)[0]


# --- Inside the namespace --------------------------------------------------------------------


class _Bench:
    """The gateway's sockets, which hear what passed its rules, and the far end of the wire."""

    def __init__(self, probes: list[Probe]) -> None:
        self.probes = probes
        self.found: dict[str, set[int]] = {"requests": set(), "replies": set()}
        protocols = {(ip_address(p.remote).version, p.protocol) for p in probes}
        self.near = {_raw(*each): each for each in sorted(protocols)}
        self.out = {version: _raw(version, socket.IPPROTO_RAW) for version in (4, 6)}
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.wire.bind(("wire", 0))

    def run(self) -> None:
        """Send every probe and answer what arrives, until nothing is on its way."""
        for index in range(len(self.probes)):
            self._send(index, reply=False)
            while self._hear(0):
                pass
        last = time.monotonic()
        while time.monotonic() - last < _QUIET:
            if self._hear(_QUIET):
                last = time.monotonic()

    def _send(self, token: int, *, reply: bool) -> None:
        probe = self.probes[token]
        version, target, data = _packet(probe, token, reply=reply)
        if (probe.direction == "egress") != reply:
            try:
                self.out[version].sendto(data, (target, 0))
            except PermissionError:
                return  # The kernel tells the sender that the rules refuse.
        else:
            ends = bytes.fromhex(_MAC.replace(":", "")) + bytes(6)
            self.wire.send(ends + struct.pack("!H", _ETHERTYPE[version]) + data)

    def _hear(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.wire, *self.near], [], [], seconds)
        for one in ready:
            heard = self._from_wire() if one is self.wire else self._from_kernel(one)
            if heard:
                self._note(*heard, at_gateway=one is not self.wire)
        return bool(ready)

    def _from_wire(self) -> tuple[str, int] | None:
        frame = self.wire.recv(2048)
        version = frame[_ETHERNET] >> 4
        header = frame[_ETHERNET : _ETHERNET + _HEADER[version]]
        protocol = header[9] if len(header) == _HEADER[4] else header[6]
        return _read(protocol, frame[_ETHERNET + _HEADER[version] :])

    def _from_kernel(self, one: socket.socket) -> tuple[str, int] | None:
        version, protocol = self.near[one]
        # A raw socket hands out the header of IPv4 but not that of IPv6 (raw(7), ipv6(7)).
        data = one.recv(2048)
        return _read(protocol, data[_HEADER[4] :] if version == 4 else data)

    def _note(self, kind: str, token: int, *, at_gateway: bool) -> None:
        """Note what arrived where it should, and answer a request that has a reply."""
        if token >= len(self.probes):
            return
        probe = self.probes[token]
        inward = (probe.direction == "ingress") == (kind == "requests")
        if inward != at_gateway or token in self.found[kind]:
            return
        self.found[kind].add(token)
        by_itself = probe.protocol == _TCP and probe.direction == "ingress"
        if kind == "requests" and probe.protocol in (_TCP, _UDP) and not by_itself:
            self._send(token, reply=True)


def _raw(version: int, protocol: int) -> socket.socket:
    family, level, option = {
        4: (socket.AF_INET, socket.IPPROTO_IP, socket.IP_HDRINCL),
        6: (socket.AF_INET6, socket.IPPROTO_IPV6, _IPV6_HDRINCL),
    }[version]
    made = socket.socket(family, socket.SOCK_RAW, protocol)
    if protocol == socket.IPPROTO_RAW:
        made.setsockopt(level, option, 1)
    return made


def main() -> None:
    """Read the task, set up the namespace, run the probes, write what was found."""
    task = json.load(sys.stdin)
    if str(_NAMESPACE.readlink()) == task["here"]:
        sys.exit("this is the namespace of the tests, whose rules are not ours to change")
    _set_up(task["rules"])
    bench = _Bench([Probe(**each) for each in task["probes"]])
    bench.run()
    json.dump({kind: sorted(tokens) for kind, tokens in bench.found.items()}, sys.stdout)


def _set_up(rules: str) -> None:
    _do(["ip", "-batch", "-"], _SETUP)
    for setting, value in _SETTINGS.items():
        Path("/proc/sys/net", setting).write_text(value)
    _do(["nft", "-f", "-"], rules)


def _do(command: list[str], text: str) -> None:
    done = _run(command, text)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")


if __name__ == "__main__":
    main()
