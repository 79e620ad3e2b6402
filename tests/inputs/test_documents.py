"""YAML as data, and where each key and value stands."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import told

from gateway_rules.errors import Faults, Steps
from gateway_rules.inputs.documents import Decimal, parse_yaml, read_text, read_yaml, relative

KEYS = st.text("abc:-_", min_size=1, max_size=4).filter(lambda key: key[0] in "abc")
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 99), st.sampled_from(["", "a", "10", "no", "é"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def walk(value: Any, path: Steps = ()) -> dict[Steps, Any]:
    """Give every value inside a value, by its path."""
    parts: dict[Any, Any] = {}
    if isinstance(value, dict):
        parts = value
    elif isinstance(value, list):
        parts = dict(enumerate(value))
    inside = (walk(part, (*path, step)) for step, part in parts.items())
    return {path: value} | {at: found for some in inside for at, found in some.items()}


@given(VALUES)
def test_json_is_read_as_what_it_is(value: Any) -> None:
    """YAML's plain data are JSON's, and text that looks like another type is text in quotes."""
    assert parse_yaml(json.dumps(value), "x").data == value


@given(VALUES)
def test_every_value_stands_where_its_place_says(value: Any) -> None:
    """On its line, from its column on, each value is written."""
    lines = json.dumps(value, indent=2).splitlines()
    document = parse_yaml("\n".join(lines), "x")
    for path, inner in walk(value).items():
        line, column = document.value(path)
        first = json.dumps(inner, indent=2).splitlines()[0]
        assert lines[line - 1][column - 1 :].startswith(first)


@given(VALUES)
def test_every_key_stands_where_its_place_says(value: Any) -> None:
    """On its line, from its column on, each key is written."""
    lines = json.dumps(value, indent=2).splitlines()
    for path, (line, column) in parse_yaml("\n".join(lines), "x").keys.items():
        assert lines[line - 1][column - 1 :].startswith(json.dumps(path[-1]) + ":")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("25", 25),
        ("-1", -1),
        ("0", 0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        # YAML 1.2 reads these as text, and so do we.
        ("yes", "yes"),
        ("no", "no"),
        ("22:30", "22:30"),
        # Other notations of numbers are not guessed at: a reader that wants a number refuses them.
        ("010", "010"),
        ("0x10", "0x10"),
        ("0o10", "0o10"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("2016-10-01", "2016-10-01"),
    ],
)
def test_scalars_are_read_by_their_plain_form(written: str, read: object) -> None:
    """Only plain decimals are numbers, and only true and false are switches."""
    found = parse_yaml(f"key: {written}", "x").data["key"]
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("%YAML 1.1\n---\nkey: yes\n", "yes"),
        ("%YAML 1.1\n---\nkey: off\n", "off"),
        ("%YAML 1.1\n---\nkey: 0o10\n", "0o10"),
        ("%YAML 1.1\n---\nkey: 010\n", "010"),
        ("key: !!bool yes\n", "yes"),
        ("key: !!null nobody\n", "nobody"),
        ("key: !!bool True\n", True),
        ("key: !!null\n", None),
    ],
)
def test_no_version_and_no_tag_makes_a_switch_of_a_word(text: str, read: object) -> None:
    """A word that another reader takes for true must not be false here."""
    assert parse_yaml(text, "x").data["key"] == read


def test_a_number_with_a_point_remembers_its_text() -> None:
    """3.10 and 3.1 are one number, and two versions."""
    found = parse_yaml("key: 3.10", "x").data["key"]
    assert (found, isinstance(found, Decimal), repr(found)) == (3.1, True, "3.10")


def test_an_alias_is_read_where_it_is_used() -> None:
    """What an anchor names may stand in several places, each with a place of its own."""
    document = parse_yaml("a: &one [1]\nb: *one\n", "x")
    assert document.data == {"a": [1], "b": [1]}
    assert document.value(("b", 0)) == document.value(("a", 0)) == (1, 10)


def test_an_anchor_may_be_used_anew() -> None:
    """An alias stands for the last before it, and nothing is said of that."""
    assert parse_yaml("a: &one 1\nb: &one 2\nc: *one\n", "x").data == {"a": 1, "b": 2, "c": 2}


def laughs(levels: int) -> str:
    """Give lists of ten, each of which holds the one before it ten times."""
    rows = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels))
    return "\n".join(["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]", *rows, ""])


def test_aliases_within_aliases_are_counted() -> None:
    """A few lines may stand for more than any machine holds."""
    assert parse_yaml(laughs(4), "x").data["a3"][9][9][9] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    with pytest.raises(Faults) as caught:
        parse_yaml(laughs(12), "x")
    (fault,) = told(caught.value)
    what = "[yaml] aliases stand for more than 100,000 values; write the values out"
    assert fault.endswith(what)


def test_a_chain_of_aliases_is_as_deep_as_what_it_stands_for() -> None:
    """Each link is read within the one before, so that a long one goes too deep."""
    rows = (f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 2000))
    with pytest.raises(Faults) as caught:
        parse_yaml("\n".join(["a0: &a0 1", *rows, ""]), "x")
    assert told(caught.value) == [
        "error: x:1:1: [yaml] the values are nested too deeply; mend the YAML"
    ]


TEXT = """\
# A comment.
list:
  - name: one
    ports: [25]
