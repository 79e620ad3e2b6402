"""Which stacks are rehearsed, and what is said of the others."""

import shutil
from pathlib import Path

import pytest

from gateway_rehearsal.stacks import plan, read
from gateway_rules.errors import Faults, OverQuota

ROOT = Path(__file__).parent.parent.parent
STACK = "eu-west-1"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project with one stack."""
    (tmp_path / "stacks").mkdir()
    for name in ("Pulumi.yaml", f"stacks/Pulumi.{STACK}.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def edit(project: Path, old: str, new: str, stack: str = STACK) -> None:
    """Write a stack's file as the first one's with a change."""
    text = (project / "stacks" / f"Pulumi.{STACK}.yaml").read_text()
    assert old in text
    (project / "stacks" / f"Pulumi.{stack}.yaml").write_text(text.replace(old, new))


def test_takes_every_stack(project: Path) -> None:
    """Stacks that lack nothing are ready, in the order of their names."""
    edit(project, STACK, "eu-central-1", stack="a")

    found = read(project)

    assert [stack.name for stack in found.ready] == ["a", STACK]
    assert found.ready[1].stage.networks == (("10.42.8.0/26", None), ("10.42.8.64/26", None))
    assert found.pending == ()


def test_leaves_out_what_cannot_be_made(project: Path) -> None:
    """A stack that names ids is left out with the reason, whatever else it lacks."""
    edit(project, "{Name: mail-gateway}", "vpc-0a1b2c3d", stack="ids")
    edit(project, STACK, "us-east-1", stack="far-ids")
    far = project / "stacks" / "Pulumi.far-ids.yaml"
    far.write_text(far.read_text().replace("{Name: mail-gateway}", "vpc-0a1b2c3d"))

    found = read(project)

    assert [stack.name for stack in found.ready] == [STACK]
    assert found.lacking == ()
    assert [str(fault) for fault in found.pending] == [
        f"error: <command>:1:1: [stage-ids] {stack} names its VPC or its subnets by id, which a "
        "local AWS cannot make; name them by tags to rehearse the stack"
        for stack in ("far-ids", "ids")
    ]


def test_sets_aside_what_lacks_addresses(project: Path) -> None:
    """A stack that lacks its addresses is read, to be planned when they have been looked up."""
    edit(project, STACK, "us-east-1", stack="us-east-1")

    found = read(project)

    assert [file.site.stack for file in found.lacking] == ["us-east-1"]
    assert [site.stack for site in found.sites] == [STACK, "us-east-1"]
    assert found.pending == ()


def test_leaves_out_what_still_lacks_addresses(project: Path) -> None:
    """Where a look-up has not brought every address, the stack stays pending, with the cure."""
    edit(project, STACK, "us-east-1", stack="us-east-1")

    found = plan(project, [file.site.stack for file in read(project).lacking])

    assert (found.ready, found.lacking) == ((), ())
    assert [(fault.file, fault.rule) for fault in found.pending] == [
        ("stacks/Pulumi.us-east-1.yaml", "pending")
    ]


def test_gives_all_faults_at_once(project: Path) -> None:
    """The faults of every stack come together, whatever else some of them lack."""
    edit(project, "administrators: ", "administrator: ", stack="b")
    edit(project, "10.42.0.0/24", "10.42.0.1/24", stack="a")

    with pytest.raises(Faults) as caught:
        read(project)

    files = {fault.file for fault in caught.value.faults}
    assert files == {"stacks/Pulumi.a.yaml", "stacks/Pulumi.b.yaml"}
    assert type(caught.value) is Faults


def test_tells_quotas_from_mistakes(project: Path) -> None:
    """A quota that is too small is a finding of its own kind, as long as nothing else is wrong."""
    small = "  gateway-rules:quotas: {rules_per_security_group: 5}\n  gateway-rules:roles:"
    edit(project, "  gateway-rules:roles:", small)

    with pytest.raises(OverQuota):
        read(project)
