"""Look a single packet up in a set of packets."""

from ipaddress import ip_address

from simulator import SELF, Packet

from gateway_rules.packets.protocols import span
from gateway_rules.packets.sets import Packets


def holds(found: Packets, packet: Packet) -> bool:
    """Tell whether a packet is one of the set."""
    family = SELF if packet.remote == SELF else f"ipv{ip_address(packet.remote).version}"
    wanted = packet.direction, packet.protocol, family
    address = 0 if packet.remote == SELF else int(ip_address(packet.remote))
    place = span(packet.protocol, packet.port, packet.code)[0]
    return any(
        low <= address <= high and any(first <= place <= last for first, last in ports)
        for key, strips in found.items()
        if tuple(key) == wanted
        for (low, high), ports in strips
    )
