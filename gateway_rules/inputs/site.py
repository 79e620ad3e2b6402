"""What one region's stack says: what is planned there, and where in AWS it goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
)

from gateway_rules.errors import Refused
from gateway_rules.inputs.address_file import ResolvedHost
from gateway_rules.inputs.catalogue import Addition
from gateway_rules.inputs.fields import (
    CIDR,
    TAG_KEY,
    TAG_VALUE,
    VISIBLE,
    Cidr,
    Frozen,
    Name,
    Number,
    PeerText,
    Switch,
    TagKey,
    TagValue,
    Text,
    Version,
    visible,
)
from gateway_rules.inputs.quotas import Quotas
from gateway_rules.inputs.validation import shown
from gateway_rules.packets import PortPair, parse_ports

_Part = TypeVar("_Part", bound=BaseModel)


_LEFT_OUT: Final = "left-out"
NARROWED: Final = "narrowed"
"""The step that pydantic puts between a narrowed service and its prefixes."""


def _kind(value: object) -> str:
    return _LEFT_OUT if value is False else NARROWED


def _service_use(value: object) -> object:
    if value is False or isinstance(value, list | tuple):
        return value
    fix = "write false to leave the service out, or a list of prefixes to narrow it"
    raise Refused("service-use", f"{shown(value)} is neither false nor a list", fix)


def _vpc(value: object) -> object:
    if isinstance(value, dict):
        return _tags(value)
    if isinstance(value, str) and re.fullmatch(_VPC_ID, value):
        return value
    fix = "write tags such as {Name: mail-gateway}, or an id such as vpc-0a1b2c3d"
    raise Refused("look-up", f"{shown(value)} finds no VPC", fix)


def _subnets(value: object) -> object:
    if isinstance(value, dict):
        return _tags(value)
    ids = value if isinstance(value, list | tuple) else [value]
    odd = [id_ for id_ in ids if not _is_subnet(id_)]
    if value and ids is value and not odd:
        return value
    fix = "write tags such as {Tier: gateway}, or a list of ids such as [subnet-0a1b2c3d]"
    raise Refused("look-up", f"{shown(odd[0] if odd else value)} finds no subnet", fix)


def _is_subnet(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(_SUBNET_ID, value))


def _tags(value: dict[str, object]) -> dict[str, object]:
    fix = "write at least one tag with its value as text, such as {Name: mail-gateway}"
    if not value:
        raise Refused("look-up", "no tag is given", fix)
    for tag, text in value.items():
        if not isinstance(text, str) or not text:
            raise Refused("look-up", f"the tag {tag} is {shown(text)}, not text", fix)
        if len(visible(tag)) > TAG_KEY or len(visible(text)) > TAG_VALUE:
            fix = f"write at most {TAG_KEY} characters, and {TAG_VALUE} for the value"
            raise Refused("look-up", f"the tag {shown(tag)} is too long", fix)
    return value


def _port_range(value: object) -> PortPair:
    if isinstance(value, str) and "-" in value:
        return parse_ports(value)
    raise Refused("port-range", f"{shown(value)} is no range", 'write one such as "1024-65535"')


def _version(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        fix = f'write "{value!r}" in quotes; as a number, 3.10 would be 3.1'
        raise Refused("version", f"{value!r} is a number", fix)
    return value


_TAGS_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"maxLength": TAG_KEY, "pattern": VISIBLE},
    "additionalProperties": {
        "type": "string",
        "minLength": 1,
        "maxLength": TAG_VALUE,
        "pattern": VISIBLE,
    },
}
_VPC_ID: Final = r"^vpc-[0-9a-f]{1,17}$"
_SUBNET_ID: Final = r"^subnet-[0-9a-f]{1,17}$"

Vpc = Annotated[
    Text | dict[TagKey, TagValue],
    BeforeValidator(_vpc),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _VPC_ID}, _TAGS_SCHEMA]}),
]
Subnets = Annotated[
    tuple[Text, ...] | dict[TagKey, TagValue],
    BeforeValidator(_subnets),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": _SUBNET_ID},
                },
                _TAGS_SCHEMA,
            ]
        }
    ),
]
PortRange = Annotated[
    PortPair,
    BeforeValidator(_port_range),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$"}),
]
ServiceUse = Annotated[
    Annotated[Literal[False], Tag(_LEFT_OUT)] | Annotated[tuple[Cidr, ...], Tag(NARROWED)],
    Discriminator(_kind),
    BeforeValidator(_service_use),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": False},
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": CIDR},
                },
            ]
        }
    ),
]


class EphemeralPorts(Frozen):
    """The ports from which the two ends begin; the gateway's are Linux's own (ip(7))."""

    gateway: PortRange = (32768, 60999)
    """What the gateways' kernel is set to (net.ipv4.ip_local_port_range)."""
    clients: PortRange = (1024, 65535)
    """The widest range of those who connect to the gateways."""


