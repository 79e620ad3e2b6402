"""Inputs: what is wrong with them, and the values that the program left out."""

import hashlib
import secrets
from typing import Final

from .faults import Failure
from .resource import Resource
from .schema import object_failures
from .values import Properties, Value, texts

DEFAULTS: Final = "__defaults"
_NAME_MOST: Final = 255
_SUFFIX_DIGITS: Final = 7


def check(
    resource: Resource, name: str, news: Properties, olds: Properties, seed: bytes
) -> tuple[Properties, list[Failure]]:
    """Return the inputs with the defaults filled in and listed, and what is wrong with them.

    `name` is the last part of the URN; an automatic name is made of it and of seven digits from
    the seed, and kept from the old inputs where it was automatic there.
    """
    given = without_markers(news)
    filled = given | _defaults(resource, name, given, olds, seed)
    found = sorted(object_failures("", filled, resource.properties), key=lambda one: one.property)
    found.extend(resource.failures(filled))
    marker: list[Value] = [*sorted(filled.keys() - given.keys())]
    return {**filled, DEFAULTS: marker}, found


def without_markers(properties: Properties) -> Properties:
    """Return the properties without the provider's own marks, at every depth."""
    return {
        key: _clean(item)
        for key, item in properties.items()
        if not key.startswith("__") and item is not None
    }


def _clean(value: Value) -> Value:
    if isinstance(value, dict):
        return without_markers(value)
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _defaults(
    resource: Resource, name: str, given: Properties, olds: Properties, seed: bytes
) -> Properties:
    missing = {key: item for key, item in resource.properties.items() if key not in given}
    filled: Properties = {
        key: item.default for key, item in missing.items() if item.default is not None
    }
    for key, item in missing.items():
        if item.autonamed and f"{key}Prefix" not in given:
            kept = olds.get(key) if key in texts(olds, DEFAULTS) else None
            filled[key] = kept or automatic_name(name, seed)
    return filled


def automatic_name(name: str, seed: bytes) -> str:
    """Return the name, a dash and seven hexadecimal digits, which one seed always makes the same.

    >>> automatic_name("gateway", b"1") == automatic_name("gateway", b"1")
    True
    """
    digits = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex(_SUFFIX_DIGITS)
    return f"{name[: _NAME_MOST - _SUFFIX_DIGITS - 1]}-{digits[:_SUFFIX_DIGITS]}"


def refreshed(resource: Resource, outputs: Properties, inputs: Properties | None) -> Properties:
    """Return the inputs that a program would have to give for what AWS has.

    Old inputs keep their spelling where it means the same; without old inputs, which is an import,
    every property that AWS has a value for is an input, and none of them is a default.
    """
    if inputs is None:
        found: Properties = {key: outputs.get(key) for key in resource.properties}
        given: Properties = {key: item for key, item in found.items() if item or item is False}
        return given | {DEFAULTS: []}
    found = {key: outputs.get(key) for key in inputs}
    return {
        key: item if key.startswith("__") else _respelled(resource, key, item, found[key])
        for key, item in inputs.items()
        if key.startswith("__") or found[key] is not None
    }


def _respelled(resource: Resource, key: str, written: Value, live: Value) -> Value:
    declared = resource.properties.get(key)
    return declared.respelled(written, live) if declared else live
