"""A working tree compared with a revision, whatever either of them is like."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from repository import ADMINISTRATORS, CATALOGUE, FRANKFURT, IRELAND, STACK, Repository, repository

from gateway_rules.errors import Faults
from gateway_rules.inputs.catalogue import REGIONS, Catalogue
from gateway_rules.inputs.site import Site
from gateway_rules.planning import stack_plan
from gateway_rules.planning.planner import Plan, plan_checked
from gateway_rules.review.comparison import Review, review_change
from gateway_rules.review.packet_diff import StackDiff
from gateway_rules.views import review_as_text

TODAY = date(2026, 6, 30)
CANNOT = "this version cannot plan what was there"
CONFLICT = "3: while scanning a simple key from line 2 on could not find expected ':'"
HOST_BITS = "7: gateway-rules:roles.administrators: 10.42.0.1/24 has bits behind its prefix length"
MORE = "administrators: [10.42.0.0/24, 10.42.1.7/32]"


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository with a branch that has just begun."""
    return repository(tmp_path)


def reviewed(there: Repository, base: str | None = None) -> dict[str, StackDiff]:
    """Give what happens to each stack."""
    return {diff.stack: diff for diff in review_change(there.root, base, TODAY).diffs}


def statuses(there: Repository, base: str | None = None) -> dict[str, str]:
    """Give each stack's status."""
    return {stack: diff.status for stack, diff in reviewed(there, base).items()}


def first_lines(found: Review) -> list[str]:
    """Give the line that says with what is compared, and the first of the first stack."""
    said = review_as_text(found.diffs, found.verdict, found.against, None)
    return said.splitlines()[:2]


# --- Which files are compared ----------------------------------------------------------------


def test_what_is_not_committed_counts(there: Repository) -> None:
    """An edit, a new file and a removed one of the working tree are all in the comparison."""
    there.edit(IRELAND, ADMINISTRATORS, MORE)
    there.write("stacks/Pulumi.eu-west-3.yaml", STACK.format(region="eu-west-3"))
    (there.root / FRANKFURT).unlink()
    assert statuses(there) == {
        "eu-central-1": "removed",
        "eu-west-1": "changed",
        "eu-west-3": "added",
    }


def test_what_main_has_got_since_is_not_the_branchs_doing(there: Repository) -> None:
    """Main may have moved on; the branch is compared with where it began."""
    there.edit(IRELAND, ADMINISTRATORS, MORE)
    there.commit("of the branch")
    there.git("switch", "-q", "main")
    there.edit(FRANKFURT, ADMINISTRATORS, MORE)
    there.commit("of main")
    there.git("switch", "-q", "change")
    assert statuses(there) == {"eu-central-1": "unchanged", "eu-west-1": "changed"}
    assert statuses(there, "main") == {"eu-central-1": "changed", "eu-west-1": "changed"}


def test_a_detached_head_is_compared_as_well(there: Repository) -> None:
    """So do workflows check out."""
    there.edit(IRELAND, ADMINISTRATORS, MORE)
    there.git("switch", "-q", "--detach", there.commit())
    assert statuses(there) == {"eu-central-1": "unchanged", "eu-west-1": "changed"}


def test_a_project_in_a_folder_of_the_repository(tmp_path: Path) -> None:
    """The project need not be the whole repository."""
    there = repository(tmp_path, "mail/gateway")
    there.edit(IRELAND, ADMINISTRATORS, MORE)
    assert statuses(there) == {"eu-central-1": "unchanged", "eu-west-1": "changed"}


def test_a_base_without_the_project_is_named_so(there: Repository) -> None:
    """All is new then, which might also be because the project was elsewhere."""
    there.git("switch", "-q", "--orphan", "before")
    there.write("README.md", "nothing yet\n")
    commit = there.commit()
    there.git("checkout", "-q", "change", "--", ".")
    found = review_change(there.root, "before", TODAY)
    assert first_lines(found) == [
        f"Compared with {commit[:9]}, which holds no stacks in this folder:",
        "eu-central-1, eu-west-1: new; opens 339 addresses",
    ]


