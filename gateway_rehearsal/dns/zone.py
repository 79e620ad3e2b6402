"""What the local name server knows: where each host is, seen from each Region."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, Self

from gateway_rules.inputs import Catalogue

IPV4: Final = tuple(map(IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
"""The blocks that no public server can be in (RFC 5737)."""
IPV6: Final = IPv6Network("2001:db8::/32")
"""The same for IPv6 (RFC 3849)."""
_USABLE: Final = 254
_BOTH_FAMILIES: Final = 4
"""Of so many Regions the last has IPv6 addresses as well."""


@dataclass(frozen=True)
class Zone:
    """The hosts that resolve differently by Region, and the Regions that ask."""

    hosts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Take the regional hosts of a catalogue and all of its Regions."""
        regional = (service for service in catalogue.services if service.regional)
        names = (name for service in regional for name in service.host_names)
        return cls(tuple(dict.fromkeys(names)), tuple(sorted(catalogue.regions)))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `str` writes."""
        data = json.loads(text)
        return cls(tuple(data["hosts"]), tuple(data["regions"]))

    def __str__(self) -> str:
        """Write the zone as JSON, as it is handed from process to process."""
        return json.dumps(asdict(self))

    def alias(self, name: str) -> str | None:
        """Give the name behind a host's, as the vendor's hosts have one; None for other names."""
        known = {host: f"resolver.{n}.geo.ctmail.com" for n, host in enumerate(self.hosts, 1)}
        return known.get(name)

    def addresses(self, region: str, name: str) -> tuple[IPv4Address | IPv6Address, ...] | None:
        """Give the addresses behind an alias as seen from a Region; None for other names."""
        aliases = [self.alias(host) for host in self.hosts]
        if name not in aliases:
            return None
        return tuple(self._addresses(self.regions.index(region), aliases.index(name)))

    def _addresses(self, region: int, host: int) -> Iterable[IPv4Address | IPv6Address]:
        """Give every Region addresses of its own."""
        turn, block = divmod(region, len(IPV4))
        yield IPV4[block][1 + (turn * len(self.hosts) + host) % _USABLE]
        if region % _BOTH_FAMILIES == _BOTH_FAMILIES - 1:
            yield IPV6[(region << 64) + 1 + host]


NOWHERE: Final = Zone()
"""A zone for those who ask for no names."""
