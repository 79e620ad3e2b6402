"""What commands write for GitHub's code scanning: SARIF that it takes, with every fault."""

import json
from pathlib import Path
from typing import Any

import pytest
from judged import violations
from repository import ADMINISTRATORS, FRANKFURT, IRELAND, Repository, repository

from gateway_rules.errors import Fault
from gateway_rules.views.sarif import Found, faults_as_sarif

TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 2100}},
}
NUMBER = {"type": "integer", "minimum": 1}
REGION_KEYS = ["startLine", "startColumn", "endLine", "endColumn"]
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help"],
    "properties": {"shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT},
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "level": {"enum": ["error", "warning", "note"]},
        "message": TEXT,
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "locations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["physicalLocation"],
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "required": ["artifactLocation", "region"],
                        "properties": {
                            "artifactLocation": {
                                "type": "object",
                                "required": ["uri"],
                                # Relative to the repository's root, and no step upward.
                                "properties": {
                                    "uri": {"type": "string", "pattern": r"^(?!/|\.\.|.*:)[!-~]+$"}
                                },
                            },
                            "region": {
                                "type": "object",
                                "required": REGION_KEYS,
                                "properties": dict.fromkeys(REGION_KEYS, NUMBER),
                            },
                        },
                    }
                },
            },
        },
    },
}
LOG = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "version", "rules"],
                                "properties": {"rules": {"type": "array", "items": RULE}},
                            }
                        },
                    },
                    "results": {"type": "array", "maxItems": 5000, "items": RESULT},
                },
            },
        },
    },
}
"""What SARIF 2.1.0 asks for, and GitHub's page "SARIF support for code scanning" besides."""


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a project in a folder of a repository, with its snapshots."""
    found = repository(tmp_path, "mail")
    assert found.run("render").returncode == 0
    found.commit()
    found.git("branch", "-f", "main", "change")
    return found


def written(there: Repository, *command: str, code: int) -> list[dict[str, Any]]:
    """Run a command that writes SARIF; give the results, once they are what GitHub takes."""
    file = there.top / "out" / "faults.sarif"
    done = there.run(*command, "--sarif", str(file))
    assert done.returncode == code, done.stderr
    return results(json.loads(file.read_text()))


def results(log: Any) -> list[dict[str, Any]]:
    """Give the results of a log that is as it must be."""
    assert violations(LOG, log) == []
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    found: list[dict[str, Any]] = run["results"]
    assert [each for each in found if rules[each["ruleIndex"]] != each["ruleId"]] == []
    return found


def places(found: list[dict[str, Any]]) -> list[tuple[str, str, int, str]]:
    """Give level, file, line and rule of each result."""
    physical = [each["locations"][0]["physicalLocation"] for each in found]
    return [
        (r["level"], p["artifactLocation"]["uri"], p["region"]["startLine"], r["ruleId"])
        for r, p in zip(found, physical, strict=True)
    ]


def test_nothing_wrong_is_a_run_without_results(there: Repository) -> None:
    """GitHub closes what an earlier run has found."""
    assert written(there, "check", code=0) == []


def test_every_fault_is_on_its_line(there: Repository) -> None:
    """The file is written though the command fails, by the names that the repository has."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.1/24]")
    there.edit(FRANKFURT, "peers: [self]", "peers: [nobody]")
    there.edit(FRANKFURT, "snmp_managers: []", "snmp: []")
    line = (there.root / IRELAND).read_text().split("administrators")[0].count("\n") + 1
    found = places(written(there, "check", code=2))
    assert ("error", f"mail/{IRELAND}", line, "host-bits") in found
    assert {rule for _, file, _, rule in found if file == f"mail/{FRANKFURT}"} >= {"unknown-role"}


def test_a_catalogue_that_stops_everything_is_told_too(there: Repository) -> None:
    """Where a command ends at once, the file has what ended it."""
    there.edit("gateway_rules/catalogue/seg-v3.yaml", "issue: ", "issue: [")
    [fault] = written(there, "check", code=2)
    assert fault["ruleId"] == "yaml"
    assert places([fault])[0][1] == "mail/gateway_rules/catalogue/seg-v3.yaml"


