"""What can still be read of a broken file, so that all of its faults are found in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from gateway_rules.errors import Steps

Model = TypeVar("Model", bound=BaseModel)
_ROUNDS = 5


@dataclass(frozen=True)
class Salvaged(Generic[Model]):
    """A model without the parts that pydantic refused, and where those were."""

    model: Model
    lost: frozenset[Steps]

    def original(self, path: Steps) -> Steps | None:
        """Give the place in the file of a place in the model; None when what was there is lost."""
        found = original(path, self.lost)
        lost = any(found[: len(steps)] == steps for steps in self.lost)
        return None if lost else found


def salvage(model: type[Model], data: Any, neutral: dict[str, Any]) -> Salvaged[Model] | None:
    """Read what is sound of the data, or give None when too little is.

    Refused list items and keys are left out; `neutral` stands in for required keys
    that were refused or are not there.
    """
    lost: set[Steps] = set()
    for _ in range(_ROUNDS):
        kept = {**neutral, **_without(data, (), lost)} if isinstance(data, dict) else {}
        try:
            return Salvaged(model.model_validate(kept), frozenset(lost))
        except ValidationError as error:
            lost |= {_item(detail["loc"], lost) for detail in error.errors()}
    return None


def _item(loc: Steps, lost: set[Steps]) -> Steps:
    """Name what to leave out for an error, in the places of the data as it was written.

    That is the nearest list item around the error, else the key itself.
    """
    length = next((n for n in range(len(loc), 0, -1) if isinstance(loc[n - 1], int)), len(loc))
    return original(loc[:length], lost)


def original(path: Steps, lost: set[Steps] | frozenset[Steps]) -> Steps:
    """Give the place in the written data of a place in what was kept of it."""
    found: Steps = ()
    for step in path:
        found = (*found, _shifted(found, step, lost) if isinstance(step, int) else step)
    return found


def _shifted(parent: Steps, index: int, lost: set[Steps] | frozenset[Steps]) -> int:
    gone = sorted(
        steps[-1] for steps in lost if steps[:-1] == parent and isinstance(steps[-1], int)
    )
    for lower in gone:
        index += lower <= index
    return index


def _without(value: Any, path: Steps, lost: set[Steps]) -> Any:
    if isinstance(value, dict):
        return {
            k: _without(v, (*path, k), lost) for k, v in value.items() if (*path, k) not in lost
        }
    if isinstance(value, list):
        return [
            _without(v, (*path, i), lost) for i, v in enumerate(value) if (*path, i) not in lost
        ]
    return value
