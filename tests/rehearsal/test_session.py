"""When a local run goes on where the last one ended, and what the local AWS is started with."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway_rehearsal import processes, servers, session
from gateway_rehearsal.dns.zone import Zone
from gateway_rehearsal.down import down
from gateway_rehearsal.engine import Engine
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.servers import LocalQuotas, Server
from gateway_rehearsal.status import status
from gateway_rules.errors import Faults, NoAnswer, usage
from gateway_rules.inputs.quotas import Quotas

USUAL = LocalQuotas.for_all([Quotas()])
ZONE = Zone(("host.example.com",), ("eu-west-1", "us-east-1"))


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """Give a project without local runs, and end what a test leaves running."""
    yield Layout(tmp_path)
    processes.end(tmp_path / ".local")


def test_goes_on_with_the_server_that_runs(layout: Layout) -> None:
    """A second run takes the first one's local AWS and what was kept beside it."""
    said: list[str] = []
    first = session.server(layout, USUAL, said.append)
    layout.state.mkdir()

    assert session.server(layout, USUAL, said.append) == first
    assert layout.state.exists()
    assert said == ["starting a local AWS"]


@pytest.mark.parametrize("field", ["rules_per_security_group", "entries_per_network_acl"])
def test_starts_afresh_for_larger_quotas(layout: Layout, field: str) -> None:
    """A local AWS that would refuse what a stack may have is replaced, and its state with it."""
    said: list[str] = []
    first = session.server(layout, USUAL, said.append)
    layout.state.mkdir()

    larger = replace(USUAL, **{field: 25 + getattr(USUAL, field)})
    second = session.server(layout, larger, said.append)

    assert second.endpoint != first.endpoint
    assert not first.answers()
    assert not layout.state.exists()
    assert said[1:] == [
        "the quotas of the stacks have grown beyond those of the local AWS; starting afresh",
        "starting a local AWS",
    ]


def test_trusts_no_other_server(layout: Layout) -> None:
    """A server that answers on the recorded port with another mark has another memory."""
    said: list[str] = []
    first = session.server(layout, USUAL, said.append)
    record = json.loads(layout.server.read_text())
    layout.server.write_text(json.dumps(record | {"mark": "another"}))

    second = session.server(layout, USUAL, said.append)

    assert not first.answers()
    assert second.answers()
    assert said[1:] == [
        "the local AWS of the last run is gone, and its memory with it; starting afresh",
        "starting a local AWS",
    ]


def test_ends_a_server_that_nobody_recorded(layout: Layout) -> None:
    """A server whose record was removed by hand is ended before another is started."""
    first = session.server(layout, USUAL, print)
    layout.server.unlink()

    session.server(layout, USUAL, print)

    assert not first.answers()
    assert len(processes.marked(layout.local)) == 1


