"""Reading a stack's two files: what is right is read, and all that is wrong is told at once."""

from pathlib import Path

import pytest
from document import EXTERNAL, SPAM_SIGNATURES
from written import ADDRESSES, HOSTS, STACK, fixtures, project, promised, told

from gateway_rules.errors import Faults, Problem
from gateway_rules.inputs.catalogue import Catalogue, read_catalogue
from gateway_rules.inputs.quotas import Quotas
from gateway_rules.inputs.site import EphemeralPorts, Location, StackFields
from gateway_rules.inputs.stack_file import KEYS, read_stack
from gateway_rules.planning.planner import plan

ELSEWHERE = STACK.replace("eu-west-1", "us-east-1")
PENDING = (
    "error: stacks/Pulumi.bad.yaml:2:15: [pending] the addresses of {} in US are not known; "
    "run gateway-rules resolve bad with a resolver in that region"
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Read the shipped catalogue once."""
    return read_catalogue()


def refused(root: Path, catalogue: Catalogue) -> list[str]:
    """Give what a user is told about a stack that is refused, or pending."""
    try:
        return [*map(str, read_stack(root, "bad", catalogue).lacking)]
    except Faults as faults:
        return told(faults)


@pytest.mark.parametrize("fixture", fixtures("stack"), ids=lambda path: path.stem)
def test_a_bad_stack_file_is_told_by_place_and_cure(
    fixture: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    """Each fixture gives just the lines that stand at its end."""
    assert promised(fixture) == refused(project(tmp_path, fixture.read_text()), catalogue)


@pytest.mark.parametrize("fixture", fixtures("addresses"), ids=lambda path: path.stem)
def test_a_bad_address_file_is_told_by_place_and_cure(
    fixture: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    """Each fixture, beside a sound stack in the US, gives just the lines at its end."""
    root = project(tmp_path, ELSEWHERE, fixture.read_text())
    assert promised(fixture) == refused(root, catalogue)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "1:1: [missing-key] the stack has no config; {}"),
        (b"# config:\n", "1:1: [missing-key] the stack has no config; {}"),
        (b"config:\n", "1:1: [missing-key] the stack has no config; {}"),
        (b"config: []\n", "1:9: [missing-key] the stack has no config; {}"),
        (b"config: \xff\n", "1:1: [encoding] the file is not UTF-8; save it as UTF-8"),
        (b"[" * 5000, "1:1: [yaml] the values are nested too deeply; mend the YAML"),
    ],
    ids=["empty", "comment", "empty-config", "config-is-a-list", "latin-1", "nested"],
)
def test_a_file_that_says_nothing_is_told(
    content: bytes, line: str, tmp_path: Path, catalogue: Catalogue
) -> None:
    """An empty file, one without its key, and one that is no text are faults like any other."""
    root = project(tmp_path)
    (root / "stacks" / "Pulumi.bad.yaml").write_bytes(content)
    cure = line.format("write `config:` with the keys of the stack below it")
    assert refused(root, catalogue) == [f"error: stacks/Pulumi.bad.yaml:{cure}"]


def test_both_files_are_told_at_once(tmp_path: Path, catalogue: Catalogue) -> None:
    """What is wrong with the addresses hides nothing that is wrong with the stack."""
    stack = ELSEWHERE.replace("10.42.0.0/24", "10.42.0.1/24").replace("[self]", "[nobody]")
    root = project(tmp_path, stack, ADDRESSES.replace("84.39.153.1]", "84.39.153.300]"))
    assert [line.split(";")[0] for line in refused(root, catalogue)] == [
        (
            "error: stacks/Pulumi.bad.yaml:7:22: [host-bits] gateway-rules:roles.administrators: "
            "10.42.0.1/24 has bits behind its prefix length"
        ),
        "error: stacks/Pulumi.bad.yaml:9:13: [prefix] peers: 'nobody' is no prefix",
        (
            "error: stacks/addresses/bad.yaml:2:50: [prefix] bulkmail1.clearswift.net.addresses: "
            "'84.39.153.300' is no prefix"
        ),
    ]


def test_both_files_are_told_at_once_where_neither_is_yaml(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """A file that cannot be parsed does not keep the other from being parsed."""
    root = project(tmp_path, "config: [\n", "hosts: {\n")
    assert [line.split(" [")[0] for line in refused(root, catalogue)] == [
        "error: stacks/Pulumi.bad.yaml:2:1:",
        "error: stacks/addresses/bad.yaml:2:1:",
    ]


def test_hosts_are_not_judged_where_the_region_is_unknown(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """A wrong region is one fault, not one more for each host that another region needs."""
    unknown = project(tmp_path / "unknown", STACK.replace("eu-west-1", "eu-west-9"), ADDRESSES)
    number = project(tmp_path / "number", STACK.replace("eu-west-1", "1"), ADDRESSES)
    rules = [refused(root, catalogue)[0].split()[2] for root in (unknown, number)]
    assert rules == ["[unknown-region]", "[type]"]
    assert [len(refused(root, catalogue)) for root in (unknown, number)] == [1, 1]


def test_a_stack_is_read_as_it_is_written(tmp_path: Path, catalogue: Catalogue) -> None:
    """What a small file does not say has the defaults that AWS and Linux have."""
    file = read_stack(project(tmp_path), "bad", catalogue)
    site = file.site
    assert (site.stack, site.region) == ("bad", "eu-west-1")
    assert file.location == Location(vpc={"Name": "mail-gateway"}, subnets={"Tier": "gateway"})
    assert site.quotas == Quotas(
        rules_per_security_group=60, entries_per_network_acl=20, security_groups_per_interface=5
    )
    assert site.ephemeral_ports == EphemeralPorts.model_construct(
        gateway=(32768, 60999), clients=(1024, 65535)
    )
    assert (site.protect, site.services, site.additions, site.hosts) == (True, {}, (), ())


def test_ids_find_what_tags_find(tmp_path: Path, catalogue: Catalogue) -> None:
    """The VPC may be an id, and the subnets a list of ids."""
    stack = STACK.replace("{Name: mail-gateway}", "vpc-0a1b").replace(
        "{Tier: gateway}", "[subnet-0a1b, subnet-0c2d]"
    )
    at = read_stack(project(tmp_path, stack), "bad", catalogue).location
    assert (at.vpc, at.subnets) == ("vpc-0a1b", ("subnet-0a1b", "subnet-0c2d"))


def test_what_belongs_to_others_is_left_alone(tmp_path: Path, catalogue: Catalogue) -> None:
    """Pulumi's keys beside `config:`, and keys of other namespaces, are none of our business."""
    others = "  aws:profile: {a: [1]}\n  other:key: {secure: abc}\nencryptionsalt: v1:abc=\n"
    alone = read_stack(project(tmp_path / "alone"), "bad", catalogue)
    among = read_stack(project(tmp_path / "among", STACK + others), "bad", catalogue)
    assert among == alone


def test_a_stack_outside_emea_is_pending_without_addresses(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """Nothing is wrong with it; the error says which hosts to look up, and where to put them."""
    file = read_stack(project(tmp_path, ELSEWHERE), "bad", catalogue)
    assert [*map(str, file.lacking)] == [PENDING.format(f"{HOSTS[0]} and 4 more hosts")]


def test_a_stack_with_some_of_its_addresses_stays_pending(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """Addresses of four hosts are not the addresses of five, nor is an empty list an address."""
    some = "\n".join(ADDRESSES.splitlines()[:-2]) + "\n"
    some += f"  - {{name: {HOSTS[3]}, addresses: []}}\n"
    file = read_stack(project(tmp_path, ELSEWHERE, some), "bad", catalogue)
    assert [*map(str, file.lacking)] == [PENDING.format(f"{HOSTS[3]} and 1 more host")]


def test_a_pending_stack_with_a_fault_is_no_longer_pending(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """Pending means that nothing else is wrong, so that commands over all stacks may go on."""
    root = project(tmp_path, ELSEWHERE.replace("[self]", "[nobody]"))
    with pytest.raises(Faults) as caught:
        read_stack(root, "bad", catalogue)
    assert [type(caught.value), len(caught.value.faults)] == [Faults, 2]


def test_a_stack_with_its_own_addresses_has_none_of_emea(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """The addresses that hold elsewhere take the place of those that hold in EMEA only."""
    site = read_stack(project(tmp_path, ELSEWHERE, ADDRESSES), "bad", catalogue).site
    opened = {str(flow.peer) for flow in plan(catalogue, site).flows}
    emea = {row[-1] for row in EXTERNAL if row[0] == SPAM_SIGNATURES}
    others = {row[-1] for row in EXTERNAL if row[0] != SPAM_SIGNATURES}
    assert opened & emea == emea & others
    assert {f"84.39.153.{number}/32" for number in range(1, 6)} <= opened


def test_a_stack_that_leaves_the_service_out_needs_no_addresses(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """Without the regional service, nothing asks for the addresses of its hosts."""
    left_out = ELSEWHERE + "  gateway-rules:services: {spam-signatures-cloud: false}\n"
    site = read_stack(project(tmp_path, left_out), "bad", catalogue).site
    assert site.services == {"spam-signatures-cloud": False}


def test_the_name_of_a_stack_is_that_of_its_file(tmp_path: Path, catalogue: Catalogue) -> None:
    """Resources carry the stack's name, so that it has to be fit for one."""
    root = project(tmp_path)
    (root / "stacks" / "Pulumi.bad.yaml").rename(root / "stacks" / "Pulumi.EU.yaml")
    with pytest.raises(Faults) as caught:
        read_stack(root, "EU", catalogue)
    assert told(caught.value) == [
        (
            "error: stacks/Pulumi.EU.yaml:1:1: [form] stack: 'EU' is no name; "
            "write small letters and digits, joined by - or _, such as smtp-in"
        )
    ]


def test_later_problems_find_their_place(tmp_path: Path, catalogue: Catalogue) -> None:
    """What comes up after reading is told at the key that it is about, though the file is gone."""
    root = project(tmp_path)
    file = read_stack(root, "bad", catalogue)
    (root / "stacks" / "Pulumi.bad.yaml").unlink()
    found = Problem(("networks",), "networks", "the subnets are others", "write those")
    assert [str(file.fault(found))] == [
        "error: stacks/Pulumi.bad.yaml:5:27: [networks] the subnets are others; write those"
    ]


def test_config_is_what_stands_in_the_file(tmp_path: Path, catalogue: Catalogue) -> None:
    """The values are given unread, for a comparison with Pulumi's own reading."""
    config = read_stack(project(tmp_path), "bad", catalogue).config
    assert config["gateway-rules:networks"] == ["10.42.8.0/26"]


def test_every_field_of_a_site_has_a_key() -> None:
    """Only the stack's own name and the other file's addresses are not written in the file."""
    assert set(StackFields.model_fields) - set(KEYS) == {"stack", "hosts"}
