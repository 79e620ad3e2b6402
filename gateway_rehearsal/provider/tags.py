"""Tags, which every type but the associations has."""

from collections.abc import Iterable, Mapping

from botocore.client import BaseClient

from .aws import Call
from .values import Properties, Value, text_map


def all_tags(call: Call, properties: Mapping[str, Value]) -> dict[str, str]:
    """Return the provider's default tags with the resource's own, which win."""
    return call.default_tags | text_map(properties, "tags")


def to_aws(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as AWS wants them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def specification(call: Call, kind: str, properties: Mapping[str, Value]) -> dict[str, object]:
    """Return the argument with which AWS makes a resource of the kind with its tags."""
    tags = to_aws(all_tags(call, properties))
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def outputs(
    call: Call, listed: Iterable[Mapping[str, str]], state: Mapping[str, Value]
) -> Properties:
    """Return the outputs for what AWS lists.

    AWS's own tags are none of the program's, and default tags are its own only where it says so.
    """
    found = {tag["Key"]: tag["Value"] for tag in listed if not tag["Key"].startswith("aws:")}
    declared = text_map(state, "tags")
    own = {
        key: item
        for key, item in found.items()
        if key in declared or call.default_tags.get(key) != item
    }
    return {"tags": dict(own) or None, "tagsAll": dict(found)}


def update(ec2: BaseClient, resource_id: str, old: Mapping[str, str], new: dict[str, str]) -> None:
    """Bring the tags of a resource from old to new, in place."""
    gone = old.keys() - new.keys()
    if gone:
        ec2.delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in sorted(gone)])
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    if changed:
        ec2.create_tags(Resources=[resource_id], Tags=to_aws(changed))
