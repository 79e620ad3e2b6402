"""The field types of the files: what each takes, and that its schema refuses nothing of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged import violations
from pydantic import TypeAdapter, ValidationError
from strategies import prefixes

from gateway_rules.errors import Refused
from gateway_rules.inputs import fields
from gateway_rules.inputs.fields import Address, Cidr, HostName, Name, PeerText, Ports, Version
from gateway_rules.packets.prefixes import Prefix

TYPES: dict[str, Any] = {
    "name": Name,
    "host name": HostName,
    "version": Version,
    "ports": Ports,
    "prefix": Cidr,
    "address": Address,
    "peer": PeerText,
    "text": fields.Text,
    "number": fields.Number,
    "switch": fields.Switch,
}


def read(kind: str, value: object) -> Any:
    """Read a value as a type."""
    return TypeAdapter(TYPES[kind]).validate_python(value)


def schema(kind: str) -> dict[str, Any]:
    """Give the schema of a type."""
    return TypeAdapter(TYPES[kind]).json_schema()


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("name", "smtp-in", "smtp-in"),
        ("name", "a", "a"),
        ("name", "pmm_users2", "pmm_users2"),
        ("host name", "Reputations1.clearswift.net", "Reputations1.clearswift.net"),
        ("version", "3", "3"),
        ("version", "3.10.2", "3.10.2"),
        ("ports", 25, ((25, 25),)),
        ("ports", "20-22", ((20, 22),)),
        ("ports", [1, "65535", "2-3"], ((1, 1), (65535, 65535), (2, 3))),
        ("prefix", "10.0.0.0/8", Prefix(4, 10 << 24, 8)),
        ("prefix", "2001:DB8::/32", Prefix(6, 0x20010DB8 << 96, 32)),
        ("address", "10.0.0.1", Prefix(4, (10 << 24) + 1, 32)),
        ("address", "10.0.0.0/8", Prefix(4, 10 << 24, 8)),
        ("peer", "self", "self"),
        ("peer", "ftp_servers", "ftp_servers"),
        ("peer", "10.0.0.0/8", Prefix(4, 10 << 24, 8)),
        ("text", "a b", "a b"),
        ("number", 7, 7),
        ("switch", False, False),
    ],
)
def test_what_is_right_is_read(kind: str, value: object, expected: object) -> None:
    """A value of the right form is read, and its schema takes it as well."""
    assert read(kind, value) == expected
    assert violations(schema(kind), value) == []


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        # Names are small letters and digits, joined by single hyphens or underscores.
        ("name", "SMTP", "'SMTP' is no name"),
        ("name", "smtp--in", "'smtp--in' is no name"),
        ("name", "-smtp", "'-smtp' is no name"),
        ("name", "smtp\n", "'smtp\\n' is no name"),
        ("name", "1st", "'1st' is no name"),
        # Host names are whole.
        ("host name", "bulkmail1", "'bulkmail1' is no host name"),
        ("host name", "a..b", "'a..b' is no host name"),
        # Versions are numbers with points between them.
        ("version", "3.", "'3.' is no version"),
        ("version", "v3", "'v3' is no version"),
        # Ports run from 1 to 65535.
        ("ports", 0, "port 0 is reserved"),
        ("ports", "1-70000", "port 70000 is above 65535"),
        ("ports", -1, "-1 is no port"),
        ("ports", "22-20", "the range 22-20 is reversed"),
        ("ports", None, "None is no port"),
        # Prefixes have a length and no bits behind it.
        ("prefix", "10.0.0.1", "10.0.0.1 has no prefix length"),
        ("prefix", "10.0.0.1/8", "10.0.0.1/8 has bits behind its prefix length"),
        ("prefix", 10, "10 is no prefix"),
        ("address", "10.0.0.256", "'10.0.0.256' is no prefix"),
        ("peer", "ftp-servers", "'ftp-servers' is no prefix"),
    ],
)
def test_what_is_wrong_is_refused(kind: str, value: object, message: str) -> None:
    """A value of another form is refused in words that name it."""
    with pytest.raises(ValidationError) as caught:
        read(kind, value)
    (detail,) = caught.value.errors()
    refused = detail["ctx"]["error"]
    assert (type(refused), refused.message) == (Refused, message)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("name", 7),
        ("text", ""),
        ("text", 7),
        ("number", True),
        ("number", "7"),
        ("number", 7.0),
        ("switch", "no"),
        ("switch", 0),
        ("ports", []),
    ],
)
def test_types_are_not_converted(kind: str, value: object) -> None:
    """A number is no text, text no number, and neither is a switch."""
    with pytest.raises(ValidationError):
        read(kind, value)


@given(st.sampled_from(["prefix", "address", "peer"]), prefixes())
def test_the_schema_of_a_prefix_takes_every_prefix(kind: str, prefix: str) -> None:
    """An editor underlines no prefix that the reader would take."""
    assert str(read(kind, prefix)) == prefix
    assert violations(schema(kind), prefix) == []


@given(st.sampled_from(["name", "host name", "version"]), st.text("aA1.-_\n", max_size=6))
def test_reader_and_schema_agree_on_text(kind: str, text: str) -> None:
    """The pattern of the schema takes just the texts that the reader takes."""
    try:
        read(kind, text)
    except ValidationError:
        # To Python, a pattern's end is also before a last line break.
        assert violations(schema(kind), text) or text.endswith("\n")
    else:
        assert violations(schema(kind), text) == []


def test_values_never_change() -> None:
    """A value that was read is the same for whoever has it."""

    class Thing(fields.Frozen):
        name: Name

    with pytest.raises(ValidationError, match="frozen"):
        Thing(name="a").name = "b"  # type: ignore[misc]  # The mistake is what is tested.
