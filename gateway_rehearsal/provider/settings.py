"""The provider's own configuration, of which a local AWS needs little."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from .faults import Failure, ProviderError
from .values import Properties, Value, is_known, text, text_map

# Settings that change nothing where credentials are always dummies and nothing is validated.
_WITHOUT_EFFECT: Final = frozenset(
    {
        *("accessKey", "allowedAccountIds", "forbiddenAccountIds", "maxRetries", "profile"),
        *("secretKey", "sharedConfigFiles", "sharedCredentialsFiles", "skipCredentialsValidation"),
        *("skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId", "token"),
        *("s3UsePathStyle", "useDualstackEndpoint", "useFipsEndpoint", "version"),
    }
)
_KNOWN: Final = frozenset({"region", "defaultTags"})


@dataclass(frozen=True)
class ProviderSettings:
    """The region, and the tags that every resource gets."""

    region: str
    default_tags: dict[str, str] = field(default_factory=dict)


def failures(inputs: Properties) -> Iterator[Failure]:
    """Yield the settings that the stand-in cannot honour.

    Among them is `endpoints`: the one endpoint is the environment's.
    """
    for name in sorted(inputs.keys() - _WITHOUT_EFFECT - _KNOWN):
        if not name.startswith("__"):
            yield Failure(name, "the stand-in for aws does not know this setting")


def read(inputs: Properties, environment: Mapping[str, str]) -> ProviderSettings:
    """Return the settings; the region may come from the environment.

    Raises ProviderError when nothing names a region.
    """
    region = (
        text(inputs, "region")
        or environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
    )
    if not region:
        raise ProviderError("no region is set; set it with `pulumi config set aws:region REGION`")
    return ProviderSettings(region, text_map(_opened(inputs.get("defaultTags")), "tags"))


def _opened(value: Value) -> Properties:
    """Return a setting that is an object, which the engine passes as JSON."""
    opened = json.loads(value) if isinstance(value, str) else value
    return opened if isinstance(opened, dict) and is_known(opened) else {}
