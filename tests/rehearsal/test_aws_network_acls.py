"""Network ACLs of the local AWS: entries, the `*`, and the subnets they guard."""

from typing import TYPE_CHECKING, Any

import pytest
from aws_fixtures import ec2, new_subnet, new_vpc, proves, refusal, vpc

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["ec2", "vpc"]

LAST = {"CidrBlock": "0.0.0.0/0", "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767}
LAST_IPV6 = {"Ipv6CidrBlock": "::/0", "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32768}
BOTH_WAYS = ({"Egress": True}, {"Egress": False})


@pytest.fixture
def acl(ec2: "BaseClient", vpc: str) -> str:
    """Make an ACL of that VPC."""
    return new_acl(ec2, vpc)


def new_acl(ec2: "BaseClient", vpc: str) -> str:
    """Make an ACL and return its id."""
    acl_id: str = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    return acl_id


def entry(acl: str, number: object = 100, **changes: object) -> dict[str, object]:
    """Write the request for one entry: SMTP from everywhere, but for the changes."""
    request: dict[str, object] = {
        "NetworkAclId": acl,
        "RuleNumber": number,
        "Egress": False,
        "Protocol": "6",
        "RuleAction": "allow",
        "CidrBlock": "0.0.0.0/0",
        "PortRange": {"From": 25, "To": 25},
        **changes,
    }
    return {key: value for key, value in request.items() if value is not None}


def shown(ec2: "BaseClient", acl: str) -> dict[str, Any]:
    """Read one ACL back."""
    found: list[dict[str, Any]] = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"]
    return found[0]


def numbers(ec2: "BaseClient", acl: str) -> list[tuple[bool, int]]:
    """Read direction and number of each entry of an ACL."""
    entries = shown(ec2, acl)["Entries"]
    return [(each["Egress"], each["RuleNumber"]) for each in entries]


def kept(ec2: "BaseClient", acl: str) -> dict[str, Any]:
    """Read the one ingress entry back that is not the `*`."""
    entries: list[dict[str, Any]] = shown(ec2, acl)["Entries"]
    (found,) = [e for e in entries if not e["Egress"] and e["RuleNumber"] < 32767]
    return found


def default_acl(ec2: "BaseClient", vpc: str) -> dict[str, Any]:
    """Read the default ACL of a VPC."""
    found: list[dict[str, Any]] = ec2.describe_network_acls(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default", "Values": ["true"]}]
    )["NetworkAcls"]
    return found[0]


def acls_of(ec2: "BaseClient", vpc: str) -> list[dict[str, Any]]:
    """List the ACLs of a VPC."""
    found: list[dict[str, Any]] = ec2.describe_network_acls(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}]
    )["NetworkAcls"]
    return found


def association(ec2: "BaseClient", subnet: str) -> str:
    """Find the association of a subnet."""
    (found,) = ec2.describe_network_acls(
        Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
    )["NetworkAcls"]
    ids: list[str] = [
        each["NetworkAclAssociationId"]
        for each in found["Associations"]
        if each["SubnetId"] == subnet
    ]
    return ids[0]


@proves("acl-last")
def test_a_new_acl_has_the_last_entries_alone(ec2: "BaseClient", vpc: str) -> None:
    """A new ACL denies everything and guards no subnet."""
    made = ec2.create_network_acl(
        VpcId=vpc,
        TagSpecifications=[
            {"ResourceType": "network-acl", "Tags": [{"Key": "Name", "Value": "mail"}]}
        ],
    )["NetworkAcl"]
    assert made == {
        "NetworkAclId": made["NetworkAclId"],
        "VpcId": vpc,
        "OwnerId": "123456789012",
        "IsDefault": False,
        "Associations": [],
        "Entries": [{**LAST, **way} for way in BOTH_WAYS],
        "Tags": [{"Key": "Name", "Value": "mail"}],
    }
    assert shown(ec2, made["NetworkAclId"]) == made


@proves("acl-token")
def test_a_repeated_call_makes_no_other_acl(ec2: "BaseClient", vpc: str) -> None:
    """A call whose answer was lost is repeated under its token, and answered with the same ACL."""
    first, again, other = (
        ec2.create_network_acl(VpcId=vpc, ClientToken=token)["NetworkAcl"]["NetworkAclId"]
        for token in ("one", "one", "two")
    )
    assert (first == again, first == other) == (True, False)


