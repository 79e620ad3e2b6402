"""Each public class has a name of its own, and no module one of the words that were left behind."""

import ast
from collections import defaultdict
from typing import Final

from sources import modules

LEFT_BEHIND: Final = frozenset(
    {
        *("complaints", "figures", "hunt", "judgement", "mirrors", "moments", "offers", "outline"),
        *("places", "questions", "salvage", "shares", "sightings", "survey", "trips", "wording"),
    }
)
"""Words that did not say what was in the modules named so."""


def test_no_two_modules_call_a_public_class_the_same() -> None:
    """Whoever reads a class's name anywhere knows which one it is."""
    homes = defaultdict(list)
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(module)
    assert len(homes) > 1
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_no_module_or_folder_has_a_name_that_was_left_behind() -> None:
    """The modules are named in the field's words, by what is inside."""
    assert [name for name in modules() if LEFT_BEHIND & {*name.split(".")}] == []
