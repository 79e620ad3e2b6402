"""Limits and exceptions: how their file is read, and what they let through."""

import json
import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from judged import violations
from ruamel.yaml import YAML

from gateway_rules.errors import Faults
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.policy import (
    FIGURES,
    HIGH_RISK_TCP,
    HIGH_RISK_UDP,
    AdministrativePrefix,
    HighRiskPorts,
    LimitName,
    Limits,
    Policy,
)
from gateway_rules.inputs.policy_file import PolicyFile, read_policy
from gateway_rules.inputs.project import stack_names
from gateway_rules.inputs.schemas import schema_file, schemas
from gateway_rules.review.verdict import Breach, LimitResult, Verdict, judge

ROOT = Path(__file__).parents[2]
STACKS = ("eu-central-1", "eu-west-1")
LAST = date(2026, 6, 30)
LIMITS: tuple[LimitName, ...] = get_args(LimitName)


def read(folder: Path, text: str) -> Policy:
    """Read a policy file in a project with two stacks."""
    (folder / "policy.yaml").write_text(text)
    return read_policy(folder, STACKS).policy


def told(folder: Path, text: str) -> list[str]:
    """Give what is wrong with a policy file."""
    with pytest.raises(Faults) as error:
        read(folder, text)
    return [str(fault).removeprefix("error: policy.yaml:") for fault in error.value.faults]


# --- The file --------------------------------------------------------------------------------


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """A project that has no opinion gets the limits of this repository."""
    assert read_policy(tmp_path, STACKS) == PolicyFile(Policy())
    assert read_policy(ROOT, stack_names(ROOT)).policy.limits == Limits()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "limits: {}\n", "exceptions: []\n"])
def test_what_is_not_said_is_the_default(tmp_path: Path, text: str) -> None:
    """A file may leave out whatever it agrees with."""
    assert read(tmp_path, text) == Policy()


def test_each_limit_can_be_set(tmp_path: Path) -> None:
    """All of them are read, and none is mixed up with another."""
    text = """\
limits:
  opened_addresses: 1
  opened_share: 0.5
  changed_rules_share: 1
  administrative_prefix: {ipv4: 24, ipv6: 64}
  administrative_sources: 2
  public_sources: 3
  other_public_sources: 9
  ports_per_peer: 4
  ports_per_public_peer: 5
  acl_sources: 6
  acl_excess: 1.5
  ephemeral_from: 7
  network_addresses: 8
"""
    assert read(tmp_path, text).limits.model_dump() == {
        "opened_addresses": 1,
        "opened_share": 0.5,
        "changed_rules_share": 1.0,
        "administrative_prefix": {"ipv4": 24, "ipv6": 64},
        "administrative_sources": 2,
        "public_sources": 3,
        "other_public_sources": 9,
        "ports_per_peer": 4,
        "ports_per_public_peer": 5,
        "acl_sources": 6,
        "acl_excess": 1.5,
        "ephemeral_from": 7,
        "network_addresses": 8,
    }


def test_an_exception_has_limit_stack_reason_and_last_day(tmp_path: Path) -> None:
    """The example of this repository's own file is read as it stands there."""
    lines = (ROOT / "policy.yaml").read_text().splitlines()
    [example] = [
        line.removeprefix("# ") for line in lines if line.startswith("# - {limit: internet")
    ]
    (tmp_path / "policy.yaml").write_text(f"exceptions:\n{example}\n")
    [exception] = read_policy(tmp_path, ["us-east-1"]).policy.exceptions
    assert exception.model_dump() == {
        "limit": "internet",
        "stack": "us-east-1",
        "reason": "first stack there, CHG-1234",
        "until": date(2026, 12, 31),
    }


def test_the_other_examples_of_the_file_can_be_read(tmp_path: Path) -> None:
    """Whoever takes the number sign away gets what the line says."""
    lines = (ROOT / "policy.yaml").read_text().splitlines()
    off = next(line.removeprefix("# ") for line in lines if line.startswith("# - {limit: opened"))
    ports = "\n".join(
        line.removeprefix("# ").partition("  #")[0]
        for line in lines
        if line.startswith(("# high_risk_ports", "# internet_ports", "#   tcp"))
    )
    policy = read(tmp_path, f"{ports}\noff:\n{off}\n")
    assert policy.high_risk_ports.tcp == ((21, 23), (3389, 3389))
    assert policy.internet_ports.tcp == ((25, 25), (587, 587))
    assert policy.high_risk_ports.udp == HighRiskPorts().udp
    assert [each.limit for each in policy.off] == ["opened-share"]


