"""The checks that the provider makes before it calls AWS; what is not here AWS itself checks."""

import re
from collections.abc import Iterator
from ipaddress import ip_interface
from typing import Final

from .faults import Failure
from .protocols import acl_protocol
from .schema import Validator
from .values import UNKNOWN, Value

_PREFIX_LENGTH: Final = re.compile(r"/\d{1,3}$")
_INLINE_DESCRIPTION: Final = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]*")


def network_address(version: int) -> Validator:
    """Return the check for one network of the family, its host bits zero."""

    def check(path: str, value: Value) -> Iterator[Failure]:
        reason = _network_objection(str(value), version)
        if reason:
            yield Failure(path, reason)

    return check


def network_addresses(version: int) -> Validator:
    """Return the check for a list of networks of the family."""

    def check(path: str, value: Value) -> Iterator[Failure]:
        for index, item in enumerate(value if isinstance(value, list) else ()):
            if item is not UNKNOWN:
                yield from network_address(version)(f"{path}[{index}]", item)

    return check


def _network_objection(written: str, version: int) -> str | None:
    invalid = f'"{written}" is not a valid IPv{version} CIDR block'
    try:
        interface = ip_interface(written)
    except ValueError:
        return invalid
    if interface.version != version or not _PREFIX_LENGTH.search(written):
        return invalid
    if interface.ip != interface.network.network_address:
        return f'{invalid}; did you mean "{interface.network}"?'
    return None


def length(most: int) -> Validator:
    """Return the check for a text of at most so many characters."""

    def check(path: str, value: Value) -> Iterator[Failure]:
        if len(str(value)) > most:
            yield Failure(path, f"expected length to be at most {most}, got {len(str(value))}")

    return check


def no_group_prefix(path: str, value: Value) -> Iterator[Failure]:
    """Refuse a name that looks like a group's id."""
    if str(value).startswith("sg-"):
        yield Failure(path, "cannot begin with sg-")


def inline_description(path: str, value: Value) -> Iterator[Failure]:
    """Refuse what cannot describe an inline rule: more than 255 bytes, or other characters."""
    written = str(value)
    if len(written.encode()) > 255:  # noqa: PLR2004 - AWS's own limit.
        yield Failure(path, "cannot be longer than 255 characters")
    if not _INLINE_DESCRIPTION.fullmatch(written):
        yield Failure(path, f'doesn\'t comply with restrictions: "{written}"')


def between(least: int, most: int) -> Validator:
    """Return the check for an integer from `least` to `most`."""

    def check(path: str, value: Value) -> Iterator[Failure]:
        if isinstance(value, int) and not least <= value <= most:
            yield Failure(path, f"expected to be in the range ({least} - {most}), got {value}")

    return check


def allow_or_deny(path: str, value: Value) -> Iterator[Failure]:
    """Refuse an action that is neither, in any case."""
    if str(value).lower() not in {"allow", "deny"}:
        yield Failure(path, f'expected to be one of ["allow" "deny"], got {value}')


def known_acl_protocol(path: str, value: Value) -> Iterator[Failure]:
    """Refuse a protocol that the table of the network ACLs does not hold."""
    if acl_protocol(str(value)) is None:
        yield Failure(path, f"unsupported NACL protocol: {value}")