@proves("acl-token")
def test_a_token_is_for_one_call(ec2: "BaseClient", vpc: str) -> None:
    """Another call under the token of an earlier one is refused, and makes nothing."""
    ec2.create_network_acl(VpcId=vpc, ClientToken="three")
    other = new_vpc(ec2)
    assert refusal(ec2.create_network_acl, VpcId=other, ClientToken="three") == (
        "IdempotentParameterMismatch",
        "The parameters differ from those of the earlier request with the same client token",
    )
    assert [acl["IsDefault"] for acl in acls_of(ec2, other)] == [True]


@proves("acl-last")
def test_a_vpc_with_ipv6_has_last_entries_for_it(ec2: "BaseClient") -> None:
    """Where the VPC has IPv6, the `*` of IPv6 is shown as well."""
    acl = new_acl(ec2, new_vpc(ec2, ipv6=True))
    assert shown(ec2, acl)["Entries"] == [
        {**last, **way} for way in BOTH_WAYS for last in (LAST, LAST_IPV6)
    ]


@proves("acl-default-ipv6")
def test_the_default_acl_lets_everything_through(ec2: "BaseClient", vpc: str) -> None:
    """A VPC's default ACL has entry 100 both ways, and 101 if the VPC has IPv6."""
    everything = {**LAST, "RuleAction": "allow", "RuleNumber": 100}
    ipv6 = {**LAST_IPV6, "RuleAction": "allow", "RuleNumber": 101}
    assert default_acl(ec2, vpc)["Entries"] == [
        {**each, **way} for way in BOTH_WAYS for each in (everything, LAST)
    ]
    assert default_acl(ec2, new_vpc(ec2, ipv6=True))["Entries"] == [
        {**each, **way} for way in BOTH_WAYS for each in (everything, ipv6, LAST, LAST_IPV6)
    ]


@proves("acl-default-ipv6")
def test_ipv6_that_comes_later_passes_where_nobody_edited(ec2: "BaseClient", vpc: str) -> None:
    """With its VPC's first IPv6 CIDR, a default ACL gets entry 101 in directions as they were."""
    acl = default_acl(ec2, vpc)["NetworkAclId"]
    ec2.create_network_acl_entry(**entry(acl, 7))
    ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    entries = default_acl(ec2, vpc)["Entries"]
    assert [(each["Egress"], each["RuleNumber"]) for each in entries] == [
        *((True, number) for number in (100, 101, 32767, 32768)),
        *((False, number) for number in (7, 100, 32767, 32768)),
    ]


def test_another_ipv4_cidr_changes_no_entry(ec2: "BaseClient", vpc: str) -> None:
    """Only IPv6 opens a default ACL further."""
    before = default_acl(ec2, vpc)["Entries"]
    ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.43.0.0/16")
    assert default_acl(ec2, vpc)["Entries"] == before


