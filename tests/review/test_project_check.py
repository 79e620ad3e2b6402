"""`gateway-rules check` finds everything that is wrong with a project in one go."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner
from written import HOSTS

from gateway_rules.cli.app import app
from gateway_rules.errors import Fault, Faults
from gateway_rules.review.project_check import check_project

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
IRELAND, VIRGINIA = "stacks/Pulumi.eu-west-1.yaml", "stacks/Pulumi.us-east-1.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the files of one sound stack, its snapshot among them."""
    for name in ("Pulumi.yaml", "policy.yaml", IRELAND, "stacks/rules/eu-west-1.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    """Change a file as a user would."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def add_virginia(project: Path, last_seen: date | None = None) -> None:
    """Add a stack outside EMEA, with the addresses of its region if they were looked up."""
    text = (project / IRELAND).read_text().replace("eu-west-1", "us-east-1")
    (project / VIRGINIA).write_text(text)
    if last_seen:
        seen = f"last_seen: {last_seen}"
        hosts = "".join(
            f"  - {{name: {host}, addresses: [{{address: 84.39.153.{n}, {seen}}}]}}\n"
            for n, host in enumerate(HOSTS)
        )
        (project / "stacks/addresses").mkdir()
        (project / "stacks/addresses/us-east-1.yaml").write_text(f"hosts:\n{hosts}")


def rules(faults: tuple[Fault, ...]) -> list[tuple[str, str]]:
    """Give the file and the rule of each fault."""
    return [(fault.file, fault.rule) for fault in faults]


def test_an_old_name_of_the_policy_is_a_warning(project: Path) -> None:
    """What still works, but not for long, is said before it stops."""
    (project / "policy.yaml").rename(project / "brakes.yaml")
    found = check_project(project, (), TODAY)
    assert [(w.file, w.rule) for w in found.warnings] == [("brakes.yaml", "old-name")]


def test_the_repository_is_sound() -> None:
    """Every file of this project passes."""
    found = check_project(ROOT, (), TODAY)
    assert (found.malformed, found.found, found.warnings) == ((), (), ())


def test_all_kinds_of_faults_are_found_at_once(project: Path) -> None:
    """A broken stack hides neither a stale snapshot, nor a pending stack, nor a broken policy."""
    edit(project / IRELAND, "[10.42.0.0/24]", "[10.42.4.0/24]")
    add_virginia(project)
    broken = "stacks/Pulumi.eu-west-2.yaml"
    (project / broken).write_text("config: {}\n")
    edit(project / "policy.yaml", "opened_addresses: ", "opened_adresses: ")
    found = check_project(project, (), TODAY)
    missing = ["aws:region", "gateway-rules:roles", "gateway-rules:subnets", "gateway-rules:vpc"]
    assert [(fault.file, fault.message) for fault in found.malformed] == [
        *((broken, f"{key} is missing") for key in missing),
        ("policy.yaml", "limits.opened_adresses is not known"),
    ]
    assert rules(found.found) == [("stacks/rules/eu-west-1.txt", "stale-snapshot")]
    assert rules(found.pending) == [(VIRGINIA, "pending")]


def test_stack_over_its_quota_is_found_and_not_malformed(project: Path) -> None:
    """The file is well formed; AWS cannot hold what it asks for."""
    quotas = "  gateway-rules:quotas: {entries_per_network_acl: 3}\n"
    (project / IRELAND).write_text((project / IRELAND).read_text() + quotas)
    found = check_project(project, (), TODAY)
    assert found.malformed == ()
    assert (IRELAND, "acl-quota") in rules(found.found)


def test_two_stacks_on_the_same_subnets_collide(project: Path) -> None:
    """A subnet has one ACL, so the second stack would take it from the first."""
    twin = "stacks/Pulumi.twin.yaml"
    shutil.copy(project / IRELAND, project / twin)
    assert (twin, "collision") in rules(check_project(project, (), TODAY).found)
    edit(project / twin, "{Tier: gateway}", "{Tier: other}")
    assert (twin, "collision") not in rules(check_project(project, (), TODAY).found)


@pytest.mark.parametrize(("age", "warned"), [(30, False), (31, True)])
def test_addresses_older_than_the_limit_are_warned_about(
    project: Path, age: int, *, warned: bool
) -> None:
    """The limit is in days, and the last of them is still in time."""
    add_virginia(project, TODAY - timedelta(days=age))
    warnings = check_project(project, (), TODAY).warnings
    old = ("stacks/addresses/us-east-1.yaml", "old-addresses")
    assert rules(warnings) == [old] * len(HOSTS) * warned


@pytest.mark.parametrize("is_pending", [False, True])
def test_accepted_ranges_are_warned_about(project: Path, *, is_pending: bool) -> None:
    """Nobody overlooks that addresses count which no public server has, nor a range too many."""
    add_virginia(project, TODAY)
    file = project / "stacks/addresses/us-east-1.yaml"
    accepted = "".join(
        f"  - {{prefix: {prefix}, reason: {reason}}}\n"
        for prefix, reason in (("10.20.0.0/16", "mirror"), ("192.0.2.0/24", "NET-12"))
    )
    hosts = file.read_text().replace("84.39.153.0,", "10.20.1.1,")
    if is_pending:
        hosts = "".join(hosts.splitlines(keepends=True)[:-1])
    file.write_text(f"not_public:\n{accepted}{hosts}")

    found = check_project(project, (), TODAY)

    line = "{} counts although no public server is in it: {}; take it out{}"
    told = [
        line.format("10.20.0.0/16", "mirror", " when it is no longer needed"),
        line.format("192.0.2.0/24", "NET-12", ", for no address of the file is in it"),
    ]
    where = "error: stacks/addresses/us-east-1.yaml:1:1: [accepted-range] "
    assert (bool(found.pending), found.malformed) == (is_pending, ())
    assert [*map(str, found.warnings)] == [where + each for each in told]


def test_only_the_named_stacks_are_checked(project: Path) -> None:
    """Another stack's faults wait until it is named."""
    (project / VIRGINIA).write_text("config: {}\n")
    assert check_project(project, ("eu-west-1",), TODAY).malformed == ()
    with pytest.raises(Faults, match="there is no stack eu-west-9; write: eu-west-1, us-east-1"):
        check_project(project, ("eu-west-9",), TODAY)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[10.42.0.0/24]", "[10.42.0.0/24]", 0),
        ("[10.42.0.0/24]", "[10.42.4.0/24]", 1),
        ("[10.42.0.0/24]", "[10.42.0.1/24]", 2),
    ],
)
def test_exit_code_tells_what_was_found(project: Path, old: str, new: str, code: int) -> None:
    """0 is sound, 1 a stale snapshot, 2 malformed."""
    edit(project / IRELAND, old, new)
    assert CliRunner().invoke(app, ["-C", str(project), "check"]).exit_code == code