GOOD = {"limit": "internet", "stack": "eu-west-1", "reason": "CHG-1", "until": "2026-12-31"}
ALL_LIMITS = ", ".join(f"'{limit}'" for limit in LIMITS[:-1]) + f" or '{LIMITS[-1]}'"
DAY = "write one such as 2026-12-31"
OTHER_STACK = "take the exception out, or write one of: eu-central-1, eu-west-1"
OTHER_KEY = "take it out, or write one of: limits, high_risk_ports, internet_ports, off, exceptions"
OTHER_LIMIT = f"take it out, or write one of: {', '.join(Limits.model_fields)}"
TWICE = "limits stands here a second time, first on line 1; keep one of them"
SHARE = "write a number from 0 to 1"


def without(key: str) -> str:
    """Write a file whose exception lacks a key, or has another value for it."""
    name, _, value = key.partition("=")
    fields = {**GOOD, name: value} if value else {k: v for k, v in GOOD.items() if k != name}
    parts = ", ".join(f"{key}: {value}" for key, value in fields.items())
    return f"exceptions:\n  - {{{parts}}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (without("limit"), "2:5: [missing-key] exceptions.limit is missing; add it"),
        (without("stack"), "2:5: [missing-key] exceptions.stack is missing; add it"),
        (without("reason"), "2:5: [missing-key] exceptions.reason is missing; add it"),
        (
            without("until"),
            '2:5: [missing-key] exceptions.until is missing; add it, such as until: "2026-12-31"',
        ),
        (without("reason=''"), "2:49: [empty] exceptions.reason is empty; write something"),
        (
            without("limit=opened"),
            f"2:13: [choice] exceptions.limit is 'opened'; write {ALL_LIMITS}",
        ),
        (
            without("stack=us-east-1"),
            f"2:30: [unknown-stack] there is no stack us-east-1; {OTHER_STACK}",
        ),
        (
            without("until=2026-02-30"),
            f"2:63: [date] exceptions.until: '2026-02-30' is no day; {DAY}",
        ),
        (without("until=20261231"), f"2:63: [date] exceptions.until: 20261231 is no day; {DAY}"),
        (
            without("until=2026-W01-1"),
            f"2:63: [date] exceptions.until: '2026-W01-1' is no day; {DAY}",
        ),
        (without("until=[]"), f"2:63: [date] exceptions.until: an empty list is no day; {DAY}"),
        (
            "exception: []\n",
            f"1:1: [unknown-key] exception is not known; {OTHER_KEY}",
        ),
        (
            "limits: {opened_share: 1.1}\n",
            f"1:24: [share] limits.opened_share: 1.1 is no share; {SHARE}",
        ),
        (
            "limits: {changed_rules_share: -1}\n",
            f"1:31: [share] limits.changed_rules_share: -1 is no share; {SHARE}",
        ),
        (
            "limits: {opened_share: half}\n",
            f"1:24: [share] limits.opened_share: 'half' is no share; {SHARE}",
        ),
        (
            "limits: {opened_share: true}\n",
            f"1:24: [share] limits.opened_share: true is no share; {SHARE}",
        ),
        (
            "limits: {opened_addresses: -1}\n",
            "1:28: [range] limits.opened_addresses is -1; write a number of at least 0",
        ),
        (
            "limits: {administrative_prefix: {ipv4: 33}}\n",
            "1:40: [range] limits.administrative_prefix.ipv4 is 33; write a number of at most 32",
        ),
        (
            "limits: {opened: 1}\n",
            f"1:10: [unknown-key] limits.opened is not known; {OTHER_LIMIT}",
        ),
        ("[]\n", "1:1: [type] the file is an empty list, not a mapping; write keys and values"),
        ("limits: {}\nlimits: {}\n", f"2:1: [duplicate-key] {TWICE}"),
    ],
)
def test_a_fault_has_its_place_and_its_cure(tmp_path: Path, text: str, said: str) -> None:
    """Whoever writes the file is told what is wrong, where, and what to write instead."""
    assert told(tmp_path, text) == [said]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Two exceptions for unknown stacks are two lines."""
    text = "exceptions:\n"
    for name in ("x", "y"):
        text += without(f"stack={name}").partition("\n")[2]
    assert [line[:9] for line in told(tmp_path, text)] == ["2:30: [un", "3:30: [un"]


def test_an_exception_may_outlive_the_stack_that_it_lets_go(tmp_path: Path) -> None:
    """The line that lets a stack be removed is merged together with the removal."""
    text = without("limit=removed-stack").replace("eu-west-1", "us-east-1")
    assert read(tmp_path, text).exceptions[0].stack == "us-east-1"


# --- The schema ------------------------------------------------------------------------------

SCHEMA = schemas(read_catalogue())["policy"]


def loaded(text: str) -> object:
    """Read YAML as editors do, whose days are text."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


