"""Which cases of a long row every run tries; the rest is left to `make test-all`."""

from collections.abc import Container, Iterable
from typing import Any

import pytest


def chosen(cases: Iterable[Any], by_default: Container[Any]) -> list[Any]:
    """Mark the cases as nightly that are not tried by default; none is left out of all runs."""
    return [
        case if case in by_default else pytest.param(case, marks=pytest.mark.nightly)
        for case in cases
    ]