@proves("entry-kept")
@pytest.mark.parametrize(
    ("asked", "kept_as"),
    [
        # TCP and UDP keep their ports, and no ICMP type.
        (
            {"IcmpTypeCode": {"Type": 3, "Code": 4}},
            {"Protocol": "6", "PortRange": {"From": 25, "To": 25}},
        ),
        (
            {"Protocol": "17", "PortRange": {"From": 0, "To": 65535}},
            {"Protocol": "17", "PortRange": {"From": 0, "To": 65535}},
        ),
        # ICMP keeps type and code, and no ports.
        (
            {"Protocol": "1", "IcmpTypeCode": {"Type": 3, "Code": 4}},
            {"Protocol": "1", "IcmpTypeCode": {"Type": 3, "Code": 4}},
        ),
        (
            {"Protocol": "1", "PortRange": None, "IcmpTypeCode": {"Type": -1, "Code": -1}},
            {"Protocol": "1", "IcmpTypeCode": {"Type": -1, "Code": -1}},
        ),
        (
            {
                "Protocol": "58",
                "CidrBlock": None,
                "Ipv6CidrBlock": "::/0",
                "IcmpTypeCode": {"Type": 2, "Code": 0},
            },
            {"Protocol": "58", "IcmpTypeCode": {"Type": 2, "Code": 0}},
        ),
        # ICMPv6 over IPv4 is all of it, whatever is given.
        ({"Protocol": "58", "IcmpTypeCode": {"Type": 2, "Code": 0}}, {"Protocol": "58"}),
        # All protocols, and those without ports, keep neither.
        ({"Protocol": "-1"}, {"Protocol": "-1"}),
        ({"Protocol": "050"}, {"Protocol": "50"}),
        # Addresses become canonical.
        ({"CidrBlock": "100.68.0.18/18"}, {"CidrBlock": "100.68.0.0/18"}),
        (
            {"CidrBlock": None, "Ipv6CidrBlock": "2001:DB8:0::1/32"},
            {"Ipv6CidrBlock": "2001:db8::/32"},
        ),
        ({"RuleAction": "deny"}, {"RuleAction": "deny"}),
    ],
)
def test_entries_are_kept_as_ec2_keeps_them(
    ec2: "BaseClient", acl: str, asked: dict[str, object], kept_as: dict[str, object]
) -> None:
    """An entry comes back with what its protocol has, its address canonical."""
    ec2.create_network_acl_entry(**entry(acl, **asked))
    found = kept(ec2, acl)
    assert found == {**found, **kept_as}
    wholly = "Protocol" in kept_as
    assert not wholly or found.keys() & {"PortRange", "IcmpTypeCode"} == kept_as.keys() & {
        "PortRange",
        "IcmpTypeCode",
    }


@proves("entry-text")
@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        # Numbers.
        *(
            (
                {"RuleNumber": number},
                "InvalidParameterValue",
                f"Invalid value '{number}' for ruleNumber. Must be from 1 to 32766.",
            )
            for number in (0, -5, 32767, 40000)
        ),
        # Actions.
        (
            {"RuleAction": "permit"},
            "InvalidParameterValue",
            "Invalid value 'permit' for ruleAction. Must be allow or deny.",
        ),
        # Protocols.
        *(
            (
                {"Protocol": protocol},
                "InvalidParameterValue",
                f"Invalid value '{protocol}' for protocol. Must be a protocol number.",
            )
            for protocol in ("tcp", "256", "-2", "banana")
        ),
        # Addresses.
        (
            {"CidrBlock": None},
            "MissingParameter",
            "The request must contain the parameter cidrBlock or ipv6CidrBlock",
        ),
        (
            {"Ipv6CidrBlock": "::/0"},
            "InvalidParameterCombination",
            "The parameters cidrBlock and ipv6CidrBlock cannot be used together",
        ),
        (
            {"CidrBlock": "banana"},
            "InvalidParameterValue",
            "Value (banana) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
        ),
        (
            {"CidrBlock": None, "Ipv6CidrBlock": "10.0.0.0/8"},
            "InvalidParameterValue",
            (
                "Value (10.0.0.0/8) for parameter ipv6CidrBlock is invalid. "
                "This is not a valid CIDR block."
            ),
        ),
        # Ports.
        (
            {"PortRange": None},
            "InvalidParameterValue",
            "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
        ),
        (
            {"PortRange": {"From": 25}},
            "InvalidParameterValue",
            "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
        ),
        (
            {"PortRange": {"From": 90, "To": 80}},
            "InvalidParameterValue",
            "Invalid TCP/UDP port range (90:80)",
        ),
        (
            {"PortRange": {"From": 0, "To": 65536}},
            "InvalidParameterValue",
            "TCP/UDP (to) port (65536) out of range",
        ),
        # ICMP.
        (
            {"Protocol": "1"},
            "InvalidParameterValue",
            "Must specify both type and code with ICMP.",
        ),
        (
            {"Protocol": "1", "IcmpTypeCode": {"Type": 3}},
            "InvalidParameterValue",
            "Must specify both type and code with ICMP.",
        ),
        (
            {"Protocol": "1", "IcmpTypeCode": {"Type": -1, "Code": 4}},
            "InvalidParameterValue",
            "ICMP code (4) is not allowed with all ICMP types",
        ),
    ],
)
def test_bad_entries_are_refused(
    ec2: "BaseClient", acl: str, changes: dict[str, object], code: str, text: str
) -> None:
    """An entry is checked as a whole, when it is new and when it takes another's place."""
    ec2.create_network_acl_entry(**entry(acl))
    before = shown(ec2, acl)
    for call in (ec2.create_network_acl_entry, ec2.replace_network_acl_entry):
        assert refusal(call, **entry(acl, **changes)) == (code, text)
    assert shown(ec2, acl) == before