class AddressUse(Frozen):
    """Which addresses count where the document's hold as well as those that were looked up."""

    use: Literal["document", "resolved"] = "document"
    """`resolved`: every host of the stack's address file has the addresses that stand there."""
    max_age_days: Annotated[Number, Field(ge=1)] = 30
    """After how many days without a look-up `check` warns."""


class Site(Frozen):
    """What one region says: who is where, what is left out, narrowed or added."""

    stack: Name
    """The stack's name, which its resources carry."""
    region: Annotated[Text, Field(examples=["eu-west-1"])]
    """The AWS Region of the stack; it decides whose spam-signature servers are near."""
    networks: tuple[Cidr, ...] = ()
    """The CIDRs of the gateways' subnets, which are compared with AWS; `self` needs them."""
    roles: Annotated[
        dict[Name, tuple[PeerText, ...]], Field(examples=[{"administrators": ["10.42.0.0/24"]}])
    ]
    """The prefixes of each role; all roles must be there, and [] says that the site has none."""
    services: dict[Name, ServiceUse] = Field(default={})
    """Services to leave out (false), or to narrow to prefixes if they name no address."""
    gateway_version: Annotated[Version, BeforeValidator(_version)] | None = None
    """The gateways' version in quotes; rows that it rules out are left out."""
    ephemeral_ports: EphemeralPorts = EphemeralPorts()
    """Where replies come to, as ranges such as "32768-60999"."""
    security_groups: Literal["one", "attach", "by_section"] = "one"
    """One group, or three by section; `attach` makes the two new ones beside a first that still
    holds every rule, until they are on the gateways' interfaces."""
    additions: tuple[Addition, ...] = ()
    """Flows that the document does not list; mail itself is one."""
    quotas: Quotas = Quotas()
    """What AWS allows here, where it was asked to raise its defaults."""
    protect: Switch = True
    """Whether Pulumi refuses to delete the groups; false retires a stack."""
    addresses: AddressUse = AddressUse()
    """Which addresses of public hosts count, and how old those that were looked up may be."""
    hosts: tuple[ResolvedHost, ...] = ()
    """The addresses that hosts have been seen at from here."""


class Location(Frozen):
    """Where in AWS a stack is, and whether it may take over what it finds there."""

    vpc: Annotated[Vpc, Field(examples=[{"Name": "mail-gateway"}])]
    """The VPC: tags that find exactly one, or its id."""
    subnets: Annotated[Subnets, Field(examples=[{"Tier": "gateway"}])]
    """The gateways' subnets: tags that find at least one, or a list of ids."""
    take_over: Switch = False
    """Whether the network ACL may take subnets over that another ACL guards, or in which others
    than the gateways are."""


class StackFields(Location, Site):
    """A site as a stack file gives it, which also says where in AWS it is."""

    @property
    def site(self) -> Site:
        """Give what is planned."""
        return _part(Site, self)

    @property
    def location(self) -> Location:
        """Give where in AWS it goes."""
        return _part(Location, self)


def _part(model: type[_Part], whole: BaseModel) -> _Part:
    """Give the fields of one model out of another's that has them all and has read them."""
    return model.model_construct(**{name: getattr(whole, name) for name in model.model_fields})


def sought(wanted: str | tuple[str, ...] | Mapping[str, str]) -> str:
    """Write the tags or the ids by which a VPC or subnets are looked for."""
    if isinstance(wanted, Mapping):
        return ", ".join(f"{key}={value}" for key, value in wanted.items())
    return wanted if isinstance(wanted, str) else ", ".join(wanted)
