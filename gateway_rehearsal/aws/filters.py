"""Filters and pages of the Describe calls, over answers that are ready to send."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from gateway_rehearsal.aws.backend import Answer, Request
from gateway_rehearsal.aws.faults import fault, invalid

# API reference, Using filtering and MaxResults of each call.
MOST_VALUES = 200
SMALLEST_PAGE = 5
LARGEST_PAGE = 1000

# What a filter compares: each value that it finds in one item of an answer.
Reader = Callable[[Answer], Iterable[object]]


def select(
    items: Iterable[Answer], request: Request, readers: Mapping[str, Reader]
) -> list[Answer]:
    """Keep the items that pass every filter of a request.

    Raises InvalidParameterValue for a filter of another name, where moto ends in a Python error or
    says that it has not made it yet, and FilterLimitExceeded as `check_filters` does.
    """
    check_filters(request)
    chosen = list(items)
    for wanted in request.get("Filters", []):
        reader = _reader(wanted["Name"], readers)
        patterns = [_pattern(value) for value in wanted.get("Values", [])]
        chosen = [item for item in chosen if _matches(reader(item), patterns)]
    return chosen


def check_filters(request: Request) -> None:
    """Raise FilterLimitExceeded for more values than a call takes; moto takes any number."""
    if sum(len(each.get("Values", [])) for each in request.get("Filters", [])) > MOST_VALUES:
        raise fault(
            "FilterLimitExceeded",
            f"The maximum number of filter values specified on a single call is {MOST_VALUES}",
        )


def _reader(name: str, readers: Mapping[str, Reader]) -> Reader:
    """Find the reader of a filter; tags can be filtered everywhere."""
    if name == "tag-key":
        return lambda item: [tag["Key"] for tag in item["Tags"]]
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda item: [tag["Value"] for tag in item["Tags"] if tag["Key"] == key]
    if name not in readers:
        raise invalid(f"The filter '{name}' is invalid")
    return readers[name]


def _pattern(value: str) -> re.Pattern[str]:
    """Compile a filter value, in which `*` and `?` stand for any characters."""
    return re.compile(re.escape(value).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _matches(found: Iterable[object], patterns: list[re.Pattern[str]]) -> bool:
    """Say whether any value fits any pattern; truth values are written in lower case."""
    texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in found]
    return any(pattern.fullmatch(text) for pattern in patterns for text in texts)


def page(name: str, items: Sequence[object], request: Request) -> Answer:
    """Cut one page out of the items, as the request asks.

    Raises InvalidParameterValue for a strange token or size. moto answers everything at once, so
    that a caller who forgets the token looks right.
    """
    size = _size(request.get("MaxResults"))
    start = _start(request.get("NextToken"))
    if size is None:
        return {name: items[start:]}
    rest = {"NextToken": str(start + size)} if start + size < len(items) else {}
    return {name: items[start : start + size], **rest}


def _size(asked: int | None) -> int | None:
    """Read how many items a page has; all of them when it is not said."""
    if asked is not None and not SMALLEST_PAGE <= asked <= LARGEST_PAGE:
        raise invalid(
            f"Value ( {asked} ) for parameter maxResults is invalid. "
            f"Expecting a value between {SMALLEST_PAGE} and {LARGEST_PAGE}."
        )
    return asked


def _start(token: str | None) -> int:
    """Read where a page starts."""
    if token is None:
        return 0
    if not token.isdecimal():
        raise invalid(f"Invalid value '{token}' for nextToken.")
    return int(token)
