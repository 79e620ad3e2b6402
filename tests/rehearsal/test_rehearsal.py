"""Addresses for documentation are for rehearsals, and never for anything else."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway_rehearsal import rehearsal
from gateway_rehearsal.dns.serve import serving
from gateway_rehearsal.dns.zone import Zone
from gateway_rehearsal.servers import Server, Settings
from gateway_rules.errors import Faults, NoAnswer, Pending
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.site import Quotas, Site
from gateway_rules.inputs.stack_file import (
    address_path,
    read_without_addresses,
    rehearsed_addresses,
)
from gateway_rules.planning.stack_plan import load_plan

ROOT = Path(__file__).parents[2]
STACK, IPV6 = "us-east-1", "ap-northeast-1"
HERE, THERE = "http://127.0.0.1:5000", "https://ec2.us-east-1.amazonaws.com"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give the record of a local AWS of which only the name servers run."""
    zone = Zone.of(read_catalogue())
    with serving(zone) as resolvers:
        yield Server(HERE, "mark", Settings.for_all([Quotas()]), zone, resolvers)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a project of two stacks outside EMEA, and no endpoint."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EC2"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "stacks").mkdir()
    for name in ("Pulumi.yaml", *(f"stacks/Pulumi.{stack}.yaml" for stack in (STACK, IPV6))):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def site(project: Path, stack: str = STACK) -> Site:
    """Read a stack that lacks its addresses."""
    return read_without_addresses(project, stack, read_catalogue())


def reviewed_copy(project: Path, server: Server) -> Path:
    """Look a stack's hosts up, and put the file among those that people review."""
    rehearsal.look_up(project, site(project), server)
    reviewed = project / "stacks" / "addresses" / f"{STACK}.yaml"
    reviewed.parent.mkdir()
    shutil.copy(rehearsed_addresses(project, STACK), reviewed)
    return reviewed


def spam_peers(project: Path, stack: str) -> set[str]:
    """Give the peers of a stack's spam-signature services."""
    flows = load_plan(project, stack).flows
    return {str(flow.peer) for flow in flows if "spam-signatures-cloud" in flow.services}


def test_looks_up_what_a_stack_lacks(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rehearsal plans with the addresses of the stack's Region, and stacks/ stays as it is."""
    found = rehearsal.look_up(project, site(project), server)
    monkeypatch.setenv("AWS_ENDPOINT_URL", HERE)

    assert found.looked_up == server.zone.hosts
    assert address_path(project, STACK) == project / ".local" / "addresses" / f"{STACK}.yaml"
    assert spam_peers(project, STACK) == {
        f"{address}/32"
        for host in server.zone.hosts
        for address in server.zone.addresses(STACK, server.zone.alias(host) or "") or ()
    }
    assert not (project / "stacks" / "addresses").exists()


def test_looks_up_both_families(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where hosts have IPv6 addresses as well, a rehearsal opens these too."""
    rehearsal.look_up(project, site(project, IPV6), server)
    monkeypatch.setenv("AWS_ENDPOINT_URL", HERE)

    peers = spam_peers(project, IPV6)

    assert sorted(":" in peer for peer in peers) == [False] * 5 + [True] * 5


def test_looks_up_again_without_a_change(project: Path, server: Server) -> None:
    """A second look-up on the same day writes the same bytes."""
    rehearsal.look_up(project, site(project), server)
    before = rehearsed_addresses(project, STACK).read_bytes()

    assert not rehearsal.look_up(project, site(project), server).is_stale
    assert rehearsed_addresses(project, STACK).read_bytes() == before


def test_a_stack_in_emea_needs_nothing(project: Path, server: Server) -> None:
    """Where the document's addresses hold, none is asked for and no file is made."""
    shutil.copy(ROOT / "stacks/Pulumi.eu-west-1.yaml", project / "stacks")

    found = rehearsal.look_up(project, site(project, "eu-west-1"), server)

    assert found.looked_up == ()
    assert not (project / ".local").exists()


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="no endpoint"),
        pytest.param({"AWS_ENDPOINT_URL": THERE}, id="a real endpoint"),
        pytest.param({"AWS_ENDPOINT_URL": HERE, "AWS_ENDPOINT_URL_EC2": THERE}, id="real for EC2"),
    ],
)
def test_a_real_endpoint_never_reads_them(
    project: Path,
    server: Server,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a rehearsal has looked up is not there for a real account: the stack is pending."""
    rehearsal.look_up(project, site(project), server)
    for name, endpoint in environment.items():
        monkeypatch.setenv(name, endpoint)

    assert address_path(project, STACK) == project / "stacks" / "addresses" / f"{STACK}.yaml"
    with pytest.raises(Pending):
        load_plan(project, STACK)


def test_a_reviewed_file_goes_first(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rehearsal deploys what would be deployed, where that is there."""
    reviewed = reviewed_copy(project, server)
    monkeypatch.setenv("AWS_ENDPOINT_URL", HERE)

    assert address_path(project, STACK) == reviewed


def test_reviewed_addresses_are_possible_ones_in_a_rehearsal_too(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a name server of this machine gave is refused where people review addresses."""
    reviewed_copy(project, server)
    monkeypatch.setenv("AWS_ENDPOINT_URL", HERE)

    with pytest.raises(Faults) as caught:
        load_plan(project, STACK)

    file = f"stacks/addresses/{STACK}.yaml"
    known = [fault.message for fault in caught.value.faults]
    assert {(fault.file, fault.rule) for fault in caught.value.faults} == {
        (file, "impossible-address")
    }
    assert known == [
        f"{host}.addresses.address: {address} is an address for documentation (RFC 5737)"
        for host in server.zone.hosts
        for address in server.zone.addresses(STACK, server.zone.alias(host) or "") or ()
    ]


def test_a_rehearsal_takes_nothing_impossible_but_documentation(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own file may hold addresses for documentation, and no private one."""
    rehearsal.look_up(project, site(project), server)
    file = rehearsed_addresses(project, STACK)
    lines = file.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("      - address: "))
    lines[number] = "      - address: 10.0.0.1"
    file.write_text("\n".join(lines) + "\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL", HERE)

    with pytest.raises(Faults) as caught:
        load_plan(project, STACK)

    host = server.zone.hosts[0]
    assert list(map(str, caught.value.faults)) == [
        (
            f"error: .local/addresses/{STACK}.yaml:{number + 1}:18: [impossible-address] "
            f"{host}.addresses.address: 10.0.0.1 is a private address (RFC 1918); "
            "take it out, for no public server has it"
        )
    ]


def test_without_a_name_server_nothing_is_written(project: Path) -> None:
    """A look-up that gets no answer leaves no file."""
    zone = Zone(("elsewhere.example.com",), (STACK,))
    with serving(zone) as resolvers:
        server = Server(HERE, "mark", Settings.for_all([Quotas()]), zone, resolvers)
        with pytest.raises(NoAnswer):
            rehearsal.look_up(project, site(project), server)

    assert not (project / ".local").exists()


def test_a_rehearsal_knows_one_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user's environment says of AWS is not about the local run."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", THERE)
    monkeypatch.setenv("AWS_PROFILE", "mine")

    environment = {"AWS_ENDPOINT_URL_EC2": THERE, "AWS_PROFILE": "mine", "HOME": "/home/me"}
    monkeypatch.setattr("os.environ", environment)
    rehearsal.enter(HERE)
    assert environment == {"HOME": "/home/me", "AWS_ENDPOINT_URL": HERE}
    rehearsal.enter(None)
    assert environment == {"HOME": "/home/me"}
