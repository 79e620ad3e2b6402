"""Addresses for documentation are for rehearsals, and never for anything else."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway_rehearsal import project_copy, rehearsal
from gateway_rehearsal.dns.serve import serving
from gateway_rehearsal.dns.zone import Zone
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.servers import LocalQuotas, Server
from gateway_rules.errors import Faults, NoAnswer, Pending
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.project import stack_names
from gateway_rules.inputs.quotas import Quotas
from gateway_rules.inputs.site import Site
from gateway_rules.inputs.stack_file import read_without_addresses
from gateway_rules.planning.stack_plan import load_plan

ROOT = Path(__file__).parents[2]
STACK, IPV6 = "us-east-1", "ap-northeast-1"
HERE, THERE = "http://127.0.0.1:5000", "https://ec2.us-east-1.amazonaws.com"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give the record of a local AWS of which only the name servers run."""
    zone = Zone.of(read_catalogue())
    with serving(zone) as resolvers:
        yield Server(HERE, "mark", LocalQuotas.for_all([Quotas()]), zone, resolvers)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a project of two stacks outside EMEA, and no endpoint."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EC2"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "stacks").mkdir()
    for name in ("Pulumi.yaml", *(f"stacks/Pulumi.{stack}.yaml" for stack in (STACK, IPV6))):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "__main__.py", tmp_path)
    return tmp_path


def site(project: Path, stack: str = STACK) -> Site:
    """Read a stack that lacks its addresses."""
    return read_without_addresses(project, stack, read_catalogue()).site


def look_up(project: Path, server: Server, stack: str = STACK) -> Path:
    """Look a stack's hosts up, lay the copy of the project, and give its folder."""
    layout = Layout(project)
    rehearsal.look_up(layout, site(project, stack), server)
    project_copy.lay(layout, [stack])
    return layout.project


def given(server: Server, stack: str = STACK) -> list[str]:
    """Give the addresses that the name server has for a stack's hosts, in their order."""
    return [
        str(address)
        for host in server.zone.hosts
        for address in server.zone.addresses(stack, server.zone.alias(host) or "") or ()
    ]


def spam_peers(project: Path, stack: str) -> set[str]:
    """Give the peers of a stack's spam-signature services."""
    flows = load_plan(project, stack).plan.flows
    return {str(flow.peer) for flow in flows if "spam-signatures-cloud" in flow.services}


def test_looks_up_what_a_stack_lacks(project: Path, server: Server) -> None:
    """A rehearsal plans with the addresses of the stack's Region, and stacks/ stays as it is."""
    before = {path: path.read_bytes() for path in (project / "stacks").rglob("*.yaml")}

    copy = look_up(project, server)

    assert spam_peers(copy, STACK) == {f"{address}/32" for address in given(server)}
    assert {path: path.read_bytes() for path in (project / "stacks").rglob("*.yaml")} == before


def test_looks_up_both_families(project: Path, server: Server) -> None:
    """Where hosts have IPv6 addresses as well, a rehearsal opens these too."""
    peers = spam_peers(look_up(project, server, IPV6), IPV6)

    assert sorted(":" in peer for peer in peers) == [False] * 5 + [True] * 5


def test_looks_up_again_without_a_change(project: Path, server: Server) -> None:
    """A second look-up on the same day writes the same bytes."""
    layout = Layout(project)
    rehearsal.look_up(layout, site(project), server)
    file = layout.addresses / f"{STACK}.yaml"
    before = file.read_bytes()

    assert not rehearsal.look_up(layout, site(project), server).is_stale
    assert file.read_bytes() == before