empty:
last: 1
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (2, 1)),
        (("list",), (3, 3)),
        (("list", 0), (3, 5)),
        (("list", 0, "ports", 0), (4, 13)),
        # A missing key points at its parent's key; the parent of an item is the item itself.
        (("list", 0, "peers"), (3, 5)),
        (("list", 0, "ports", 7), (4, 12)),
        (("nothing",), (2, 1)),
        (("nothing", "below"), (2, 1)),
        (("list", "name"), (2, 1)),
        # An empty value has no place but its key's.
        (("empty",), (5, 1)),
        (("empty", "below"), (5, 1)),
    ],
)
def test_what_is_not_there_has_the_nearest_place(path: Steps, place: tuple[int, int]) -> None:
    """A reader is sent to where the missing thing would have to be written."""
    assert parse_yaml(TEXT, "x").value(path) == place


def test_an_empty_file_begins_where_it_ends() -> None:
    """Without anything to point at, a fault stands at the start."""
    document = parse_yaml("", "x")
    assert (document.data, document.value(("a",))) == (None, (1, 1))


def test_a_fault_of_a_key_stands_at_the_key() -> None:
    """What is wrong with a key's name is told at the key, not at its value."""
    document = parse_yaml(TEXT, "x")
    at = [document.fault, document.key_fault]
    assert [make(("list",), "r", "m", "f").line for make in at] == [3, 2]
    assert document.key_fault(("list", 0), "r", "m", "f").column == 5


def test_all_faults_of_the_form_are_told_at_once() -> None:
    """Duplicate keys and odd tags do not hide one another."""
    with pytest.raises(Faults) as caught:
        parse_yaml("a: !x 1\nb: 2\nb: 3\n? [c]\n: 4\n", "odd.yaml")
    assert told(caught.value) == [
        "error: odd.yaml:1:4: [yaml] the tag !x is not known; write the value without it",
        (
            "error: odd.yaml:3:1: [duplicate-key] b stands here a second time, first on line 2; "
            "keep one of them"
        ),
        "error: odd.yaml:4:3: [yaml] a key is not a word; write a plain key",
    ]


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("!!set {b: }", "tag:yaml.org,2002:set"),
        ("!!omap [b: 1]", "tag:yaml.org,2002:omap"),
        ("!own [1]", "!own"),
        ("!own:str b", "!own:str"),
        ("!!str {b: 1}", "tag:yaml.org,2002:str"),
        ("!!map b", "tag:yaml.org,2002:map"),
    ],
)
def test_a_tag_that_is_not_the_values_own_is_a_fault(value: str, tag: str) -> None:
    """Whoever writes one wants another thing read than stands there."""
    with pytest.raises(Faults) as caught:
        parse_yaml(f"a: {value}\n", "x")
    assert told(caught.value) == [
        f"error: x:1:4: [yaml] the tag {tag} is not known; write the value without it"
    ]


def test_what_pulumi_cannot_read_in_a_list_is_a_fault() -> None:
    """Its reader stops at a colon behind a bracket or a comma, if it is in no quotes."""
    assert parse_yaml("a: ['::/0', \"::1/128\"]\nb:\n- ::/0\n", "x").data == {
        "a": ["::/0", "::1/128"],
        "b": ["::/0"],
    }
    with pytest.raises(Faults) as caught:
        parse_yaml("a: [::/0, 2001:db8::/32,\n ::1/128]\n", "x")
    assert told(caught.value) == [
        (
            f"error: x:{place}: [yaml] {text} begins with a colon, which Pulumi cannot read in a "
            f'list; write "{text}", in quotes'
        )
        for place, text in (("1:5", "::/0"), ("2:2", "::1/128"))
    ]


@pytest.mark.parametrize("digits", [41, 5000])
def test_a_number_of_very_many_digits_is_a_fault(digits: int) -> None:
    """Python reads none of more than 4,300 digits, and nobody means one of fifty."""
    assert parse_yaml("9" * 40, "long.yaml").data == 10**40 - 1
    with pytest.raises(Faults) as caught:
        parse_yaml(f"a:\n  b: {'9' * digits}\n", "long.yaml")
    assert told(caught.value) == [
        f"error: long.yaml:2:6: [range] a number of {digits} digits is too large; write fewer"
    ]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """Some editors write one before the first key."""
    (tmp_path / "a.yaml").write_bytes("\ufeffkey: 1\n".encode())
    assert read_yaml(tmp_path / "a.yaml", tmp_path).data == {"key": 1}


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """A file that is not there, and a folder in its place, are told by name."""
    (tmp_path / "folder").mkdir()
    found = []
    for name in ("none.yaml", "folder"):
        with pytest.raises(Faults) as caught:
            read_text(tmp_path / name, tmp_path)
        found += told(caught.value)
    assert found == [
        (
            "error: none.yaml:1:1: [no-file] cannot be read: No such file or directory; "
            "give a file that is there"
        ),
        "error: folder:1:1: [no-file] cannot be read: Is a directory; give a file that is there",
    ]


def test_files_are_named_from_the_project_on(tmp_path: Path) -> None:
    """A file inside is named as in a review; one outside by its whole path."""
    assert relative(tmp_path / "stacks" / "a.yaml", tmp_path) == "stacks/a.yaml"
    assert relative(Path("/etc/a.yaml"), tmp_path) == "/etc/a.yaml"