def test_says_why_there_is_no_server(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """A local AWS that does not come up is told with the log that says why."""
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(NoAnswer) as caught:
        session.server(layout, USUAL, print)

    assert str(caught.value) == (
        "error: <command>:1:1: [local-aws] the local AWS did not start; read .local/log/aws.log"
    )
    assert layout.log("aws").exists()


def test_a_fault_is_a_clean_end(layout: Layout) -> None:
    """A run that says what is wrong has ended cleanly and leaves no record."""
    with pytest.raises(Faults), session.recorded(layout):
        raise usage("rule", "wrong", "do it right")

    assert list(layout.runs.iterdir()) == []


def test_a_crash_is_no_clean_end(layout: Layout) -> None:
    """A run that ends in any other way ends its processes and leaves a record."""
    session.server(layout, USUAL, print)

    with pytest.raises(KeyboardInterrupt), session.recorded(layout):
        raise KeyboardInterrupt

    assert len(list(layout.runs.iterdir())) == 1
    assert processes.marked(layout.local) == ()


def test_takes_the_largest_of_each_quota() -> None:
    """One local AWS serves all stacks, so it allows what any of them may have."""
    quotas = [
        Quotas(rules_per_security_group=100),
        Quotas(entries_per_network_acl=30, security_groups_per_interface=2),
    ]

    assert LocalQuotas.for_all(quotas).options() == [
        "--rules-per-security-group=100",
        "--entries-per-network-acl=30",
        "--security-groups-per-interface=5",
    ]


def test_says_what_runs(layout: Layout) -> None:
    """The status names the endpoint and the stacks that have resources."""
    server = session.server(layout, USUAL, print)
    layout.state_file("any").parent.mkdir(parents=True)
    latest_of: dict[str, Any] = {"b": {"resources": [{}]}, "a": {"resources": [{}]}, "new": None}
    for stack, latest in latest_of.items():
        layout.state_file(stack).write_text(json.dumps({"checkpoint": {"latest": latest}}))

    found = status(layout.root)

    assert found.as_json() == {
        "running": True,
        "endpoint": server.endpoint,
        "dns": None,
        "resolvers": {},
        "stacks": ["a", "b"],
    }
    assert str(found) == f"The local AWS runs at {server.endpoint} and holds a, b."


def test_says_where_names_are_answered(layout: Layout) -> None:
    """The status names the name server of each Region, and in words the one at home."""
    server = session.server(layout, USUAL, print, ZONE)

    found = status(layout.root)

    assert tuple(server.resolvers) == ZONE.regions
    assert found.as_json() == {
        "running": True,
        "endpoint": server.endpoint,
        "dns": server.resolvers["eu-west-1"],
        "resolvers": server.resolvers,
        "stacks": [],
    }
    assert str(found) == (
        f"The local AWS runs at {server.endpoint} and holds no stack. "
        f"Names are answered at {server.resolvers['eu-west-1']}."
    )
    assert session.server(layout, USUAL, print, ZONE) == server


def test_starts_afresh_for_other_names(layout: Layout) -> None:
    """A name server that does not know a host of the catalogue is replaced, with its AWS."""
    said: list[str] = []
    first = session.server(layout, USUAL, said.append, ZONE)

    session.server(layout, USUAL, said.append, replace(ZONE, hosts=("other.example.com",)))

    assert not first.answers()
    assert said == [
        "starting a local AWS",
        "the hosts or the Regions of the catalogue have changed; starting afresh",
        "starting a local AWS",
    ]


def test_says_that_nothing_runs(layout: Layout) -> None:
    """Without a local AWS nothing is deployed, whatever state an earlier one left."""
    session.server(layout, USUAL, print)
    processes.end(layout.local)

    found = status(layout.root)

    assert found.as_json() == {
        "running": False,
        "endpoint": None,
        "dns": None,
        "resolvers": {},
        "stacks": [],
    }
    assert str(found) == "No local AWS runs; gateway-rules local up starts one."


def test_down_ends_what_a_removed_folder_left(layout: Layout) -> None:
    """A local AWS whose `.local/` was removed by hand is still found and ended."""
    said: list[str] = []
    server = session.server(layout, USUAL, print)
    layout.local.rename(layout.root / "moved")

    down(layout.root, said.append)

    assert not server.answers()
    assert said == ["the local AWS has ended"]


def test_the_folder_may_be_a_link(layout: Layout, tmp_path: Path) -> None:
    """Where `.local/` is a link, the program is there, and nothing behind it is removed."""
    (layout.root / "__main__.py").write_text("# the program\n")
    there = tmp_path / "disk" / "scratch" / "local"
    there.mkdir(parents=True)
    layout.local.symlink_to(there)
    Engine(layout, tmp_path, "http://127.0.0.1:1").prepare([])
    (there / "mine").write_text("not of a local run")
    said: list[str] = []

    down(layout.root, said.append)

    assert (there / "project" / "__main__.py").read_text() == "# the program\n"
    assert not layout.local.is_symlink()
    assert (there / "mine").exists()
    assert said == [
        f"leaving what is in {there}, to which .local is a link",
        "no local AWS was running",
    ]


def test_only_asks_this_machine(layout: Layout) -> None:
    """A record that names another machine is refused rather than asked."""
    with pytest.raises(ValueError, match="the host is not a loopback address"):
        Server("http://192.0.2.1:80", "mark", USUAL).answers()


def test_starts_the_server_without_the_users_settings(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's process knows nothing of the user's accounts."""
    for name in ("AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "PULUMI_ACCESS_TOKEN", "MOTO_SETTING"):
        monkeypatch.setenv(name, "mine")

    assert "mine" not in servers.clean_environment().values()