def test_a_number_is_used_once_a_direction(ec2: "BaseClient", acl: str) -> None:
    """IPv4 and IPv6 share the numbers of a direction; the directions do not."""
    ec2.create_network_acl_entry(**entry(acl))
    ec2.create_network_acl_entry(**entry(acl, Egress=True))
    for again in (entry(acl), entry(acl, CidrBlock=None, Ipv6CidrBlock="::/0")):
        assert refusal(ec2.create_network_acl_entry, **again) == (
            "NetworkAclEntryAlreadyExists",
            "The network acl entry identified by 100 already exists.",
        )


@proves("entry-order")
def test_entries_come_sorted(ec2: "BaseClient", acl: str) -> None:
    """Entries come in the order in which they are read, however they were made."""
    for number, egress in ((30, False), (10, True), (20, False), (5, True)):
        ec2.create_network_acl_entry(**entry(acl, number, Egress=egress))
    ec2.replace_network_acl_entry(**entry(acl, 20, RuleAction="deny"))
    assert numbers(ec2, acl) == [
        (True, 5),
        (True, 10),
        (True, 32767),
        (False, 20),
        (False, 30),
        (False, 32767),
    ]


def test_an_entry_takes_the_place_of_another(ec2: "BaseClient", acl: str) -> None:
    """Replacing puts the new entry under the number, of whichever family."""
    ec2.create_network_acl_entry(**entry(acl))
    ec2.replace_network_acl_entry(
        **entry(acl, CidrBlock=None, Ipv6CidrBlock="::/0", RuleAction="deny")
    )
    assert kept(ec2, acl) == {
        "RuleNumber": 100,
        "Egress": False,
        "Protocol": "6",
        "RuleAction": "deny",
        "Ipv6CidrBlock": "::/0",
        "PortRange": {"From": 25, "To": 25},
    }


@proves("entry-missing")
def test_entries_that_are_not_there_are_named(ec2: "BaseClient", acl: str) -> None:
    """What is replaced or deleted must be there, in its direction."""
    ec2.create_network_acl_entry(**entry(acl))
    for way, egress in (("ingress", False), ("egress", True)):
        number = 100 if egress else 120
        missing = ("InvalidNetworkAclEntry.NotFound", f"no {way} entry with number {number}")
        request = {"NetworkAclId": acl, "RuleNumber": number, "Egress": egress}
        assert refusal(ec2.delete_network_acl_entry, **request) == missing
        replacing = entry(acl, number, Egress=egress)
        assert refusal(ec2.replace_network_acl_entry, **replacing) == missing


@proves("acl-last-stays")
def test_the_last_entries_stay(ec2: "BaseClient", acl: str) -> None:
    """Nobody can delete the `*`."""
    request = {"NetworkAclId": acl, "RuleNumber": 32767, "Egress": False}
    assert refusal(ec2.delete_network_acl_entry, **request) == (
        "InvalidParameterValue",
        "Invalid value '32767' for ruleNumber. Must be from 1 to 32766.",
    )


def test_an_entry_goes(ec2: "BaseClient", acl: str) -> None:
    """A deleted entry is gone from its direction, and the other one is not."""
    ec2.create_network_acl_entry(**entry(acl))
    ec2.create_network_acl_entry(**entry(acl, Egress=True))
    ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=True)
    assert numbers(ec2, acl) == [
        (True, 32767),
        (False, 100),
        (False, 32767),
    ]


