"""What the generators promise, so that a property over them means what it says."""

from ipaddress import ip_network
from itertools import pairwise

from hypothesis import find, given, settings
from hypothesis import strategies as st
from strategies import ROLES, additions, boxes, prefixes, reordered, roles, sites


def _sorted(value: object) -> object:
    """Give the data in an order of its own."""
    if isinstance(value, dict):
        return sorted(((key, _sorted(part)) for key, part in value.items()), key=repr)
    return sorted(map(_sorted, value), key=repr) if isinstance(value, list) else value


@settings(deadline=None)
@given(prefixes())
def test_a_prefix_is_written_as_aws_writes_it(prefix: str) -> None:
    """No prefix has host bits or a second way to write it."""
    assert str(ip_network(prefix)) == prefix


def test_prefixes_nest_and_touch() -> None:
    """Two prefixes of one draw may lie in one another, or be the halves of a third."""
    some = st.lists(prefixes(), min_size=2, max_size=2, unique=True)
    one, other = (ip_network(prefix) for prefix in find(some, _nested))
    assert one.overlaps(other)
    low, high = sorted(ip_network(prefix) for prefix in find(some, _halves))
    assert low.supernet() == high.supernet()


def _nested(drawn: list[str]) -> bool:
    one, other = map(ip_network, drawn)
    return one.version == other.version and one.overlaps(other)


def _halves(drawn: list[str]) -> bool:
    one, other = map(ip_network, drawn)
    return one.prefixlen == other.prefixlen > 0 and one.supernet() == other.supernet()


@settings(deadline=None)
@given(boxes())
def test_a_range_is_never_reversed(box: tuple[str, int, int, str]) -> None:
    """A range runs from a port to itself or a higher one, inside the numbers of ports."""
    _, first, last, _ = box
    assert 1 <= first <= last <= 65535


def test_ranges_touch() -> None:
    """The ranges of two boxes may be neighbours."""
    some = st.lists(boxes(), min_size=2, max_size=2)
    drawn = find(some, lambda pair: any(one[2] + 1 == two[1] for one, two in pairwise(pair)))
    assert drawn[0][2] + 1 == drawn[1][1]


@settings(deadline=None)
@given(roles())
def test_every_role_is_there(drawn: dict[str, list[str]]) -> None:
    """A site answers for each role, and only peers may be the gateways themselves."""
    assert set(drawn) == set(ROLES)
    assert [role for role, peers in drawn.items() if "self" in peers] in ([], ["peers"])


@settings(deadline=None)
@given(additions())
def test_additions_have_names_of_their_own(drawn: list[dict[str, object]]) -> None:
    """No two additions share a name, and none goes nowhere."""
    names = [addition["name"] for addition in drawn]
    assert len(set(map(str, names))) == len(names)
    assert all(addition["peers"] for addition in drawn)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_reordering_keeps_the_data(data: st.DataObject) -> None:
    """A site in another order holds the same keys and items."""
    site = data.draw(sites())
    assert _sorted(data.draw(reordered(site))) == _sorted(site)


def test_reordering_reaches_keys_and_items() -> None:
    """Some reordering moves a key, and some moves an item of a nested list."""
    keys = find(reordered({"a": 1, "b": 2}), lambda value: str(value) != "{'a': 1, 'b': 2}")
    items = find(reordered({"a": [1, 2]}), lambda value: value != {"a": [1, 2]})
    assert (str(keys), items) == ("{'b': 2, 'a': 1}", {"a": [2, 1]})