def test_a_project_with_the_catalogue_of_the_package(there: Repository) -> None:
    """A project need not hold a catalogue; then both sides have the package's."""
    (there.root / CATALOGUE).unlink()
    there.commit()
    there.edit(IRELAND, ADMINISTRATORS, MORE)
    assert statuses(there, "HEAD") == {"eu-central-1": "unchanged", "eu-west-1": "changed"}


def test_each_side_has_its_own_regions(there: Repository) -> None:
    """Another part of the world may lack its addresses, and that is a change of the branch."""
    regions = "gateway_rules/catalogue/regions.yaml"
    there.write(regions, REGIONS.read_text())
    for file in (IRELAND, FRANKFURT):
        there.edit(file, "    spam-signatures-cloud: false\n", "")
    there.commit()
    there.edit(regions, "name: Europe (Ireland), geography: EMEA", "name: Dublin, geography: US")
    assert statuses(there, "HEAD") == {"eu-central-1": "unchanged", "eu-west-1": "pending"}


def test_a_stack_that_stays_is_planned_once(
    there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planning is what takes time, and most changes leave most stacks alone."""
    planned: list[str] = []

    def noting(catalogue: Catalogue, site: Site) -> Plan:
        planned.append(site.stack)
        return plan_checked(catalogue, site)

    monkeypatch.setattr(stack_plan, "plan_checked", noting)
    there.edit(IRELAND, ADMINISTRATORS, MORE)
    assert statuses(there) == {"eu-central-1": "unchanged", "eu-west-1": "changed"}
    assert planned == ["eu-central-1", "eu-west-1", "eu-west-1"]


# --- What cannot be read ---------------------------------------------------------------------


def past(there: Repository, file: str, old: str, new: str) -> str:
    """Commit a file that this version cannot plan, and mend it in the working tree."""
    text = (there.root / file).read_text()
    there.edit(file, old, new)
    commit = there.commit("of another time")
    there.write(file, text)
    return commit


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[10.42.0.0/24]", "[10.42.0.1/24]", HOST_BITS),
        ("  aws:region: eu-west-1\n", "", "1: aws:region is missing"),
        (
            "gateway-rules:roles:",
            "gateway-rules:people:",
            "1: gateway-rules:roles is missing, and 1 more",
        ),
        ("config:\n", "config:\n<<<<<<< HEAD\n", CONFLICT),
    ],
    ids=["a value refused", "a key less", "another key", "no YAML at all"],
)
def test_a_stack_that_this_version_cannot_read(
    there: Repository, old: str, new: str, said: str
) -> None:
    """All of it reads as opened; a note gives place and fault, not a cure: the past stays."""
    diffs = reviewed(there, past(there, IRELAND, old, new))
    assert {stack: diff.status for stack, diff in diffs.items()} == {
        "eu-central-1": "unchanged",
        "eu-west-1": "unreadable",
    }
    assert diffs["eu-west-1"].notes == (f"{CANNOT}: {IRELAND}:{said}",)
    assert diffs["eu-west-1"].opened_addresses == 339


def test_a_catalogue_from_before_a_change_of_format(there: Repository) -> None:
    """Without its catalogue no stack of the past can be planned; each says why."""
    diffs = reviewed(there, past(there, CATALOGUE, "\nservices:\n", "\nrows:\n"))
    assert {diff.status for diff in diffs.values()} == {"unreadable"}
    [note] = {note for diff in diffs.values() for note in diff.notes}
    assert note == f"{CANNOT}: {CATALOGUE}:6: services is missing, and 1 more"


def test_a_stack_that_was_over_its_quota(there: Repository) -> None:
    """What AWS would have refused was never deployed, so all of it is new."""
    base = past(there, IRELAND, "entries_per_network_acl: 40", "entries_per_network_acl: 2")
    diff = reviewed(there, base)["eu-west-1"]
    assert (diff.status, diff.opened_addresses) == ("unreadable", 339)


def test_what_is_broken_now_is_a_fault_of_every_stack_at_once(there: Repository) -> None:
    """The working tree has to be sound; all of its faults are told together."""
    there.edit(IRELAND, "[10.42.0.0/24]", "[10.42.0.1/24]")
    there.edit(FRANKFURT, "[10.42.17.0/28]", "[10.42.17.1/28]")
    with pytest.raises(Faults) as error:
        review_change(there.root, None, TODAY)
    assert [(fault.file, fault.line, fault.rule) for fault in error.value.faults] == [
        (FRANKFURT, 11, "host-bits"),
        (IRELAND, 7, "host-bits"),
    ]


def test_a_broken_catalogue_is_told_once(there: Repository) -> None:
    """Not once for each of the stacks that it breaks."""
    there.edit(CATALOGUE, "54.231.0.0/17, 72", "54.231.0.1/17, 72")
    with pytest.raises(Faults) as error:
        review_change(there.root, None, TODAY)
    assert [fault.rule for fault in error.value.faults] == ["host-bits"]


def test_a_broken_policy_is_a_fault(there: Repository) -> None:
    """No change is judged by limits that cannot be read."""
    there.write("policy.yaml", "limits: {opened_share: 25}\n")
    with pytest.raises(Faults) as error:
        review_change(there.root, None, TODAY)
    what = "limits.opened_share: 25 is no share; write a number from 0 to 1"
    assert [str(fault) for fault in error.value.faults] == [
        f"error: policy.yaml:1:24: [share] {what}"
    ]


# --- How policy judges ---------------------------------------------------------------


def exception(there: Repository, limit: str, stack: str) -> None:
    """Write a reviewed exception."""
    line = f"{{limit: {limit}, stack: {stack}, reason: CHG-1, until: 2026-12-31}}"
    there.write("policy.yaml", f"exceptions: [{line}]\n")


def stopping(there: Repository) -> Iterator[tuple[str, str]]:
    """Give stack and limit of each breach."""
    return (
        (breach.stack, breach.limit)
        for breach in review_change(there.root, None, TODAY).verdict.breaches
    )


def test_an_exception_for_one_stack_does_not_serve_another(there: Repository) -> None:
    """Both stacks lose a service, and one of them may."""
    for file in (IRELAND, FRANKFURT):
        there.edit(file, "    dns:", "    ldap: false\n    dns:")
    exception(there, "removed-service", "eu-west-1")
    assert list(stopping(there)) == [("eu-central-1", "removed-service")]


def test_an_exception_may_let_a_stack_go(there: Repository) -> None:
    """The line names a stack that is there no more, and stays harmless when that is merged."""
    (there.root / FRANKFURT).unlink()
    assert list(stopping(there)) == [("eu-central-1", "removed-stack")]
    exception(there, "removed-stack", "eu-central-1")
    assert list(stopping(there)) == []
    there.commit()
    there.git("branch", "-f", "main", "change")
    assert list(stopping(there)) == []


def test_a_stack_that_turns_pending_ends_its_services(there: Repository) -> None:
    """It would be left out of deployments, so its turning pending needs a second look."""
    there.edit(IRELAND, "    spam-signatures-cloud: false\n", "")
    there.edit(IRELAND, "aws:region: eu-west-1", "aws:region: us-east-1")
    [breach, *others] = review_change(there.root, None, TODAY).verdict.breaches
    assert (breach.stack, breach.limit, breach.value, breach.cause) == (
        *("eu-west-1", "removed-service"),
        *("ends all 14 services", "the stack is pending"),
    )
    assert [other.limit for other in others] == ["target", "leaving-networks"]