def test_a_stack_in_emea_needs_nothing(project: Path, server: Server) -> None:
    """Where the document's addresses hold, none is asked for and no file is made."""
    shutil.copy(ROOT / "stacks/Pulumi.eu-west-1.yaml", project / "stacks")

    found = rehearsal.look_up(Layout(project), site(project, "eu-west-1"), server)

    assert found.looked_up == ()
    assert not (project / ".local").exists()


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="no endpoint"),
        pytest.param({"AWS_ENDPOINT_URL": HERE}, id="the local AWS"),
        pytest.param({"AWS_ENDPOINT_URL": THERE}, id="a real endpoint"),
        pytest.param({"AWS_ENDPOINT_URL": HERE, "AWS_ENDPOINT_URL_EC2": THERE}, id="real for EC2"),
    ],
)
def test_no_environment_variable_changes_a_plan(
    project: Path,
    server: Server,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a rehearsal has looked up is in its copy alone: the project's stack is pending."""
    look_up(project, server)
    for name, endpoint in environment.items():
        monkeypatch.setenv(name, endpoint)

    with pytest.raises(Pending):
        load_plan(project, STACK)


def test_the_program_reads_no_file_that_the_engine_writes(project: Path) -> None:
    """The engine puts booleans into quotes, which the files of a project may not have."""
    layout = Layout(project)
    project_copy.lay(layout, [STACK])
    [written] = layout.project.glob(f"engine/Pulumi.{STACK}.yaml")
    text = written.read_text()

    written.write_text(f'{text}  gateway-rules:protect: "false"\n')

    assert "stackConfigDir: engine\n" in (layout.project / "Pulumi.yaml").read_text()
    assert (layout.project / "stacks" / written.name).read_text() == text


def test_a_reviewed_file_goes_first(project: Path, server: Server) -> None:
    """A rehearsal deploys what would be deployed, where that is there."""
    copy = look_up(project, server)
    reviewed = project / "stacks" / "addresses" / f"{STACK}.yaml"
    reviewed.parent.mkdir()
    reviewed.write_text("hosts: []\n")

    project_copy.lay(Layout(project), [STACK])

    assert (copy / "stacks" / "addresses" / reviewed.name).read_text() == "hosts: []\n"


def test_a_reviewed_file_that_goes_leaves_the_copy_as_well(project: Path) -> None:
    """The copy holds no addresses that neither people nor the name server have given."""
    reviewed = project / "stacks" / "addresses" / f"{STACK}.yaml"
    reviewed.parent.mkdir()
    reviewed.write_text("hosts: []\n")
    layout = Layout(project)
    project_copy.lay(layout, [STACK])
    reviewed.unlink()

    project_copy.lay(layout, [STACK])

    assert [*(layout.project / "stacks" / "addresses").iterdir()] == []


def test_a_stack_that_goes_leaves_the_copy_as_well(project: Path) -> None:
    """A command in the copy does not plan a stack that the project no longer has."""
    layout = Layout(project)
    project_copy.lay(layout, [STACK])
    layout.stack_file(STACK).unlink()

    project_copy.lay(layout, [])

    assert stack_names(layout.project) == ()


def test_what_is_laid_already_stays_where_it_is(project: Path) -> None:
    """A program that runs in the copy keeps its links while another run lays the copy again."""
    layout = Layout(project)
    (project / "policies").mkdir()
    (project / "extra.yaml").touch()
    project_copy.lay(layout, [STACK])
    before = {path: path.lstat().st_ino for path in layout.project.iterdir() if path.is_symlink()}
    (project / "extra.yaml").unlink()

    project_copy.lay(layout, [STACK])

    after = {path: path.lstat().st_ino for path in layout.project.iterdir() if path.is_symlink()}
    del before[layout.project / "extra.yaml"]
    assert after == before != {}


def test_addresses_for_documentation_are_refused_where_people_review(
    project: Path, server: Server
) -> None:
    """What a name server of this machine gave is refused in a file that does not accept it."""
    copied = look_up(project, server) / "stacks" / "addresses" / f"{STACK}.yaml"
    reviewed = project / "stacks" / "addresses" / copied.name
    reviewed.parent.mkdir()
    lines = copied.read_text().splitlines(keepends=True)
    reviewed.write_text("".join(lines[lines.index("hosts:\n") :]))

    with pytest.raises(Faults) as caught:
        load_plan(project, STACK)

    file = f"stacks/addresses/{STACK}.yaml"
    assert {(fault.file, fault.rule) for fault in caught.value.faults} == {
        (file, "impossible-address")
    }
    assert [fault.message for fault in caught.value.faults] == [
        f"{host}.addresses.address: {address} is an address for documentation (RFC 5737)"
        for host, address in zip(server.zone.hosts, given(server), strict=True)
    ]


def test_a_rehearsal_takes_nothing_impossible_but_documentation(
    project: Path, server: Server
) -> None:
    """Its own file may hold addresses for documentation, and no private one."""
    copy = look_up(project, server)
    file = copy / "stacks" / "addresses" / f"{STACK}.yaml"
    lines = file.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("      - address: "))
    lines[number] = "      - address: 10.0.0.1"
    file.write_text("\n".join(lines) + "\n")

    with pytest.raises(Faults) as caught:
        load_plan(copy, STACK)

    host = server.zone.hosts[0]
    assert list(map(str, caught.value.faults)) == [
        (
            f"error: stacks/addresses/{STACK}.yaml:{number + 1}:18: [impossible-address] "
            f"{host}.addresses.address: 10.0.0.1 is a private address (RFC 1918); "
            "take it out, for no public server has it"
        )
    ]


def test_without_a_name_server_nothing_is_written(project: Path) -> None:
    """A look-up that gets no answer leaves no file."""
    zone = Zone(("elsewhere.example.com",), (STACK,))
    with serving(zone) as resolvers:
        server = Server(HERE, "mark", LocalQuotas.for_all([Quotas()]), zone, resolvers)
        with pytest.raises(NoAnswer):
            rehearsal.look_up(Layout(project), site(project), server)

    assert not (project / ".local").exists()


def test_a_rehearsal_drops_what_the_environment_says_of_aws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the user's environment says of AWS is not about the local run."""
    environment = {"AWS_ENDPOINT_URL_EC2": THERE, "AWS_PROFILE": "mine", "HOME": "/home/me"}
    monkeypatch.setattr("os.environ", environment)
    rehearsal.drop_aws_settings()
    assert environment == {"HOME": "/home/me"}
