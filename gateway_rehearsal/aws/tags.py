"""Tags of what this package answers for, by the rules that AWS has for them."""

from collections.abc import Mapping, Sequence

from gateway_rehearsal.aws.backend import Answer, Backend, Request
from gateway_rehearsal.aws.faults import fault, invalid

# API reference, Tag and CreateTags.
LONGEST_KEY = 127
LONGEST_VALUE = 256
MOST_TAGS = 50


def tags_for(resource_type: str, request: Request) -> dict[str, str]:
    """Read the tags that a request gives to what it makes.

    Raises InvalidParameterValue or TagLimitExceeded, before anything is made.
    """
    given = request.get("TagSpecifications", [])
    for each in given:
        if each["ResourceType"] != resource_type:
            raise invalid(
                f"'{each['ResourceType']}' is not a valid taggable resource type "
                "for this operation."
            )
    return read_tags([tag for each in given for tag in each.get("Tags", [])])


def read_tags(given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Check tags and give them by key. moto takes keys and values of any length, and `aws:`."""
    tags: dict[str, str] = {}
    for tag in given:
        key, value = tag["Key"], tag.get("Value", "")
        _check(key, value)
        if key in tags:
            raise invalid(f"Duplicate tag key '{key}' specified.")
        tags[key] = value
    if len(tags) > MOST_TAGS:
        raise _too_many()
    return tags


def _check(key: str, value: str) -> None:
    """Refuse a key or a value that no tag can have."""
    if not key:
        raise invalid("Tag key cannot be empty")
    if key.lower().startswith("aws:"):
        raise invalid("Tag keys starting with 'aws:' are reserved for internal use")
    if len(key) > LONGEST_KEY:
        raise invalid(f"Tag key exceeds the maximum length of {LONGEST_KEY} characters")
    if len(value) > LONGEST_VALUE:
        raise invalid(f"Tag value exceeds the maximum length of {LONGEST_VALUE} characters")


def _too_many() -> Exception:
    """Make the error for more tags than a resource can have."""
    return fault("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")


def tags_of(backend: Backend, resource_id: str) -> list[Answer]:
    """List the tags of a resource."""
    tags: Mapping[str, str] = backend.tags.get(resource_id, {})
    return [{"Key": key, "Value": value} for key, value in tags.items()]
