"""Questions put to resolvers over the network, many at a time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver

from gateway_rules.authoring.addresses.queries import DnsQuery, Reply, Resolver
from gateway_rules.errors import unable
from gateway_rules.packets import Prefix, parse_address

TIMEOUT: Final = 5.0
"""Seconds to wait for an answer."""
_ATTEMPTS: Final = 2
_AT_ONCE: Final = 16
"""Questions under way: enough to be quick, too few to be taken for an attack."""
_MOST_ALIASES: Final = 16
"""The longest chain that is followed; resolvers themselves stop near it."""
_PATIENCE: Final = 3.0
"""Seconds without a word of progress."""

Exchange: TypeAlias = Callable[[dns.name.Name], Awaitable[dns.message.Message]]
Chain: TypeAlias = tuple[dns.name.Name, ...]


class _Failed(Exception):
    """A question that has no answer, and why."""


def system_resolvers() -> tuple[Resolver, ...]:
    """Give the resolvers that this machine uses; raise NoAnswer when it names none."""
    try:
        found = dns.resolver.Resolver()
    except dns.exception.DNSException:
        found = None
    names = [name for name in (found.nameservers if found else ()) if isinstance(name, str)]
    if not found or not names:
        what, fix = "this machine names no resolver", "name one, such as --resolver 192.0.2.53"
        raise unable("resolver", what, fix)
    return tuple(dict.fromkeys(Resolver(name, found.port) for name in names))


def ask_resolvers(
    questions: Sequence[DnsQuery], what: str, seconds: float = TIMEOUT
) -> tuple[Reply, ...]:
    """Put the questions, many at a time; give the replies in the questions' order.

    What cannot be answered is a reply as well, with its failure. When it takes long,
    standard error says how far `what` is. Ctrl-C ends it at once.
    """
    return asyncio.run(_ask(questions, what, seconds))


async def _ask(questions: Sequence[DnsQuery], what: str, seconds: float) -> tuple[Reply, ...]:
    room = asyncio.Semaphore(_AT_ONCE)
    tasks = [asyncio.create_task(_reply(question, room, seconds)) for question in questions]
    waiting = set(tasks)
    while waiting:
        _, waiting = await asyncio.wait(waiting, timeout=_PATIENCE)
        if waiting:
            answered = len(tasks) - len(waiting)
            sys.stderr.write(f"resolve: {what}: {answered} of {len(tasks)} questions answered\n")
    return tuple(task.result() for task in tasks)


async def _reply(question: DnsQuery, room: asyncio.Semaphore, seconds: float) -> Reply:
    async with room:
        try:
            return await _follow(question, partial(_patient, question, seconds))
        except _Failed as failed:
            return Reply(question, failure=str(failed))


async def _follow(question: DnsQuery, exchange: Exchange) -> Reply:
    """Ask for the end of the chain of aliases until somebody knows its addresses."""
    kind = dns.rdatatype.from_text(question.kind)
    asked: dns.name.Name | None = None
    chain: Chain = (_name(question.host),)
    addresses: tuple[Prefix, ...] = ()
    # The message that names the end of a chain need not hold its addresses.
    while not addresses and chain[-1] != asked:
        asked = chain[-1]
        message = await exchange(asked)
        # A resolver may give a chain whose links it does not know one by one.
        if len(chain) > 1 and message.rcode() == dns.rcode.NXDOMAIN:
            break
        chain = _walk(message, chain)
        addresses = _addresses(message, chain[-1], kind)
    return Reply(question, _text(chain[-1]), addresses)


def _name(host: str) -> dns.name.Name:
    try:
        return dns.name.from_text(host)
    except dns.exception.DNSException as error:
        raise _Failed(f"cannot be asked for: {error}") from None


def _text(name: dns.name.Name) -> str:
    """Write a name as files do: resolvers may change the case of its letters."""
    return name.to_text(omit_final_dot=True).lower()


def _walk(message: dns.message.Message, chain: Chain) -> Chain:
    """Follow the aliases of one message; what it says of other names is not listened to."""
    if rcode := message.rcode():
        raise _Failed(_refusal(rcode, chain))
    while target := _alias(message, chain[-1]):
        if target in chain:
            raise _Failed(f"its aliases run in a circle at {_text(target)}")
        if len(chain) > _MOST_ALIASES:
            raise _Failed(f"its chain of aliases is longer than {_MOST_ALIASES}")
        chain = (*chain, target)
    return chain


def _refusal(rcode: dns.rcode.Rcode, chain: Chain) -> str:
    alias = f" for its alias {_text(chain[-1])}" if len(chain) > 1 else ""
    more = ", no such name" if rcode == dns.rcode.NXDOMAIN else ""
    return f"{dns.rcode.to_text(rcode)}{more}{alias}"


def _alias(message: dns.message.Message, name: dns.name.Name) -> dns.name.Name | None:
    found = message.get_rrset(message.answer, name, dns.rdataclass.IN, dns.rdatatype.CNAME)
    target: dns.name.Name | None = found[0].target if found else None
    return target


def _addresses(
    message: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> tuple[Prefix, ...]:
    found = message.get_rrset(message.answer, name, dns.rdataclass.IN, kind)
    return tuple(sorted(parse_address(data.address) for data in found or ()))


async def _patient(question: DnsQuery, seconds: float, name: dns.name.Name) -> dns.message.Message:
    """Ask again when an answer does not come, for a packet may be lost."""
    for _ in range(_ATTEMPTS):
        try:
            return await _exchange(question, seconds, name)
        except dns.exception.Timeout:
            continue
    raise _Failed(f"no answer within {seconds:g} s, asked {_ATTEMPTS} times")


async def _exchange(question: DnsQuery, seconds: float, name: dns.name.Name) -> dns.message.Message:
    """Ask over UDP, and over TCP when the answer was cut; a stray packet is not listened to."""
    query = dns.message.make_query(name, question.kind)
    where, port = question.resolver
    try:
        message, _ = await dns.asyncquery.udp_with_fallback(
            query, where, seconds, port, ignore_unexpected=True, ignore_errors=True
        )
    except dns.exception.Timeout:
        raise
    except dns.exception.DNSException as error:
        raise _Failed(f"an answer that cannot be read ({type(error).__name__})") from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or "it ended the connection"
        raise _Failed(f"it cannot be reached: {reason}") from None
    if message.flags & dns.flags.TC:
        raise _Failed("an answer that is cut short even over TCP")
    return message