def test_what_policy_stops_is_on_the_line_that_changes(there: Repository) -> None:
    """GitHub shows in a pull request only what stands on lines of its diff."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [0.0.0.0/0]")
    line = (there.root / IRELAND).read_text().split("administrators")[0].count("\n") + 1
    found = places(written(there, "diff", "main", "--enforce", code=1))
    assert ("error", f"mail/{IRELAND}", line, "internet") in found
    assert {(level, file, at) for level, file, at, _ in found} == {
        ("error", f"mail/{IRELAND}", line)
    }


def test_a_change_that_cannot_be_planned_is_told_too(there: Repository) -> None:
    """The comment and the file are both written."""
    there.edit(IRELAND, "config:", "config: [")
    file = there.top / "faults.sarif"
    done = there.run("diff", "main", "--markdown", "--sarif", str(file))
    assert (done.returncode, "could not be compared" in done.stdout) == (2, True)
    assert [rule for *_, rule in places(results(json.loads(file.read_text())))] == ["yaml"]


def test_a_dash_is_standard_output(there: Repository) -> None:
    """There is nothing else on it, and no other option may want it as well."""
    done = there.run("check", "--sarif", "-")
    assert (done.returncode, results(json.loads(done.stdout))) == (0, [])
    for command in (
        ("check", "--json"),
        ("diff", "main", "--json"),
        ("diff", "main", "--markdown"),
    ):
        refused = there.run(*command, "--sarif", "-")
        assert refused.returncode == 2
        assert "[usage] --sarif - and --" in refused.stderr


def test_a_file_that_cannot_be_written_is_a_fault(there: Repository) -> None:
    """The line names it, and no traceback comes."""
    done = there.run("check", "--sarif", str(there.top))
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "[no-write]" in done.stderr


def test_the_same_fault_keeps_its_print_when_it_moves(there: Repository) -> None:
    """A line more above it makes no new alert."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.1/24]")
    one, *_ = written(there, "check", code=2)
    there.edit(IRELAND, "config:", "# a line\nconfig:")
    other, *_ = written(there, "check", code=2)
    assert one["ruleId"] == other["ruleId"] == "host-bits"
    assert one["partialFingerprints"] == other["partialFingerprints"]
    assert places([one]) != places([other])


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("<command>", "mail/Pulumi.yaml"),
        ("/usr/lib/catalogue.yaml", "mail/Pulumi.yaml"),
        ("../other.yaml", "mail/Pulumi.yaml"),
        ("stacks/Pulumi.a b\n#ü.yaml", "mail/stacks/Pulumi.a%20b%0A%23%C3%BC.yaml"),
    ],
)
def test_a_fault_without_a_file_has_a_place_all_the_same(file: str, uri: str) -> None:
    """GitHub refuses a result without one, and names that are no relative reference."""
    fault = Fault(file, 1, 1, "usage", "what", "fix")
    found = results(faults_as_sarif("check", [Found("error", fault)], "mail/"))
    assert places(found) == [("error", uri, 1, "usage")]


def test_text_of_files_is_no_link_and_not_endless() -> None:
    """A bracket begins a link in SARIF, and a message has a length that GitHub shows."""
    fault = Fault("a.yaml", 1, 1, "form", "[x](http://evil)\x1b[2J\\ " + "y" * 70_000, "fix")
    [found] = results(faults_as_sarif("check", [Found("error", fault)]))
    said = found["message"]["text"]
    assert said.startswith(r"\[x\](http://evil) \[2J\\ yyy")
    assert len(said) < 1100


def test_what_github_would_not_show_is_left_out_from_the_end() -> None:
    """Errors come before warnings and notes."""
    many = [Found("note", Fault("a.yaml", n, 1, "pending", f"{n}", "fix")) for n in range(1, 6000)]
    error = Found("error", Fault("z.yaml", 1, 1, "form", "what", "fix"))
    found = results(faults_as_sarif("check", [*many, error]))
    assert (len(found), found[0]["level"]) == (5000, "error")
