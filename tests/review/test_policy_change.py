"""A policy that changes with what it judges: which counts, and what is said of it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from repository import ADMINISTRATORS, CATALOGUE, FRANKFURT, IRELAND, Repository, repository

from gateway_rules.errors import Faults, NoAnswer
from gateway_rules.inputs.policy import FIGURES, Limits, Policy
from gateway_rules.inputs.policy_file import PolicyFile
from gateway_rules.review.comparison import Review, review_change
from gateway_rules.review.policy_change import BasePolicy, moves

TODAY = date(2026, 12, 1)
RDP = "{name: more, direction: ingress, protocol: tcp, ports: 3389, peers: [51.1.0.0/16]}"
MAIL = "{name: in, direction: ingress, protocol: tcp, ports: 25, peers: [0.0.0.0/0]}"
ADDITIONS = "gateway-rules:additions: "
EXCEPTION = "{limit: public-sources, stack: eu-west-1, reason: CHG-1, until: 2026-12-31}"


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository with two stacks on main, and a branch just begun."""
    found = repository(tmp_path)
    for file in (IRELAND, FRANKFURT):
        found.write(file, f"{(found.root / file).read_text()}  {ADDITIONS}[{MAIL}]\n")
    merged(found)
    return found


def merged(there: Repository) -> None:
    """Merge the branch, and begin the next one."""
    there.commit()
    there.git("branch", "-f", "main", "change")


def judged(there: Repository, since: str | None = None) -> Review:
    """Judge the working tree."""
    return review_change(there.root, None, TODAY, since=since)


def stopped(review: Review) -> set[str]:
    """Name the limits that stop a change."""
    return {breach.limit for breach in review.verdict.breaches}


def opens(there: Repository, addition: str = RDP, file: str = IRELAND) -> None:
    """Let a stack, Ireland if none is named, have a further addition."""
    there.edit(file, f"{ADDITIONS}[", f"{ADDITIONS}[{addition}, ")


# --- What counts -----------------------------------------------------------------------------


def test_a_change_does_not_raise_its_own_limits(there: Repository) -> None:
    """What it says of them counts from the next change on, and is said first."""
    opens(there)
    there.write("policy.yaml", "limits: {public_sources: 1000000}\n")
    review = judged(there)
    assert stopped(review) == {"public-sources"}
    assert review.verdict.moves == (
        "policy.yaml is new: all but its exceptions count from the next change on",
        "limits.public_sources: was 64, is 1,000,000, which counts from the next change on",
    )


def test_raised_limits_count_once_they_are_merged(there: Repository) -> None:
    """Whoever owns the file has agreed to them by then."""
    there.write("policy.yaml", "limits: {public_sources: 1000000}\n")
    merged(there)
    opens(there)
    review = judged(there)
    assert (stopped(review), review.verdict.moves) == (set(), ())


def test_a_policy_that_goes_away_still_counts(there: Repository) -> None:
    """Without the file the defaults would be wider."""
    there.write("policy.yaml", "limits: {opened_addresses: 1}\n")
    merged(there)
    (there.root / "policy.yaml").unlink()
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/23]")
    review = judged(there)
    assert "opened-addresses" in stopped(review)
    assert review.verdict.moves[0] == (
        "policy.yaml is gone: the default of each limit counts from the next change on"
    )


def test_a_file_that_takes_its_new_name_moves_nothing(there: Repository) -> None:
    """The rename that a warning asks for is no news to a reviewer."""
    there.write("brakes.yaml", "limits: {opened_addresses: 1}\n")
    merged(there)
    there.git("mv", "brakes.yaml", "policy.yaml")
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/23]")
    review = judged(there)
    assert (review.verdict.moves, review.old_names) == ((), ())
    assert "opened-addresses" in stopped(review)


def test_the_defaults_count_where_the_base_cannot_be_read(there: Repository) -> None:
    """A policy that was broken is no policy, and that is said."""
    there.write("policy.yaml", "limits: {public_sources: many}\n")
    merged(there)
    opens(there)
    there.write("policy.yaml", "limits: {}\n")
    review = judged(there)
    assert stopped(review) == {"public-sources"}
    assert review.verdict.moves[0].startswith(
        "the policy of the base cannot be read, so the defaults count: policy.yaml:1: "
    )


def test_two_files_at_the_base_are_no_policy(there: Repository) -> None:
    """Nobody can tell which of them counted."""
    there.write("policy.yaml", "limits: {public_sources: 1000000}\n")
    there.write("brakes.yaml", "limits: {}\n")
    merged(there)
    (there.root / "brakes.yaml").unlink()
    opens(there)
    review = judged(there)
    assert stopped(review) == {"public-sources"}
    assert "it has policy.yaml and brakes.yaml" in review.verdict.moves[0]


