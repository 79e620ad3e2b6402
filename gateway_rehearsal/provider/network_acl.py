"""Network ACLs with their entries and subnets inside: `aws:ec2/networkAcl:NetworkAcl`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from botocore.exceptions import BotoCoreError, ClientError

from . import tags
from .acl_associations import ACL_GONE, default_acl, find_acl, leave, move_subnet
from .acl_entries import ENTRIES, InlineEntry, from_aws, from_properties, to_aws, to_properties
from .aws import Call, one_line, tolerate
from .faults import HalfMadeError, ProviderError
from .resource import REGION, TAGS, Made, Resource
from .schema import Property, ValueKind
from .values import Properties, Value, text, text_map, texts

_IN_USE: Final = frozenset({"DependencyViolation"})
_NO_ENTRY: Final = frozenset({"InvalidNetworkAclEntry.NotFound"})


class NetworkAclResource(Resource):
    """A network ACL; entries and subnets that the program does not list are not managed."""

    type_name = "aws:ec2/networkAcl:NetworkAcl"
    title = "network ACL"
    properties: ClassVar = {
        "egress": ENTRIES,
        "ingress": ENTRIES,
        "region": REGION,
        "subnetIds": Property(ValueKind.TEXTS, computed=True, key=str),
        "tags": TAGS,
        "vpcId": Property(ValueKind.TEXT, required=True, replaces=True),
    }
    outputs = ("arn", "egress", "ingress", "ownerId", "region", "subnetIds", "tagsAll", "vpcId")

    def create(self, call: Call, inputs: Properties) -> Made:
        """Make the ACL complete, egress before ingress, and only then give it its subnets."""
        acl_id = call.ec2.create_network_acl(
            VpcId=text(inputs, "vpcId"), **tags.specification(call, "network-acl", inputs)
        )["NetworkAcl"]["NetworkAclId"]
        try:
            _create_entries(call, acl_id, from_properties(inputs.get("egress")), egress=True)
            _create_entries(call, acl_id, from_properties(inputs.get("ingress")), egress=False)
            for subnet_id in texts(inputs, "subnetIds"):
                _take_subnet(call, acl_id, subnet_id)
            return Made(acl_id, _read_new(call, acl_id, inputs))
        except (BotoCoreError, ClientError, ProviderError) as error:
            # The planned entries are kept, so that the engine calls Update, not a replacement.
            raise HalfMadeError(acl_id, self.told(call, inputs), [one_line(error)]) from error

    def read(self, call: Call, resource_id: str, state: Mapping[str, Value]) -> Made | None:
        """Read the ACL, entries and subnets of others included; refuse to import a default one."""
        found = find_acl(call, resource_id)
        if found is None:
            return None
        if found["IsDefault"] and not state:
            raise ProviderError(
                f"{resource_id} is its VPC's default network ACL; import it as "
                "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
            )
        return Made(resource_id, _outputs(call, found, state))

    def update(
        self, call: Call, resource_id: str, olds: Properties, news: Properties
    ) -> Properties:
        """Bring ingress, egress, then subnets to what is wanted.

        What AWS has counts, not the state alone: a half-made ACL gets the entries that it lacks
        before it gets a subnet.
        """
        for name, egress in (("ingress", False), ("egress", True)):
            if name in news:
                old, new = from_properties(olds.get(name)), from_properties(news[name])
                _bring_entries(call, resource_id, old, new, egress=egress)
        if "subnetIds" in news:
            old_subnets, new_subnets = texts(olds, "subnetIds"), texts(news, "subnetIds")
            _bring_subnets(call, resource_id, old_subnets, new_subnets)
        old_tags = text_map(_read_new(call, resource_id, news), "tagsAll")
        tags.update(call.ec2, resource_id, old_tags, tags.all_tags(call, news))
        return _read_new(call, resource_id, news)

    def delete(self, call: Call, resource_id: str, olds: Properties) -> None:  # noqa: ARG002 - the id says it all.
        """Give the subnets that the ACL has at this moment to the default ACL, then delete it."""

        def release_and_delete() -> None:
            acl = find_acl(call, resource_id)
            if acl is not None:
                _release(call, acl, {one["SubnetId"] for one in acl["Associations"]})
                tolerate(lambda: call.ec2.delete_network_acl(NetworkAclId=resource_id), ACL_GONE)

        call.retry(release_and_delete, _IN_USE, call.patience.acl_delete)


def _create_entries(
    call: Call, acl_id: str, entries: frozenset[InlineEntry], *, egress: bool
) -> None:
    for arguments in [to_aws(entry, acl_id, egress=egress) for entry in sorted(entries)]:
        call.ec2.create_network_acl_entry(**arguments)


def _bring_entries(
    call: Call,
    acl_id: str,
    old: frozenset[InlineEntry],
    new: frozenset[InlineEntry],
    *,
    egress: bool,
) -> None:
    """Delete the old entries that changed, then create the new ones that are not there."""
    for entry in sorted(old - new):
        _delete_entry(call, acl_id, entry, egress=egress)
    acl = find_acl(call, acl_id)
    live = from_aws(acl["Entries"] if acl else (), egress=egress)
    _create_entries(call, acl_id, new - live, egress=egress)


def _delete_entry(call: Call, acl_id: str, entry: InlineEntry, *, egress: bool) -> None:
    tolerate(
        lambda: call.ec2.delete_network_acl_entry(
            NetworkAclId=acl_id, RuleNumber=entry.number, Egress=egress
        ),
        _NO_ENTRY,
    )


def _bring_subnets(call: Call, acl_id: str, old: list[str], new: list[str]) -> None:
    """Give up the subnets that are no more wanted, then take those that are not there."""
    acl = find_acl(call, acl_id)
    live = {one["SubnetId"] for one in acl["Associations"]} if acl else set()
    if acl and live & (set(old) - set(new)):
        _release(call, acl, live & (set(old) - set(new)))
    for subnet_id in new:
        if subnet_id not in live:
            move_subnet(call, subnet_id, acl_id)


def _take_subnet(call: Call, acl_id: str, subnet_id: str) -> None:
    if move_subnet(call, subnet_id, acl_id) is None:
        raise ProviderError(f"the subnet {subnet_id} has no association with a network ACL")


def _release(call: Call, acl: Mapping[str, Any], subnet_ids: set[str]) -> None:
    """Give subnets of the ACL to the VPC's default ACL."""
    leaving = [one for one in acl["Associations"] if one["SubnetId"] in subnet_ids]
    target = default_acl(call, acl["VpcId"]) if leaving else ""
    for association in leaving:
        leave(call, association["NetworkAclAssociationId"], target)


def _read_new(call: Call, acl_id: str, state: Mapping[str, Value]) -> Properties:
    """Return the outputs of an ACL that must be there, as soon as AWS sees it."""
    answer = call.retry(
        lambda: call.ec2.describe_network_acls(NetworkAclIds=[acl_id]),
        ACL_GONE,
        call.patience.propagation,
    )
    return _outputs(call, answer["NetworkAcls"][0], state)


def _outputs(call: Call, acl: Mapping[str, Any], state: Mapping[str, Value]) -> Properties:
    owner, acl_id = acl["OwnerId"], acl["NetworkAclId"]
    subnet_ids: list[Value] = [*sorted(one["SubnetId"] for one in acl["Associations"])]
    return {
        "arn": call.arn(owner, f"network-acl/{acl_id}"),
        "egress": to_properties(from_aws(acl["Entries"], egress=True)),
        "ingress": to_properties(from_aws(acl["Entries"], egress=False)),
        "ownerId": owner,
        "region": call.region,
        "subnetIds": subnet_ids,
        "vpcId": acl["VpcId"],
        **tags.outputs(call, acl["Tags"], state),
    }