@proves("acl-missing")
def test_every_call_names_a_missing_acl(ec2: "BaseClient", vpc: str) -> None:
    """An ACL that is not there is refused by its id, and no subnet loses its own."""
    nowhere = "acl-00000000"
    held = association(ec2, new_subnet(ec2, vpc))
    number = {"NetworkAclId": nowhere, "RuleNumber": 1, "Egress": True}
    for call, request in (
        (ec2.describe_network_acls, {"NetworkAclIds": [nowhere]}),
        (ec2.delete_network_acl, {"NetworkAclId": nowhere}),
        (ec2.create_network_acl_entry, entry(nowhere)),
        (ec2.replace_network_acl_entry, entry(nowhere)),
        (ec2.delete_network_acl_entry, number),
        (
            ec2.replace_network_acl_association,
            {"NetworkAclId": nowhere, "AssociationId": held},
        ),
    ):
        assert refusal(call, **request) == (
            "InvalidNetworkAclID.NotFound",
            "The networkAcl ID 'acl-00000000' does not exist",
        )
    assert len(default_acl(ec2, vpc)["Associations"]) == 1


def test_an_acl_needs_a_vpc_that_is_there(ec2: "BaseClient") -> None:
    """An ACL of no VPC is refused."""
    assert refusal(ec2.create_network_acl, VpcId="vpc-00000000") == (
        "InvalidVpcID.NotFound",
        "VpcID vpc-00000000 does not exist.",
    )


@proves("association-dead")
def test_a_subnet_changes_its_acl(ec2: "BaseClient", vpc: str, acl: str) -> None:
    """The subnet leaves its ACL for the other under a new id, and the old id ends."""
    subnet, stays = new_subnet(ec2, vpc), new_subnet(ec2, vpc, "10.42.9.0/26")
    old = association(ec2, subnet)
    answer = ec2.replace_network_acl_association(AssociationId=old, NetworkAclId=acl)
    assert answer["NewAssociationId"] == association(ec2, subnet) != old
    assert shown(ec2, acl)["Associations"] == [
        {
            "NetworkAclAssociationId": answer["NewAssociationId"],
            "NetworkAclId": acl,
            "SubnetId": subnet,
        }
    ]
    assert [a["SubnetId"] for a in default_acl(ec2, vpc)["Associations"]] == [stays]
    assert refusal(ec2.replace_network_acl_association, AssociationId=old, NetworkAclId=acl) == (
        "InvalidAssociationID.NotFound",
        f"The association ID '{old}' does not exist",
    )


@proves("association-whole-call")
def test_a_subnet_keeps_to_the_acls_of_its_vpc(ec2: "BaseClient", vpc: str) -> None:
    """The ACL of another VPC is refused, and the subnet stays where it was."""
    subnet, strange = new_subnet(ec2, vpc), new_acl(ec2, new_vpc(ec2))
    held = association(ec2, subnet)
    refused = refusal(ec2.replace_network_acl_association, AssociationId=held, NetworkAclId=strange)
    assert refused == (
        "InvalidParameterValue",
        f"networkAcl {strange} and subnet {subnet} belong to different networks",
    )
    assert association(ec2, subnet) == held


@proves("association-whole-call")
def test_a_subnet_does_not_move_to_an_acl_that_is_gone(ec2: "BaseClient", vpc: str) -> None:
    """The subnet keeps its ACL, and the id of the association stays good."""
    subnet, gone = new_subnet(ec2, vpc), new_acl(ec2, vpc)
    ec2.delete_network_acl(NetworkAclId=gone)
    held = association(ec2, subnet)
    refused = refusal(ec2.replace_network_acl_association, AssociationId=held, NetworkAclId=gone)
    assert refused == (
        "InvalidNetworkAclID.NotFound",
        f"The networkAcl ID '{gone}' does not exist",
    )
    assert association(ec2, subnet) == held


def test_an_acl_goes_when_it_guards_nothing(ec2: "BaseClient", vpc: str, acl: str) -> None:
    """An ACL with a subnet stays until the subnet has moved."""
    subnet = new_subnet(ec2, vpc)
    ec2.replace_network_acl_association(AssociationId=association(ec2, subnet), NetworkAclId=acl)
    assert refusal(ec2.delete_network_acl, NetworkAclId=acl) == (
        "DependencyViolation",
        f"The networkAcl '{acl}' has dependencies and cannot be deleted.",
    )
    ec2.replace_network_acl_association(
        AssociationId=association(ec2, subnet),
        NetworkAclId=default_acl(ec2, vpc)["NetworkAclId"],
    )
    ec2.delete_network_acl(NetworkAclId=acl)
    found = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    assert [each["IsDefault"] for each in found["NetworkAcls"]] == [True]