# --- Exceptions and limits that are off ------------------------------------------------------


def test_an_exception_of_the_change_counts_and_is_named_first(there: Repository) -> None:
    """It has a reason and a last day, and the reviewer reads it before anything else."""
    opens(there)
    there.write("policy.yaml", f"exceptions: [{EXCEPTION}]\n")
    review = judged(there)
    assert (stopped(review), review.verdict.moves[0]) == (
        set(),
        "adds an exception from [public-sources] for eu-west-1 until 2026-12-31, because: CHG-1",
    )
    done = there.run("diff", "--markdown", "--enforce")
    assert done.returncode == 0
    head = done.stdout.partition("\n**eu-west-1**")[0].splitlines()
    assert len(head) < len(done.stdout.splitlines())
    at = next(n for n, line in enumerate(head) if "adds an exception from" in line)
    assert at < 10, head  # The title, the verdict, and that the policy's file changes come first.


def test_an_exception_that_is_taken_out_counts_no_more(there: Repository) -> None:
    """That the base has it is not enough."""
    there.write("policy.yaml", f"exceptions: [{EXCEPTION}]\n")
    merged(there)
    there.write("policy.yaml", "exceptions: []\n")
    opens(there)
    review = judged(there)
    assert stopped(review) == {"public-sources"}
    assert review.verdict.moves == (
        "takes out the exception from [public-sources] for eu-west-1 until 2026-12-31",
    )


def test_a_limit_is_off_from_the_next_change_on_and_says_why(there: Repository) -> None:
    """The change that turns it off is judged by it, and every later one prints the reason."""
    there.write("policy.yaml", "off: [{limit: public-sources, reason: CHG-9}]\n")
    opens(there)
    review = judged(there)
    assert stopped(review) == {"public-sources"}
    turned = "turns [public-sources] off, which counts from the next change on, because: CHG-9"
    assert turned in review.verdict.moves
    there.git("checkout", "-q", "--", IRELAND)
    merged(there)
    assert judged(there).verdict.off == ("[public-sources] stops nothing, because: CHG-9",)
    opens(there)
    review = judged(there)
    assert stopped(review) == set()
    assert any("off because: CHG-9" in warning for warning in review.verdict.warnings)


def test_a_limit_is_not_turned_off_without_a_reason(there: Repository) -> None:
    """A line that says nothing turns nothing off."""
    there.write("policy.yaml", "off: [{limit: public-sources}]\n")
    with pytest.raises(Faults, match="reason is missing"):
        judged(there)


# --- What is said ----------------------------------------------------------------------------


def other(value: object) -> Any:
    """Give another figure of the same kind."""
    if isinstance(value, dict):
        return {key: number + 1 for key, number in value.items()}
    return value + 1 if isinstance(value, int) else 0.125


@pytest.mark.parametrize("key", Limits.model_fields)
def test_every_figure_that_moves_is_said(key: str) -> None:
    """None can be raised without a line, whatever is added to the model."""
    value = Limits().model_dump()[key]
    policy = Policy.model_validate({"limits": {key: other(value)}})
    [said] = moves(BasePolicy(Policy(), is_there=True), PolicyFile(policy, is_there=True))
    assert said.startswith(f"limits.{key}: was ")


@pytest.mark.parametrize("key", Policy.model_fields)
def test_every_part_of_the_policy_that_moves_is_said(key: str) -> None:
    """None of its keys can change without a line."""
    parts: dict[str, Any] = {
        "limits": {"opened_addresses": 1},
        "high_risk_ports": {"tcp": [22]},
        "internet_ports": {"udp": [443]},
        "off": [{"limit": next(iter(FIGURES)), "reason": "CHG-1"}],
        "exceptions": [
            {"limit": "internet", "stack": "a", "reason": "CHG-1", "until": "2026-12-31"}
        ],
    }
    policy = Policy.model_validate({key: parts[key]})
    base = BasePolicy(Policy(), is_there=True)
    assert len([*moves(base, PolicyFile(policy, is_there=True))]) == 1
    turned = BasePolicy(policy, is_there=True)
    assert len([*moves(turned, PolicyFile(Policy(), is_there=True))]) == 1


def test_ports_that_are_dropped_are_named() -> None:
    """A reviewer sees which of them nobody would watch."""
    policy = Policy.model_validate({"high_risk_ports": {"udp": [69, "100-110"]}})
    [said] = moves(BasePolicy(Policy(), is_there=True), PolicyFile(policy, is_there=True))
    assert said == (
        "high_risk_ports.udp: drops 111, 137, 161, 389, 1434, 1900, 3389, 11211; adds 100-110, "
        "which counts from the next change on"
    )


# --- Several changes in a row ----------------------------------------------------------------


