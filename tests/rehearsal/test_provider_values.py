"""Property values of the stand-in: between the protocol's structs and Python."""

import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from gateway_rehearsal.provider.values import (
    UNKNOWN,
    Value,
    from_struct,
    integer,
    is_known,
    objects,
    text,
    text_map,
    texts,
    to_struct,
)

LEAVES = (
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=9)
    | st.just(UNKNOWN)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda one: not one.is_integer())
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=9,
)


@given(st.dictionaries(st.text(max_size=9), VALUES))
def test_properties_survive_the_way_to_the_engine_and_back(properties: dict[str, Value]) -> None:
    """What goes out as a struct comes back the same, unknown values included."""
    assert from_struct(to_struct(properties)) == properties


def test_an_absent_property_is_a_null_one() -> None:
    """Nulls are left out on both ways."""
    assert from_struct(ParseDict({"a": None, "b": 1}, Struct())) == {"b": 1}
    assert to_struct({"a": None, "b": 1}) == ParseDict({"b": 1}, Struct())


def test_a_null_in_a_list_keeps_its_place() -> None:
    """A list is as long on the other side."""
    assert from_struct(to_struct({"a": [None, 1]})) == {"a": [None, 1]}


@pytest.mark.parametrize(
    "marker",
    [
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ],
)
def test_every_marker_of_the_engine_for_an_unknown_value_is_one(marker: str) -> None:
    """The engine has one marker for each kind of value that it does not know yet."""
    assert from_struct(ParseDict({"a": [marker]}, Struct())) == {"a": [UNKNOWN]}


def test_secrets_are_opened() -> None:
    """A secret is its value, at any depth."""
    secret = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": {"b": 1},
    }
    assert from_struct(ParseDict({"a": [secret]}, Struct())) == {"a": [{"b": 1}]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, True), (UNKNOWN, False), ([1, UNKNOWN], False), ({"a": [UNKNOWN]}, False), ([{}], True)],
)
def test_a_value_is_known_when_all_of_it_is(value: Value, expected: bool) -> None:  # noqa: FBT001 - pytest passes it by name.
    """One unknown element makes a value unknown."""
    assert is_known(value) is expected


def test_a_property_of_another_kind_reads_as_absent() -> None:
    """Readers of one kind of value pass over all others."""
    properties: dict[str, Value] = {"a": UNKNOWN, "b": True, "c": ["x", UNKNOWN, {"y": 1}]}
    assert (text(properties, "a"), integer(properties, "b"), integer(properties, "a")) == (
        "",
        None,
        None,
    )
    assert (texts(properties, "c"), objects(properties, "c")) == (["x"], [{"y": 1}])
    assert (texts(properties, "a"), objects(properties, "a"), text_map(properties, "a")) == (
        [],
        [],
        {},
    )
