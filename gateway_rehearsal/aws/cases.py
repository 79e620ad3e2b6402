"""Where moto differs from AWS in what this project asks of it, case by case.

Each case is put right in this package and has its tests, which moto as it is does not pass.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Case:
    """One difference: what AWS answers, and with it the local AWS, and what moto does instead."""

    name: str
    calls: str
    aws: str
    moto: str


_AUTHORIZE: Final = "AuthorizeSecurityGroup*"
_WRITE: Final = "AuthorizeSecurityGroup*, ModifySecurityGroupRules"
_REVOKE: Final = "RevokeSecurityGroup*"
_MODIFY: Final = "ModifySecurityGroupRules"
_DESCRIBE_AGAIN: Final = "UpdateSecurityGroupRuleDescriptions*"
_ENTRY: Final = "CreateNetworkAclEntry, ReplaceNetworkAclEntry"
_INTERFACE: Final = "CreateNetworkInterface, ModifyNetworkInterfaceAttribute, RunInstances"
_DESCRIBE: Final = "Describe*"
_INVALID: Final = "InvalidParameterValue"

RULES: Final = (
    Case("rule-cidr", _WRITE, "clears host bits, writes IPv6 in its shortest form", "keeps it"),
    Case("rule-cidr-text", _WRITE, f"{_INVALID} for what is no CIDR of its family", "takes it"),
    Case("rule-protocol", _WRITE, "gives 6, 17, 1 and 58 their names", "leaves 58 as it is"),
    Case("rule-ports", _WRITE, f"{_INVALID} for protocols and ports that are none", "takes them"),
    Case(
        "rule-no-ports",
        _WRITE,
        "ignores the ports of protocols without any; ICMPv6 needs no type",
        "keeps them, and meets missing ones with a Python error",
    ),
    Case(
        "rule-duplicate",
        _AUTHORIZE,
        "InvalidPermission.Duplicate, however CIDR and description are written",
        "compares what is written",
    ),
    Case(
        "rule-twice", _AUTHORIZE, f"{_INVALID} for a permission twice in a call", "makes the first"
    ),
    Case("rule-whole-call", _AUTHORIZE, "all rules of a call or none", "those before the fault"),
    Case("rule-answer", _AUTHORIZE, "lists every new rule", "lists those of the last permission"),
    Case("rule-no-peer", _AUTHORIZE, "MissingParameter", "makes nothing and says nothing"),
    Case(
        "rule-peer",
        _WRITE,
        "NotFound for lists and groups that are not there, or in a VPC that is not peered",
        "takes any list, and groups of any VPC",
    ),
    Case("rule-description", _WRITE, f"{_INVALID} for other characters, or 256", "takes any text"),
    Case(
        "rule-description-peer",
        f"{_WRITE}, {_DESCRIBE_AGAIN}",
        f"{_INVALID} for `&` where a rule names a group or a list",
        "takes it",
    ),
    Case(
        "rule-description-kept",
        "DescribeSecurityGroup*",
        "tells descriptions of all kinds of rules",
        "of CIDRs alone",
    ),
    Case(
        "revoke-id",
        _REVOKE,
        "InvalidSecurityGroupRuleId.NotFound for an id that is not in group and direction",
        "InvalidPermission.NotFound",
    ),
    Case("revoke-whole-call", _REVOKE, "all rules of a call or none", "those before the fault"),
    Case("modify-peer", _MODIFY, "changes peers of every kind", "IPv4 alone, and says all is well"),
    Case("modify-kind", _MODIFY, f"{_INVALID} for another kind of peer", "says all is well"),
    Case("modify-text", _MODIFY, "checks ports, CIDR and description", "takes any"),
    Case("modify-no-ports", _MODIFY, "needs no ports for all protocols", f"{_INVALID}"),
    Case("modify-duplicate", _MODIFY, "InvalidPermission.Duplicate", "makes two rules the same"),
    Case(
        "modify-description",
        _MODIFY,
        "clears a description that is not given",
        "keeps the old one",
    ),
    Case("describe-again", _DESCRIBE_AGAIN, "NotFound for rules that are not there", "passes over"),
)
GROUPS: Final = (
    Case(
        "group-text",
        "CreateSecurityGroup",
        f"{_INVALID} for other characters, 256 of them, or a name that begins with `sg-`",
        "takes any text",
    ),
    Case(
        "group-name",
        "CreateSecurityGroup",
        "compares names without case, and cuts trailing spaces off",
        "compares what is written",
    ),
    Case("group-default", "CreateVpc", "gives the default group a rule that names it", "none"),
    Case("group-default-stays", "DeleteSecurityGroup", "CannotDelete", "deletes the default group"),
    Case(
        "group-in-use",
        "DeleteSecurityGroup",
        "DependencyViolation for one on an interface, or named by another group's rule",
        "deletes it",
    ),
    Case(
        "interface-groups",
        _INTERFACE,
        "InvalidGroup.NotFound for groups that are not there, or another VPC's",
        "makes them up, and takes groups of any VPC",
    ),
)
QUOTAS: Final = (
    Case(
        "quota-rules",
        _WRITE,
        "RulesPerSecurityGroupLimitExceeded, counted a direction and a family",
        "sums the families, and stops at 60 always",
    ),
    Case("quota-references", _WRITE, "a group counts in both families", "as one of the sum"),
    Case("quota-lists", _WRITE, "a list counts its greatest size, or its weight", "nothing"),
    Case("quota-whole-call", _AUTHORIZE, "keeps no rule of such a call", "as many as fit"),
    Case(
        "quota-entries",
        _ENTRY,
        "NetworkAclEntryLimitExceeded, counted a direction and a family, `*` among them",
        "no quota",
    ),
    Case("quota-acls", "CreateNetworkAcl", "NetworkAclLimitExceeded, a VPC", "no quota"),
    Case("quota-groups", "CreateSecurityGroup", "SecurityGroupLimitExceeded, a Region", "no quota"),
    Case(
        "quota-interface", _INTERFACE, "SecurityGroupsPerInterfaceLimitExceeded", "takes any number"
    ),
    Case("quota-told", "GetServiceQuota", "tells what the account has", "tells a new account's"),
)
ACLS: Final = (
    Case("acl-last", "DescribeNetworkAcls", "shows the `*` of each family", "of default ACLs"),
    Case("acl-last-stays", "*NetworkAclEntry", f"{_INVALID} for the `*`", "changes it"),
    Case(
        "acl-default-ipv6",
        "CreateVpc, AssociateVpcCidrBlock",
        "lets IPv6 through the default ACL, as far as nobody edited it",
        "leaves it to IPv4",
    ),
    Case("acl-default-stays", "DeleteNetworkAcl", f"{_INVALID} for the default one", "deletes it"),
    Case("acl-missing", "*NetworkAcl*", "InvalidNetworkAclID.NotFound", "names a route table"),
    Case(
        "acl-token",
        "CreateNetworkAcl",
        "makes one ACL a token; IdempotentParameterMismatch for another call under it",
        "makes another",
    ),
    Case(
        "entry-kept",
        _ENTRY,
        "clears host bits, keeps ICMP, drops ports where there are none",
        "keeps what is written, and loses ICMP",
    ),
    Case(
        "entry-text",
        _ENTRY,
        f"{_INVALID} for other numbers, actions, protocols, CIDRs and ports",
        "takes them",
    ),
    Case(
        "entry-missing",
        "ReplaceNetworkAclEntry, DeleteNetworkAclEntry",
        "InvalidNetworkAclEntry.NotFound",
        "a Python error",
    ),
    Case("entry-order", "DescribeNetworkAcls", "lists entries by number", "as they came"),
    Case(
        "association-dead",
        "ReplaceNetworkAclAssociation",
        "InvalidAssociationID.NotFound for an id that was replaced",
        "a Python error",
    ),
    Case(
        "association-whole-call",
        "ReplaceNetworkAclAssociation",
        "leaves a subnet where it was when the ACL is missing or another VPC's",
        "leaves it without any, or moves it",
    ),
)
SURROUNDINGS: Final = (
    Case(
        "subnet-end",
        "DeleteSubnet",
        "DependencyViolation for one with interfaces; its association goes with it",
        "deletes it, and keeps the association",
    ),
    Case(
        "vpc-end",
        "DeleteVpc",
        "DependencyViolation for one with groups or ACLs; its own go with it",
        "deletes it, and keeps them",
    ),
    Case(
        "tag-text",
        "CreateTags, Create*",
        f"{_INVALID} for `aws:`, repeated, empty or long keys and long values",
        "takes them",
    ),
    Case(
        "tag-resource", "CreateTags", "NotFound for rules and ACLs that are not there", "tags them"
    ),
)
CALLS: Final = (
    Case("dry-run", "all that are answered here", "DryRunOperation, nothing done", "does it"),
    Case("pages", _DESCRIBE, "sends pages of MaxResults, which is 5 to 1000", "sends all"),
    Case("pages-ids", "DescribeNetworkInterfaces", "InvalidParameterCombination", "sends all"),
    Case("filter-values", _DESCRIBE, "FilterLimitExceeded for more than 200", "takes any number"),
    Case(
        "filters",
        "DescribeSecurityGroup*, DescribeNetworkAcls",
        f"all of the API reference; {_INVALID} for others",
        "lacks half of them, and meets others with a Python error",
    ),
)
CASES: Final = (*RULES, *GROUPS, *QUOTAS, *ACLS, *SURROUNDINGS, *CALLS)