@pytest.mark.parametrize("text", [(ROOT / "policy.yaml").read_text(), without("nothing")])
def test_an_editor_takes_what_the_reader_takes(text: str) -> None:
    """Neither this repository's own file nor a good exception is underlined."""
    assert violations(SCHEMA, loaded(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        *(without(key) for key in GOOD),
        *map(without, ("reason=''", "limit=opened", "until=soon", "because=so")),
        "limits: {opened_share: 1.1}\n",
        "limits: {opened_addresses: -1}\n",
        "limits: {administrative_prefix: {ipv4: 33}}\n",
        "limits: {opened: 1}\n",
        "exception: []\n",
    ],
)
def test_an_editor_underlines_what_the_reader_refuses(text: str) -> None:
    """All but days that the calendar lacks, and stacks that are not there."""
    assert violations(SCHEMA, loaded(text)) != []


def test_the_file_names_its_schema() -> None:
    """The first line leads an editor to it."""
    first = (ROOT / "policy.yaml").read_text().partition("\n")[0]
    assert first == "# yaml-language-server: $schema=gateway_rules/schemas/policy.schema.json"
    assert (ROOT / first.partition("=")[2]) == schema_file("policy")


# --- What an exception lets through ----------------------------------------------------------

BREACH = Breach(
    "eu-west-1", "internet", "opens ingress tcp 25 from 0.0.0.0/0", "none", "for smtp-in"
)
OPENS = "eu-west-1: [internet] opens ingress tcp 25 from 0.0.0.0/0"


def judged(policy: Policy, breaches: list[Breach], today: date) -> Verdict:
    """Judge by a policy that a change leaves as it is."""
    return judge(policy, policy, map(LimitResult, breaches), today)


def exceptions(*changes: dict[str, str]) -> Policy:
    """Give a file with an exception for each set of changes to the good one."""
    good = {**GOOD, "until": LAST.isoformat()}
    return Policy.model_validate({"exceptions": [{**good, **each} for each in changes]})


@pytest.mark.parametrize("day", ["2026-01-01", "2026-06-29", "2026-06-30"])
def test_an_exception_holds_up_to_its_last_day(day: str) -> None:
    """It lets the change through, and says until when and why."""
    assert judged(exceptions({}), [BREACH], date.fromisoformat(day)) == Verdict(
        warnings=(f"{OPENS}, let through until 2026-06-30 because: CHG-1",)
    )


@pytest.mark.parametrize("day", ["2026-07-01", "2030-01-01"])
def test_an_exception_is_refused_after_its_last_day(day: str) -> None:
    """The change is stopped, and a warning says that the exception ended."""
    assert judged(exceptions({}), [BREACH], date.fromisoformat(day)) == Verdict(
        (BREACH,), ("eu-west-1: [internet] the exception ended on 2026-06-30: CHG-1",)
    )


@pytest.mark.parametrize("other", [{"stack": "eu-central-1"}, {"limit": "opened-share"}])
def test_an_exception_serves_its_own_stack_and_limit(other: dict[str, str]) -> None:
    """Neither another stack nor another limit is let through by it."""
    assert judged(exceptions(other), [BREACH], LAST) == Verdict((BREACH,))


def test_the_exception_that_lasts_longest_is_named() -> None:
    """Of several the ended ones are of no interest."""
    some = exceptions({"until": "2025-01-01"}, {}, {"until": "2027-01-01", "reason": "CHG-2"})
    assert judged(some, [BREACH], LAST).warnings == (
        f"{OPENS}, let through until 2027-01-01 because: CHG-2",
    )


def test_an_exception_that_nothing_needs_is_silent() -> None:
    """Nobody is warned of what does not apply."""
    assert judged(exceptions({}), [], LAST) == Verdict()


# --- How a breach is told ----------------------------------------------------------------------


def test_a_trip_says_value_limit_cause_and_the_way_on() -> None:
    """One line has all that a reviewer needs to decide."""
    assert str(BREACH) == (
        "eu-west-1: [internet] opens ingress tcp 25 from 0.0.0.0/0, allowed: none; "
        "for smtp-in; take it back, or write an exception into policy.yaml"
    )


def test_a_verdict_is_plain_data() -> None:
    """Programs get each part of a breach under its name."""
    assert Verdict((BREACH,), ("careful",)).as_json() == {
        "breaches": [
            {
                "stack": "eu-west-1",
                "limit": "internet",
                "value": "opens ingress tcp 25 from 0.0.0.0/0",
                "allowed": "none",
                "cause": "for smtp-in",
            }
        ],
        "warnings": ["careful"],
        "moves": [],
        "off": [],
        "standing": [],
    }


def test_the_repositorys_own_file_names_every_limit() -> None:
    """Whoever reads the file sees all that can be set."""
    text = (ROOT / "policy.yaml").read_text()
    assert [name for name in Limits.model_fields if f"  {name}:" not in text] == []


