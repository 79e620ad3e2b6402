"""What is asked of a resolver, and what it answers, as values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway_rules.errors import COMMAND_LINE, Fault, Faults, Refused
from gateway_rules.packets import MAX_PORT, Prefix

Kind: TypeAlias = Literal["A", "AAAA"]
KINDS: Final[tuple[Kind, ...]] = ("A", "AAAA")
_DNS: Final = 53
_BRACKETED: Final = re.compile(r"\[([^]]*:[^]]*)\](?::(.*))?")


class Resolver(NamedTuple):
    """Who is asked; prints as it is written, without the usual port."""

    address: str
    port: int = _DNS

    def __str__(self) -> str:
        """Write the address, and the port behind it where it is not 53."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return self.address if self.port == _DNS else f"{host}:{self.port}"


class DnsQuery(NamedTuple):
    """One question to one resolver."""

    resolver: Resolver
    host: str
    kind: Kind


class Reply(NamedTuple):
    """What became of a question: the end of the chain of aliases and its addresses, or a failure.

    A name that has no address of the kind is no failure.
    """

    question: DnsQuery
    canonical: str = ""
    addresses: tuple[Prefix, ...] = ()
    failure: str = ""


def questions(hosts: Iterable[str], resolvers: Iterable[Resolver]) -> tuple[DnsQuery, ...]:
    """Give every question of a round, so that neighbours go to different resolvers."""
    asked = tuple(resolvers)
    return tuple(
        DnsQuery(resolver, host, kind) for host in hosts for kind in KINDS for resolver in asked
    )


def parse_resolvers(texts: Iterable[str]) -> tuple[Resolver, ...]:
    """Read the resolvers of a command line, each once; raise Faults with all that are none."""
    found: list[Resolver] = []
    faults: list[Fault] = []
    for text in texts:
        try:
            found.append(parse_resolver(text))
        except Refused as refused:
            faults.append(Fault(COMMAND_LINE, 1, 1, refused.rule, refused.message, refused.fix))
    if faults:
        raise Faults(*faults)
    return tuple(dict.fromkeys(found))


def parse_resolver(text: str) -> Resolver:
    """Read IP, IP:PORT or [IP]:PORT; raise Refused when it is none of these."""
    host, port = _split(text)
    try:
        address = ip_address(host)
    except ValueError:
        raise _refused(text, "no address of a resolver") from None
    if not _is_port(port):
        raise _refused(text, f"no resolver, for its port is not from 1 to {MAX_PORT}")
    return Resolver(str(address), int(port))


def _split(text: str) -> tuple[str, str]:
    """Part the address from the port; an IPv6 address has a port only behind brackets."""
    if found := _BRACKETED.fullmatch(text):
        return found[1], str(_DNS) if found[2] is None else found[2]
    host, colon, port = text.partition(":")
    return (host, port) if colon and ":" not in port else (text, str(_DNS))


def _is_port(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,5}", text)) and 1 <= int(text) <= MAX_PORT


def _refused(text: str, what: str) -> Refused:
    fix = "write one such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353"
    return Refused("resolver", f"{text!r} is {what}", fix)
