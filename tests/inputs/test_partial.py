"""What can be read of a broken file, and where it stood in it."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from gateway_rules.inputs.fields import Frozen, Number, Text
from gateway_rules.inputs.partial import validate_partly


class Item(Frozen):
    """An item of a list."""

    name: Text
    ports: tuple[Number, ...] = ()


class Whole(Frozen):
    """A file."""

    title: Text
    numbers: tuple[Number, ...] = ()
    items: tuple[Item, ...] = ()
    table: dict[str, Number] = Field(default={})


NEUTRAL = {"title": "none"}


def test_a_sound_file_is_read_whole() -> None:
    """Without a fault nothing is left out."""
    found = validate_partly(Whole, {"title": "a", "numbers": [1]}, NEUTRAL)
    assert found
    assert (found.model, found.lost) == (Whole(title="a", numbers=(1,)), frozenset())


def test_a_required_key_has_a_stand_in() -> None:
    """What is missing or refused is filled in, so that the rest can be judged."""
    for data in ({"numbers": [1]}, {"title": 7, "numbers": [1]}):
        found = validate_partly(Whole, data, NEUTRAL)
        assert found
        assert found.model == Whole(title="none", numbers=(1,))
        assert found.origin(("numbers", 0)) == ("numbers", 0)


def test_a_stand_in_has_no_place() -> None:
    """Nobody is blamed for what was put in a refused value's place."""
    found = validate_partly(Whole, {"title": 7}, NEUTRAL)
    assert found
    assert found.origin(("title",)) is None


def test_the_item_around_a_fault_is_left_out() -> None:
    """A list loses the item that is wrong somewhere inside, and keeps the others."""
    items = [{"name": "a"}, {"name": "b", "ports": "80"}, {"name": "c", "ports": [1]}]
    found = validate_partly(Whole, {"title": "t", "items": items}, NEUTRAL)
    assert found
    assert [item.name for item in found.model.items] == ["a", "c"]
    assert found.origin(("items", 1, "ports", 0)) == ("items", 2, "ports", 0)


def test_an_innermost_item_is_left_out_alone() -> None:
    """Of lists in lists, the nearest item goes."""
    items = [{"name": "a", "ports": [1, "x", 3]}]
    found = validate_partly(Whole, {"title": "t", "items": items}, NEUTRAL)
    assert found
    assert found.model.items == (Item(name="a", ports=(1, 3)),)
    assert found.origin(("items", 0, "ports", 1)) == ("items", 0, "ports", 2)


def test_an_unknown_key_is_left_out() -> None:
    """A key too many costs nothing but itself."""
    found = validate_partly(Whole, {"title": "t", "what": 1, "table": {"a": 1, "b": "x"}}, NEUTRAL)
    assert found
    assert found.model == Whole(title="t", table={"a": 1})
    assert found.lost == {("what",), ("table", "b")}


def test_nothing_is_read_where_nothing_can_be() -> None:
    """Without a stand-in for what is required there is no model."""
    assert validate_partly(Whole, {"numbers": [1]}, {}) is None


@given(st.lists(st.one_of(st.integers(), st.just("x"))))
def test_every_item_keeps_its_origin(numbers: list[int | str]) -> None:
    """An item's origin is where the same item stands in the file."""
    found = validate_partly(Whole, {"title": "t", "numbers": numbers}, NEUTRAL)
    assert found
    assert list(found.model.numbers) == [n for n in numbers if n != "x"]
    origins = [found.origin(("numbers", index)) for index in range(len(found.model.numbers))]
    assert origins == [("numbers", i) for i, n in enumerate(numbers) if n != "x"]
