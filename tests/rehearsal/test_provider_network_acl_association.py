"""Associations of subnets with network ACLs, in the stand-in."""

import pytest
from aws_fixtures import new_subnet
from provider_fixtures import REGION, Engine, Service, engine, refusal, service, vpc_id
from test_provider_network_acl import acl_of, default_of, take

from gateway_rehearsal.provider.values import UNKNOWN, Properties

__all__ = ["engine", "service", "vpc_id"]

TYPE = "aws:ec2/networkAclAssociation:NetworkAclAssociation"


@pytest.fixture
def associations(engine: Engine) -> Engine:
    """Speak of associations."""
    return engine.of(TYPE)


@pytest.fixture
def subnet_id(engine: Engine, vpc_id: str) -> str:
    """Make a subnet beside another one, with which it shares its ACL."""
    new_subnet(engine.ec2, vpc_id, "10.42.0.0/24")
    return new_subnet(engine.ec2, vpc_id, "10.42.1.0/24")


def new_acl(engine: Engine, vpc_id: str) -> str:
    """Make an ACL."""
    return str(engine.ec2.create_network_acl(VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"])


def test_acl_and_subnet_are_required(associations: Engine) -> None:
    """There is nothing else."""
    assert associations.failures({}) == [
        ("networkAclId", "missing required property"),
        ("subnetId", "missing required property"),
    ]


@pytest.mark.parametrize("name", ["networkAclId", "region", "subnetId"])
def test_every_change_is_another_association_made_before_the_old_one_goes(
    associations: Engine, name: str
) -> None:
    """Nothing can be updated."""
    olds: Properties = {"networkAclId": "acl-1", "region": REGION, "subnetId": "subnet-1"}
    answer = associations.compare(olds, olds | {name: "other", "__defaults": []})
    assert (list(answer.replaces), answer.deleteBeforeReplace) == ([name], False)


def test_an_association_takes_the_subnet_over_and_is_known_by_its_new_id(
    associations: Engine, vpc_id: str, subnet_id: str
) -> None:
    """Whoever had the subnet loses it, silently."""
    acl_id = new_acl(associations, vpc_id)
    inputs: Properties = {"networkAclId": acl_id, "subnetId": subnet_id}
    association_id, outputs = associations.create(inputs)
    assert associations.calls.names == ["DescribeNetworkAcls", "ReplaceNetworkAclAssociation"]
    assert outputs == inputs | {"region": REGION}
    assert acl_of(associations, subnet_id) == acl_id
    assert associations.read(association_id, outputs, inputs) == (association_id, outputs, inputs)


def test_an_association_is_imported_by_its_id(
    associations: Engine, vpc_id: str, subnet_id: str
) -> None:
    """Its inputs are what AWS has."""
    inputs: Properties = {"networkAclId": new_acl(associations, vpc_id), "subnetId": subnet_id}
    association_id, outputs = associations.create(inputs)
    assert associations.read(association_id) == (
        association_id,
        outputs,
        inputs | {"region": REGION, "__defaults": []},
    )


def test_an_association_that_someone_replaced_is_gone(
    associations: Engine, vpc_id: str, subnet_id: str
) -> None:
    """The engine drops it from its state."""
    inputs: Properties = {"networkAclId": new_acl(associations, vpc_id), "subnetId": subnet_id}
    association_id, outputs = associations.create(inputs)
    take(associations, subnet_id, new_acl(associations, vpc_id))
    assert associations.read(association_id, outputs, inputs) == ("", {}, {})


def test_a_dead_association_is_looked_up_again(
    associations: Engine, vpc_id: str, subnet_id: str
) -> None:
    """Someone else was faster."""
    acl_id = new_acl(associations, vpc_id)
    associations.calls.refuse("ReplaceNetworkAclAssociation", "InvalidAssociationID.NotFound")
    associations.create({"networkAclId": acl_id, "subnetId": subnet_id})
    assert acl_of(associations, subnet_id) == acl_id


def test_a_subnet_that_is_not_there_is_an_error(associations: Engine, vpc_id: str) -> None:
    """It has no association to replace."""
    with refusal() as text:
        associations.create({"networkAclId": new_acl(associations, vpc_id), "subnetId": "subnet-1"})
    assert text() == "creating it: the subnet subnet-1 has no association with a network ACL"


def test_a_deleted_association_leaves_the_subnet_to_the_default_acl(
    associations: Engine, vpc_id: str, subnet_id: str
) -> None:
    """A subnet is never without one."""
    inputs: Properties = {"networkAclId": new_acl(associations, vpc_id), "subnetId": subnet_id}
    association_id, outputs = associations.create(inputs)
    associations.delete(association_id, outputs)
    assert acl_of(associations, subnet_id) == default_of(associations, vpc_id)


def test_a_vpc_without_default_acl_is_an_error(
    service: Service, associations: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS has none such, and the message says what is missing."""
    association = {"NetworkAclAssociationId": "aclassoc-1", "SubnetId": "subnet-1"}
    answers = iter([[{"VpcId": "vpc-1", "Associations": [association]}], []])
    monkeypatch.setattr(
        service.aws.client("ec2", REGION),
        "describe_network_acls",
        lambda **_: {"NetworkAcls": next(answers)},
    )
    with refusal() as text:
        associations.delete("aclassoc-1", {})
    assert text() == "deleting it: the VPC vpc-1 has no default network ACL"


def test_an_association_that_is_gone_already_is_deleted(
    associations: Engine, vpc_id: str, subnet_id: str
) -> None:
    """Whether it is seen before the call or by the call."""
    inputs: Properties = {"networkAclId": new_acl(associations, vpc_id), "subnetId": subnet_id}
    association_id, outputs = associations.create(inputs)
    associations.delete("aclassoc-00000000000000000", outputs)
    associations.calls.refuse("ReplaceNetworkAclAssociation", "InvalidAssociationID.NotFound")
    associations.delete(association_id, outputs)
    assert acl_of(associations, subnet_id) == inputs["networkAclId"]


def test_a_replacement_for_the_same_subnet_ends_right_only_when_it_is_made_first(
    associations: Engine, vpc_id: str, subnet_id: str
) -> None:
    """The old id is dead by then; the other order would pass through the default ACL."""
    ids = [new_acl(associations, vpc_id) for _ in range(2)]
    made = [associations.create({"networkAclId": acl_id, "subnetId": subnet_id}) for acl_id in ids]
    associations.delete(*made[0])
    assert acl_of(associations, subnet_id) == ids[1]
    associations.delete(*made[1])
    assert acl_of(associations, subnet_id) == default_of(associations, vpc_id)


def test_an_association_cannot_be_updated(associations: Engine) -> None:
    """The engine never asks for it, and gets an answer if it does."""
    inputs: Properties = {"networkAclId": "acl-1", "subnetId": "subnet-1"}
    with refusal() as text:
        associations.update("aclassoc-1", inputs, inputs)
    assert text() == "updating it: network ACL association aclassoc-1 cannot be updated"


def test_a_preview_with_unknown_ids_calls_nothing(associations: Engine) -> None:
    """Both ends may not be there yet."""
    inputs: Properties = {"networkAclId": UNKNOWN, "subnetId": UNKNOWN}
    _, outputs = associations.create(inputs, preview=True)
    assert (outputs, associations.calls.names) == (inputs | {"region": REGION}, [])
