"""What a change of inputs means: nothing, an update in place, or another resource."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from .aws import Call
from .check import DEFAULTS
from .resource import Resource
from .schema import Property
from .tags import all_tags
from .values import Properties, Value, is_known, texts


class PropertyChange(Enum):
    """What becomes of a property."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


@dataclass(frozen=True)
class ResourceDifference:
    """The properties that change, those of them that replace, and the order of the replacement."""

    changes: Mapping[str, PropertyChange]
    replaces: frozenset[str]
    delete_before_replace: bool


def difference(
    call: Call, resource: Resource, olds: Properties, news: Properties, ignored: Collection[str]
) -> ResourceDifference:
    """Compare the outputs of a resource with the inputs that it is to have."""
    found = {
        name: change
        for name, declared in resource.properties.items()
        if name not in ignored and (change := _change(declared, olds.get(name), news.get(name)))
    }
    found |= _change_of_region(call, olds)
    found |= _change_of_all_tags(call, olds, news)
    always = {name for name in found if name == "region" or _replaces(resource, name)}
    replaces = frozenset(always | (resource.replaced_by(olds, news) & found.keys()))
    return ResourceDifference(found, replaces, bool(replaces) and _is_named_by_user(resource, news))


def _replaces(resource: Resource, name: str) -> bool:
    declared = resource.properties.get(name)
    return declared is not None and declared.replaces


def _change(declared: Property, old: Value, new: Value) -> PropertyChange | None:
    if new is None or (declared.zero_is_absent and not new):
        kept = declared.computed and new is None
        return None if kept or _is_absent(declared, old) else PropertyChange.DELETE
    if _is_absent(declared, old):
        return PropertyChange.ADD
    return None if is_known(new) and declared.is_same(old, new) else PropertyChange.UPDATE


def _is_absent(declared: Property, value: Value) -> bool:
    return value is None or value in ("", [], {}) or (declared.zero_is_absent and not value)


def _change_of_region(call: Call, olds: Properties) -> dict[str, PropertyChange]:
    """Compare regions; the provider's counts where the resource names none."""
    return (
        {"region": PropertyChange.UPDATE} if olds.get("region", call.region) != call.region else {}
    )


def _change_of_all_tags(
    call: Call, olds: Properties, news: Properties
) -> dict[str, PropertyChange]:
    """Compare the merged tags, which change with the provider's default tags alone, too."""
    if "tagsAll" not in olds or not is_known(news.get("tags")):
        return {}
    return {} if olds["tagsAll"] == all_tags(call, news) else {"tagsAll": PropertyChange.UPDATE}


def _is_named_by_user(resource: Resource, news: Properties) -> bool:
    """Say whether two of them cannot stand side by side, because the user gave the name."""
    listed = news.get(DEFAULTS)
    automatic = texts(news, DEFAULTS)
    return isinstance(listed, list) and any(
        item.autonamed and name in news and name not in automatic
        for name, item in resource.properties.items()
    )
