"""Answers to DNS messages, as bytes (RFC 1035)."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, A, DNSError, DNSRecord

from gateway_rehearsal.dns.zone import Zone

TIME_TO_LIVE = 60


def answer(zone: Zone, region: str, message: bytes) -> bytes | None:
    """Answer one message that comes from a Region; None for what is no question.

    A name that the zone does not know gets NXDOMAIN, one without records of the type an empty
    answer. A host's alias comes with what is behind it.
    """
    try:
        asked = DNSRecord.parse(message)
    except DNSError:
        return None
    if asked.header.qr or len(asked.questions) != 1:
        return None
    reply = asked.reply()
    name = str(asked.q.qname).removesuffix(".").lower()
    if zone.alias(name) is None and zone.addresses(region, name) is None:
        reply.header.rcode = RCODE.NXDOMAIN
    reply.add_answer(*_records(zone, region, name, asked.q.qtype))
    return bytes(reply.pack())


def _records(zone: Zone, region: str, name: str, kind: int) -> Iterator[RR]:
    """Give the records of a name, and of the one behind it."""
    alias = zone.alias(name)
    if alias:
        yield RR(name, QTYPE.CNAME, rdata=CNAME(alias), ttl=TIME_TO_LIVE)
    for address in zone.addresses(region, alias or name) or ():
        of, data = (QTYPE.A, A) if isinstance(address, IPv4Address) else (QTYPE.AAAA, AAAA)
        if kind == of:
            yield RR(alias or name, of, rdata=data(str(address)), ttl=TIME_TO_LIVE)