@proves("acl-default-stays")
def test_a_default_acl_stays(ec2: "BaseClient", vpc: str) -> None:
    """Nobody can delete a VPC's default ACL."""
    default = default_acl(ec2, vpc)["NetworkAclId"]
    assert refusal(ec2.delete_network_acl, NetworkAclId=default) == (
        "InvalidParameterValue",
        f"cannot delete default network ACL {default}",
    )


@proves("dry-run")
def test_a_dry_run_changes_nothing(ec2: "BaseClient", vpc: str, acl: str) -> None:
    """Every writing call says on a dry run that it would have done, and does nothing."""
    ec2.create_network_acl_entry(**entry(acl))
    held = association(ec2, new_subnet(ec2, vpc))
    before = ec2.describe_network_acls()["NetworkAcls"]
    number = {"NetworkAclId": acl, "RuleNumber": 100, "Egress": False}
    for call, request in (
        (ec2.create_network_acl, {"VpcId": vpc}),
        (ec2.delete_network_acl, {"NetworkAclId": acl}),
        (ec2.create_network_acl_entry, entry(acl, 110)),
        (ec2.replace_network_acl_entry, entry(acl, RuleAction="deny")),
        (ec2.delete_network_acl_entry, number),
        (ec2.replace_network_acl_association, {"NetworkAclId": acl, "AssociationId": held}),
    ):
        assert refusal(call, **request, DryRun=True) == (
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        )
    assert ec2.describe_network_acls()["NetworkAcls"] == before


@proves("filters")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("network-acl-id", None),
        ("association.network-acl-id", None),
        ("association.subnet-id", None),
        ("association.association-id", None),
        ("entry.cidr", "203.0.113.0/24"),
        ("entry.ipv6-cidr", "2001:db8:f::/48"),
        ("entry.rule-number", "4711"),
        ("entry.port-range.from", "4000"),
        ("entry.port-range.to", "5000"),
        ("entry.icmp.type", "13"),
        ("entry.icmp.code", "9"),
        ("tag:only", "this"),
        ("tag-key", "only"),
    ],
)
def test_acls_are_filtered(ec2: "BaseClient", vpc: str, name: str, value: str | None) -> None:
    """A filter finds the one ACL that it describes."""
    acl = new_acl(ec2, vpc)
    subnet = new_subnet(ec2, vpc)
    ec2.replace_network_acl_association(AssociationId=association(ec2, subnet), NetworkAclId=acl)
    ec2.create_tags(Resources=[acl], Tags=[{"Key": "only", "Value": "this"}])
    for request in (
        entry(acl, 4711, CidrBlock="203.0.113.0/24", PortRange={"From": 4000, "To": 5000}),
        entry(acl, 4712, CidrBlock=None, Ipv6CidrBlock="2001:db8:f::/48"),
        entry(acl, 4713, Protocol="1", IcmpTypeCode={"Type": 13, "Code": 9}),
    ):
        ec2.create_network_acl_entry(**request)
    ids = {
        "network-acl-id": acl,
        "association.network-acl-id": acl,
        "association.subnet-id": subnet,
        "association.association-id": association(ec2, subnet),
    }
    found = ec2.describe_network_acls(Filters=[{"Name": name, "Values": [value or ids[name]]}])
    assert [each["NetworkAclId"] for each in found["NetworkAcls"]] == [acl]
    ec2.replace_network_acl_association(
        AssociationId=association(ec2, subnet),
        NetworkAclId=default_acl(ec2, vpc)["NetworkAclId"],
    )
    ec2.delete_network_acl(NetworkAclId=acl)


@proves("filters")
@pytest.mark.parametrize("written", ["1", "icmp"])
def test_a_protocol_is_found_by_number_and_name(
    ec2: "BaseClient", vpc: str, acl: str, written: str
) -> None:
    """TCP, UDP and ICMP have a name in filters, though entries are shown with their number."""
    ec2.create_network_acl_entry(**entry(acl, Protocol="1", IcmpTypeCode={"Type": 3, "Code": 4}))
    asked = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "entry.protocol", "Values": [written]}]
    found = ec2.describe_network_acls(Filters=asked)["NetworkAcls"]
    assert [each["NetworkAclId"] for each in found] == [acl]
