"""Free text of the files: how long it may be, and which characters may not be in it."""

import types
import unicodedata
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from judged import violations
from pydantic import TypeAdapter, ValidationError
from sources import modules

from gateway_rules.inputs.fields import Frozen, Prose, TagKey, TagValue, Text

LONGEST = {"label": (Text, 200), "reason": (Prose, 1000), "tag": (TagKey, 128)}
LONGEST |= {"value of a tag": (TagValue, 256)}

MOST = 1000
"""Characters that no text of a file goes past, whatever it is for."""
HIDDEN = {
    "escape": "\x1b",
    "null": "\0",
    "tab": "\t",
    "carriage return": "\r",
    "next line": "\x85",
    "right-to-left override": "\u202e",
    "first strong isolate": "\u2068",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "byte-order mark": "\ufeff",
    "soft hyphen": "\xad",
    "line separator": "\u2028",
    "Hangul filler": "\u3164",
    "tag letter": "\U000e0041",
    "half a character": "\ud800",
}


def models() -> list[type[Frozen]]:
    """Give every model of a file, in whatever module it is."""
    for name in modules():
        if name.startswith("gateway_rules.") and not name.endswith("__main__"):
            import_module(name)
    found = [Frozen]
    for model in found:
        found += model.__subclasses__()
    return found[1:]


def texts(annotation: Any, said: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give what is said of each text inside an annotation, keys of mappings among them.

    What is said of a list or a mapping is not said of the texts in it.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is str:
        yield said
    elif origin is Annotated:
        yield from texts(arguments[0], (*annotation.__metadata__, *said))
    elif origin in (Union, types.UnionType):
        for each in arguments:
            yield from texts(each, said)
    elif origin is not Literal:
        for each in arguments:
            yield from texts(each)


FIELDS = {
    f"{model.__name__}.{name}[{number}]": said
    for model in models()
    for name, hint in get_type_hints(model, include_extras=True).items()
    if name in model.model_fields
    for number, said in enumerate(texts(hint))
}


def takes(said: tuple[Any, ...], text: str) -> bool:
    """Tell whether a text is read."""
    try:
        TypeAdapter(Annotated[(str, *said)]).validate_python(text)
    except ValidationError:
        return False
    return True


def test_the_walk_finds_texts_wherever_they_stand() -> None:
    """Labels, items of lists, keys and values of mappings are all among them."""
    known = {"Service.row[0]", "Seen.resolvers[0]", "Issue.roles[0]", "Issue.roles[1]"}
    assert known | {"Site.roles[1]", "Location.vpc[0]", "Location.vpc[2]"} <= FIELDS.keys()


@pytest.mark.parametrize("field", FIELDS)
def test_no_text_of_a_file_is_endless_or_hides_something(field: str) -> None:
    """Each text has a length that it may not pass, and takes no character that is not seen."""
    said = FIELDS[field]
    hidden = [name for name, char in HIDDEN.items() if takes(said, f"a{char}a")]
    assert (hidden, takes(said, "a" * (MOST + 1))) == ([], False)


@pytest.mark.parametrize("kind", LONGEST)
def test_a_text_may_be_as_long_as_is_said(kind: str) -> None:
    """One character more is refused, by the reader and by the schema."""
    form, most = LONGEST[kind]
    said = next(texts(form))
    schema = TypeAdapter(form).json_schema()
    for text, is_taken in (("ü" * most, True), ("ü" * (most + 1), False), ("", False)):
        assert (takes(said, text), not violations(schema, text)) == (is_taken, is_taken)


@pytest.mark.parametrize("name", [name for name in HIDDEN if name != "tag letter"])
def test_an_editor_underlines_what_is_refused(name: str) -> None:
    """The schema knows the characters of the first plane."""
    assert violations(TypeAdapter(Text).json_schema(), f"a{HIDDEN[name]}b")


def test_every_control_and_format_character_is_refused() -> None:
    """The list of ranges holds all that Unicode puts into these categories."""
    some = (chr(code) for code in range(0x110000) if chr(code) != "\n")
    hidden = [c for c in some if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    said = next(texts(Text))
    reader = TypeAdapter(Annotated[(str, *said)])
    assert len(hidden) > 2000
    for char in hidden:
        with pytest.raises(ValidationError):
            reader.validate_python(char)


@pytest.mark.parametrize("text", ["Zürich, 東京", "naïve", "a\xa0b", "مرحبا", "a 🚪"])
def test_letters_of_all_languages_are_taken(text: str) -> None:
    """What can be seen may be written."""
    assert takes(next(texts(Text)), text)


def test_a_text_over_several_lines_becomes_one() -> None:
    """YAML keeps the last line break of a folded text, and all of a literal one."""
    assert TypeAdapter(Prose).validate_python("first\nsecond\n") == "first second"
