"""What can still be read of a broken file, so that all of its faults are found in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from gateway_rules.errors import Steps

Model = TypeVar("Model", bound=BaseModel)
_ROUNDS: Final = 5


@dataclass(frozen=True)
class Partial(Generic[Model]):
    """A model without the parts that pydantic refused, and where those were."""

    model: Model
    lost: frozenset[Steps]

    def origin(self, path: Steps) -> Steps | None:
        """Give the place in the file of a place in the model; None when what was there is lost."""
        found = _written(path, self.lost)
        lost = any(found[: len(steps)] == steps for steps in self.lost)
        return None if lost else found


def validate_partly(
    model: type[Model], data: dict[str, Any], neutral: dict[str, Any]
) -> Partial[Model] | None:
    """Read what is sound of the data, or give None when too little is.

    Refused list items and keys are left out; `neutral` stands in for required keys
    that were refused or are not there.
    """
    lost: frozenset[Steps] = frozenset()
    for _ in range(_ROUNDS):
        kept = {**neutral, **_without(data, (), lost)}
        try:
            return Partial(model.model_validate(kept), lost)
        except ValidationError as error:
            lost |= {_item(detail["loc"], kept, lost) for detail in error.errors()}
    return None


def _item(loc: Steps, kept: Any, lost: frozenset[Steps]) -> Steps:
    """Name what to leave out for an error, in the places of the data as it was written.

    That is the nearest list item around the error, else the key itself.
    """
    path = _existing(loc, kept)
    length = next((n for n in range(len(path), 0, -1) if isinstance(path[n - 1], int)), len(path))
    return _written(path[:length] or loc, lost)


def _existing(loc: Steps, value: Any) -> Steps:
    """Cut a location down to what is there: a missing key, or an item of a lone value, is not."""
    for length, step in enumerate(loc):
        there = (isinstance(value, dict) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        )
        if not there:
            return loc[:length]
        value = value[step]
    return loc


def _written(path: Steps, lost: frozenset[Steps]) -> Steps:
    """Give the place in the written data of a place in what was kept of it."""
    found: Steps = ()
    for step in path:
        found = (*found, _shifted(found, step, lost) if isinstance(step, int) else step)
    return found


def _shifted(parent: Steps, index: int, lost: frozenset[Steps]) -> int:
    inside = (steps[-1] for steps in lost if steps[:-1] == parent)
    for gone in sorted(step for step in inside if isinstance(step, int)):
        index += gone <= index
    return index


def _without(value: Any, path: Steps, lost: frozenset[Steps]) -> Any:
    if isinstance(value, dict):
        items = ((key, item) for key, item in value.items() if (*path, key) not in lost)
        return {key: _without(item, (*path, key), lost) for key, item in items}
    if isinstance(value, list):
        places = (i for i in range(len(value)) if (*path, i) not in lost)
        return [_without(value[i], (*path, i), lost) for i in places]
    return value