def test_a_role_that_is_renamed_first_and_widened_next_is_stopped(there: Repository) -> None:
    """SSH is watched whatever the role is called, and whoever the catalogue gives it to."""
    for file in (IRELAND, FRANKFURT):
        there.edit(file, "    administrators: ", "    operators: ")
    there.edit(CATALOGUE, "role: administrators", "role: operators")
    there.edit(CATALOGUE, "  administrators: people", "  operators: people")
    assert stopped(judged(there)) == set()
    merged(there)
    there.edit(IRELAND, "operators: [10.42.0.0/24]", "operators: [51.1.0.0/16]")
    assert stopped(judged(there)) >= {
        "administrative-port",
        "administrative-sources",
        "public-sources",
    }


def test_nobody_stops_watching_first_to_widen_next(there: Repository) -> None:
    """A catalogue that calls nothing administrative any more is stopped where it does so."""
    there.edit(CATALOGUE, "administrative: [ssh, management-ui]", "administrative: []")
    assert stopped(judged(there)) == {"watched-services"}


def test_slices_add_up_in_the_state(there: Repository) -> None:
    """Sixteen addresses at a time are too many when they are sixty-five."""
    stops = []
    for number in range(5):
        more = RDP.replace("51.1.0.0/16", f"51.1.{number}.0/28").replace("more", f"more{number}")
        opens(there, more)
        stops.append(stopped(judged(there)))
        merged(there)
    assert stops == [set(), set(), set(), set(), {"public-sources"}]


def slices(there: Repository) -> None:
    """Open four networks one after the other, none of which is too much, and tag the begin."""
    there.git("tag", "v1.0.0", "main")
    for number in range(4):
        lines = (there.root / IRELAND).read_text().splitlines(keepends=True)
        old = next(line for line in lines if "pmm_users" in line)
        nets = ", ".join(f"10.{50 + each}.0.0/17" for each in range(number + 1))
        there.edit(IRELAND, old, f"    pmm_users: [{nets}]\n")
        assert "opened-addresses" not in stopped(judged(there))
        merged(there)


def test_what_was_opened_in_slices_shows_since_a_tag(there: Repository) -> None:
    """Each change was within the limit; all of them together are not."""
    slices(there)
    review = judged(there, since="v1.0.0")
    assert "opened-addresses" in stopped(review)
    assert review.against == f"{review.base[:9]} (v1.0.0)"
    assert review.as_json()["since"] == "v1.0.0"
    done = there.run("diff", "--since", "v1.0.0", "--enforce", "--markdown")
    assert done.returncode == 1
    assert "opens 131,072 addresses" in done.stdout
    assert there.run("diff", "--enforce").returncode == 0


def test_a_day_is_the_main_branch_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last commit before the day begins is the base, and those of the day are judged."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-31T23:59:59Z")
    there = repository(tmp_path)
    first = there.git("rev-parse", "main").strip()
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-01T00:00:00Z")
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/23]")
    merged(there)
    assert judged(there, since="2026-02-01").base == first
    assert judged(there, since="2026-02-02").base == there.git("rev-parse", "main").strip()
    with pytest.raises(NoAnswer, match="main has no commit before 2026-01-31"):
        judged(there, since="2026-01-31")


@pytest.mark.parametrize("text", ["v9", "2026-02-30", "yesterday", "HEAD~1", "--all"])
def test_what_is_neither_a_tag_nor_a_day_is_a_fault(there: Repository, text: str) -> None:
    """Git would guess, and take a slip for today."""
    with pytest.raises(Faults) as error:
        judged(there, since=text)
    assert [fault.rule for fault in error.value.faults] == ["since"]


def test_a_base_and_a_since_are_one_too_many(there: Repository) -> None:
    """Both say what to compare with."""
    done = there.run("diff", "main", "--since", "2026-01-01")
    assert (done.returncode, "[usage]" in done.stderr) == (2, True)


# --- Several stacks --------------------------------------------------------------------------


def test_an_exception_for_one_stack_leaves_the_others_judged(there: Repository) -> None:
    """The same widening in a second stack is stopped there."""
    opens(there)
    opens(there, file=FRANKFURT)
    there.write("policy.yaml", f"exceptions: [{EXCEPTION}]\n")
    assert [(b.stack, b.limit) for b in judged(there).verdict.breaches] == [
        ("eu-central-1", "public-sources")
    ]


def test_what_stands_in_several_stacks_is_one_line(there: Repository) -> None:
    """A fleet with a history does not drown the comment."""
    there.edit(CATALOGUE, "administrative: [ssh, management-ui]", "administrative: []")
    merged(there)
    review = judged(there)
    said = "calls no service administrative, allowed: one or more; nobody watches who reaches them"
    assert stopped(review) == set()
    assert review.verdict.standing == (f"eu-central-1, eu-west-1: [watched-services] {said}",)