def test_the_docs_explain_every_limit_and_its_default() -> None:
    """The table of `docs/reviewing.md` has the limits that there are, with their limits."""
    text = (ROOT / "docs" / "reviewing.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|.*\| (.+) \|$", text, re.MULTILINE))
    assert rows == {limit: allowed(limit) for limit in LIMITS}
    assert tuple(rows) == LIMITS


def allowed(limit: LimitName) -> str:
    """Write what a limit allows by default, as the docs do."""
    return " and ".join(figure(getattr(Limits(), key)) for key in FIGURES.get(limit, ())) or "none"


def figure(value: object) -> str:
    """Write a figure for people."""
    if isinstance(value, AdministrativePrefix):
        return f"/{value.ipv4}, in IPv6 /{value.ipv6}"
    return f"{value:,}" if isinstance(value, int) else f"{value:.0%}"


def test_every_figure_belongs_to_a_limit() -> None:
    """None of them is read and then compared with nothing."""
    assert sorted(key for keys in FIGURES.values() for key in keys) == sorted(Limits.model_fields)
    assert FIGURES.keys() <= {*LIMITS}


def test_the_high_risk_ports_are_those_of_the_checkers() -> None:
    """EC2.19's are there but for the one by which mail comes; each stands once."""
    ec2_19 = {20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000}
    ec2_19 |= {5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300}
    assert ec2_19 - {*HIGH_RISK_TCP} == {25}
    for ports in (HIGH_RISK_TCP, HIGH_RISK_UDP):
        assert [*ports] == sorted({*ports})


def test_the_docs_show_an_exception_that_can_be_read(tmp_path: Path) -> None:
    """The example may be pasted as it stands."""
    text = (ROOT / "docs" / "reviewing.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    [example] = [block for block in blocks if block.startswith("exceptions:")]
    (tmp_path / "policy.yaml").write_text(example)
    assert read_policy(tmp_path, ["us-east-1"]).policy.exceptions[0].limit == "internet"


# --- Old names -------------------------------------------------------------------------------


def test_the_old_file_counts_and_says_what_it_is_called_now(tmp_path: Path) -> None:
    """A project that has not renamed anything keeps its limits and its exceptions."""
    text = without("limit=internet").replace("limit:", "brake:")
    (tmp_path / "brakes.yaml").write_text(f"limits: {{opened_addresses: 7}}\n{text}")
    found, moved = read_policy(tmp_path, STACKS), "git mv brakes.yaml policy.yaml"
    assert (found.policy.limits.opened_addresses, found.policy.exceptions[0].limit) == (
        7,
        "internet",
    )
    assert [*map(str, found.old_names)] == [
        f"error: brakes.yaml:1:1: [old-name] the file is called policy.yaml now; {moved}",
        "error: brakes.yaml:3:6: [old-name] brake is called limit now; write limit:",
    ]


def test_the_old_key_counts_in_the_new_file(tmp_path: Path) -> None:
    """Whoever renames the file alone is told of the key."""
    (tmp_path / "policy.yaml").write_text(without("nothing").replace("limit:", "brake:"))
    found = read_policy(tmp_path, STACKS)
    assert found.policy.exceptions[0].limit == "internet"
    assert [fault.rule for fault in found.old_names] == ["old-name"]


def test_the_present_names_are_no_news(tmp_path: Path) -> None:
    """Nobody is warned who writes what is written today."""
    (tmp_path / "policy.yaml").write_text(without("nothing"))
    assert read_policy(tmp_path, STACKS).old_names == ()


def test_a_fault_behind_the_old_key_has_its_place(tmp_path: Path) -> None:
    """The value is where it was, whatever its key is called."""
    text = without("limit=opened").replace("limit:", "brake:")
    assert told(tmp_path, text) == [
        f"2:13: [choice] exceptions.limit is 'opened'; write {ALL_LIMITS}"
    ]


def test_both_keys_in_one_exception_are_a_fault(tmp_path: Path) -> None:
    """Nobody can tell which of the two is meant."""
    text = without("nothing").replace("limit:", "brake: internet, limit:")
    assert [line.split("]")[0] for line in told(tmp_path, text)] == ["2:6: [unknown-key"]


def test_both_files_at_once_are_a_fault(tmp_path: Path) -> None:
    """An old file beside the present one would be limits that nobody keeps to."""
    (tmp_path / "brakes.yaml").write_text("limits: {opened_addresses: 1}\n")
    (tmp_path / "policy.yaml").write_text("limits: {opened_addresses: 2}\n")
    with pytest.raises(Faults) as error:
        read_policy(tmp_path, STACKS)
    [fault] = error.value.faults
    assert (fault.file, fault.rule) == ("brakes.yaml", "two-policies")
