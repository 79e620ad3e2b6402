"""A dumb AWS of dictionaries, written by hand and sharing nothing with the local one.

It knows few spellings of few things, each with what EC2 makes of it in a table, and answers a
call with the code of its error or with nothing.
"""

from dataclasses import dataclass, field

RULES = 2
ENTRIES = 3
"""The quotas, so small that a few calls meet them; of the entries the `*` takes one."""

# What is written, and what EC2 keeps; None is no CIDR.
CIDRS: dict[str, str | None] = {
    "10.0.0.0/8": "10.0.0.0/8",
    "10.9.8.7/8": "10.0.0.0/8",
    "192.0.2.0/24": "192.0.2.0/24",
    "2001:db8::/32": "2001:db8::/32",
    "2001:DB8:0::9/32": "2001:db8::/32",
    "10.0.0.0/33": None,
}
SELF = "self"
# Protocol and ports as they are written, and as EC2 keeps them for groups; None is refused.
Traffic = tuple[str, int | None, int | None]
TRAFFICS: dict[Traffic, Traffic | None] = {
    ("tcp", 25, 25): ("tcp", 25, 25),
    ("6", 25, 25): ("tcp", 25, 25),
    ("udp", 53, 53): ("udp", 53, 53),
    ("-1", None, None): ("-1", -1, -1),
    ("-1", 7, 7): ("-1", -1, -1),
    ("icmp", 3, 4): ("icmp", 3, 4),
    ("tcp", 9, 8): None,
    ("tcp", None, None): None,
    ("icmp", -1, 4): None,
    ("smtp", 25, 25): None,
}
Written = tuple[Traffic, str]
"""A permission as a call names it: traffic and peer."""
Kept = tuple[Traffic, str]
"""A permission as EC2 keeps it."""

INVALID = "InvalidParameterValue"


def kept(written: Written) -> Kept | None:
    """Say what EC2 keeps of a permission, or None for one that it refuses."""
    traffic, peer = written
    known = SELF if peer == SELF else CIDRS[peer]
    into = TRAFFICS[traffic]
    return (into, known) if into and known else None


def family(peer: str) -> str:
    """Tell the kind of a peer by its looks."""
    if peer == SELF:
        return SELF
    return "ipv6" if ":" in peer else "ipv4"


def over_quota(rules: list[Kept]) -> bool:
    """Count each family with the references to groups, which count in both."""
    kinds = [family(peer) for _, peer in rules]
    return max(kinds.count("ipv4"), kinds.count("ipv6")) + kinds.count(SELF) > RULES


@dataclass
class Group:
    """The ingress rules of a group, in the order in which they came."""

    rules: list[Kept] = field(default_factory=list)

    def authorize(self, written: list[Written]) -> str | None:
        """Add all of them or none."""
        wanted = [kept(each) for each in written]
        new = [each for each in wanted if each]
        if len(new) < len(wanted) or len({*new}) < len(new):
            return INVALID
        if {*new} & {*self.rules}:
            return "InvalidPermission.Duplicate"
        if over_quota([*self.rules, *new]):
            return "RulesPerSecurityGroupLimitExceeded"
        self.rules += new
        return None

    def revoke(self, written: list[Written]) -> str | None:
        """Take all of them away or none; the first that is wrong tells why."""
        gone = [kept(each) for each in written]
        for each in gone:
            if each is None:
                return INVALID
            if each not in self.rules:
                return "InvalidPermission.NotFound"
        self.rules = [rule for rule in self.rules if rule not in gone]
        return None

    def modify(self, place: int, written: Written) -> str | None:
        """Make the rule at a place another one, with a peer of the same kind."""
        if family(self.rules[place][1]) != family(written[1]):
            return INVALID
        new = kept(written)
        if new is None:
            return INVALID
        others = [*self.rules[:place], *self.rules[place + 1 :]]
        if new in others:
            return "InvalidPermission.Duplicate"
        self.rules[place] = new
        return None


Entry = tuple[str, str, tuple[int, int] | None]
"""Action, CIDR and ports of an entry; of all protocols without ports, of TCP with them."""


@dataclass
class Acl:
    """The entries of an ACL by direction and number."""

    entries: dict[tuple[str, int], Entry] = field(default_factory=dict)

    def create(self, way: str, number: int, entry: Entry) -> str | None:
        """Put an entry under a number that is free."""
        return self._put(way, number, entry, there=False)

    def replace(self, way: str, number: int, entry: Entry) -> str | None:
        """Put an entry under a number that is used."""
        return self._put(way, number, entry, there=True)

    def _put(self, way: str, number: int, entry: Entry, *, there: bool) -> str | None:
        action, cidr, ports = entry
        known = CIDRS[cidr]
        if not 1 <= number <= 32766 or known is None or (ports and ports[0] > ports[1]):
            return INVALID
        if ((way, number) in self.entries) != there:
            missing = "InvalidNetworkAclEntry.NotFound"
            return missing if there else "NetworkAclEntryAlreadyExists"
        after = {**self.entries, (way, number): (action, known, ports)}
        alike = [e for (other, _), e in after.items() if other == way]
        if sum(family(e[1]) == family(known) for e in alike) + 1 > ENTRIES:
            return "NetworkAclEntryLimitExceeded"
        self.entries = after
        return None

    def delete(self, way: str, number: int) -> str | None:
        """Take an entry away."""
        if not 1 <= number <= 32766:
            return INVALID
        if (way, number) not in self.entries:
            return "InvalidNetworkAclEntry.NotFound"
        del self.entries[way, number]
        return None
