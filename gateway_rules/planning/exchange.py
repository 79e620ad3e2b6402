"""The plans of a whole project as one JSON document, which another version may read.

`python -m gateway_rules.planning.exchange DIR` writes it to standard output. That command is a
contract with later versions, which ask the code of an earlier revision by it how it plans the
files of that revision; so it keeps its name and its argument.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from gateway_rules.errors import Faults, OverQuota, Pending
from gateway_rules.inputs import StackFile, stack_names
from gateway_rules.planning.exchange_form import (
    Reader,
    Unreadable,
    Writer,
    classes_within,
    shape_of,
)
from gateway_rules.planning.fleet import plan_stacks
from gateway_rules.planning.stack_plan import StackPlan, StackPlans

VERSION: Final = 1
"""Of the document's own form; that of the values in it stands in its shapes."""


def plans_as_json(plans: StackPlans) -> dict[str, Any]:
    """Give what came of every stack, in full."""
    write = Writer().write
    return {
        "version": VERSION,
        "shapes": {name: shape_of(kind) for name, kind in _kinds().items()},
        "stacks": {name: write(outcome) for name, outcome in plans.outcomes.items()},
    }


def plans_from_json(text: str) -> StackPlans:
    """Read what another version wrote; raise Unreadable unless all of it is understood."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise Unreadable(f"it writes version {document['version']}, and this reads {VERSION}")
        reader = Reader(_kinds(), document["shapes"])
        return StackPlans({n: reader.read(each) for n, each in document["stacks"].items()})
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Unreadable(f"its plans cannot be read: {error!r}") from None


def plan_all(root: Path) -> StackPlans:
    """Plan every stack as well as that can be done; without a catalogue, none can be."""
    try:
        return plan_stacks(root)
    except Faults as faults:
        return StackPlans(dict.fromkeys(stack_names(root), faults))


def _kinds() -> dict[str, type]:
    """Give the classes of which an outcome is made."""
    return classes_within(StackPlan, StackFile, Faults, OverQuota, Pending)


def main(folder: str) -> None:
    """Write the plans of a project."""
    json.dump(plans_as_json(plan_all(Path(folder))), sys.stdout, separators=(",", ":"))


if __name__ == "__main__":
    main(*sys.argv[1:])
