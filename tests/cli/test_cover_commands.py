"""`fit` and `budget` as they are typed: what they print, where, and with which exit code."""

import json
import sys
from pathlib import Path

import pytest
from sites import NOBODY, shipped
from typed import Done, Type, typist
from written import STACK, project

FLOWS = """\
flows:
- {protocol: tcp, ports: 80, prefix: 192.0.2.0/24}
- {protocol: tcp, ports: [443, 8080-8081], prefix: 192.0.3.7/32}
- {protocol: udp, ports: 53, prefix: 0.0.0.0/0}
- {protocol: icmp, type: 3, code: 4, prefix: 0.0.0.0/0}
"""
EXCESS = 512 * 8002 - 256 - 3
"""Of all TCP from 80 to 8081 with both prefixes, less what is asked for."""
FEW = (
    STACK.partition("    administrators")[0]
    + "".join(f"    {role}: []\n" for role in NOBODY)
    + "  gateway-rules:services:\n"
    + "".join(
        f"    {service}: false\n"
        for service in shipped().by_id
        if service not in ("dns", "rss-feed")
    )
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Give a function that runs a command line."""
    return typist(monkeypatch, capsys)


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """Write a list of flows."""
    file = tmp_path / "flows.yaml"
    file.write_text(FLOWS)
    return file


def test_fit_answers_with_just_the_promised_keys(run: Type, flows: Path) -> None:
    """Entries, how many, their excess, and what is proven of it."""
    done = run("fit", flows, "--budget", "3", "--json")
    assert (done.code, done.err) == (0, [])
    assert json.loads(done.out) == {
        "entries": [
            {
                "action": "allow",
                "protocol": "icmp",
                "from_port": 3,
                "to_port": 4,
                "prefix": "0.0.0.0/0",
            },
            {
                "action": "allow",
                "protocol": "tcp",
                "from_port": 80,
                "to_port": 8081,
                "prefix": "192.0.2.0/23",
            },
            {
                "action": "allow",
                "protocol": "udp",
                "from_port": 53,
                "to_port": 53,
                "prefix": "0.0.0.0/0",
            },
        ],
        "used": 3,
        "excess": EXCESS,
        "lower_bound": EXCESS,
    }


def test_fit_shows_what_each_entry_covers_and_adds(run: Type, flows: Path) -> None:
    """The table sums to the last line, which tells what is proven."""
    done = run("fit", flows, "--budget", "3")
    assert (done.code, done.err) == (0, [])
    assert done.out.splitlines() == [
        "",
        "3 entries",
        "Packets              Prefix              Required        Adds",
        "─" * 61,
        "icmp type 3 code 4   0.0.0.0/0      4,294,967,296           0",
        "tcp 80-8081          192.0.2.0/23             259   4,096,765",
        "udp 53               0.0.0.0/0      4,294,967,296           0",
        "3 of 3 entries  ████████████████████",
        "4,096,765 packets more than required; proven: no list of 3 adds less",
    ]


def test_fit_says_when_nothing_is_added(run: Type, flows: Path) -> None:
    """A budget that holds every flow gives an exact list."""
    done = run("fit", flows, "--budget", "10")
    assert done.out.splitlines()[-1] == "5 of 10 entries, exact  ██████████░░░░░░░░░░"


def test_a_budget_that_cannot_be_met_is_a_finding(run: Type, flows: Path) -> None:
    """Nothing is malformed, so it is exit 1, and the line names the least that will do."""
    assert run("fit", flows, "--budget", "2") == Done(
        1,
        "",
        [
            (
                "error: <command>:1:1: [over-budget] a budget of 2 cannot hold these flows: "
                "at least 3 entries are needed; give 3 or more, or ask for fewer protocols"
            )
        ],
    )


def test_faults_of_the_file_are_malformed_input(run: Type, tmp_path: Path) -> None:
    """They are lines on standard error, and with --json also one document."""
    (tmp_path / "flows.yaml").write_text("flows: []\n")
    done = run("fit", tmp_path / "flows.yaml", "--budget", "0", "--json")
    assert (done.code, len(done.err)) == (2, 2)
    assert [error["rule"] for error in json.loads(done.out)["errors"]] == ["empty", "budget"]


def test_fit_needs_no_project(
    run: Type, flows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody's list of flows, wherever one stands."""
    monkeypatch.chdir(tmp_path)
    assert run("fit", flows.name, "--budget", "19").code == 0


def test_fit_needs_a_budget(run: Type, flows: Path) -> None:
    """No budget is assumed."""
    assert run("fit", flows) == Done(
        2,
        "",
        [("error: <command>:1:1: [usage] Missing option '--budget'; see gateway-rules fit --help")],
    )


def test_budget_answers_with_just_the_promised_keys(run: Type, tmp_path: Path) -> None:
    """The stack and its curves, and nothing else on standard output."""
    done = run("-C", project(tmp_path, FEW), "budget", "bad", "--json")
    data = json.loads(done.out)
    assert (done.code, done.err, data["stack"], [*data]) == (0, [], "bad", ["stack", "curves"])
    assert [
        (each["direction"], each["family"], each["smallest"], each["exact"])
        for each in data["curves"]
    ] == [("egress", "ipv4", 2, 2), ("ingress", "ipv4", 2, 2)]


def test_budget_draws_and_tells(run: Type, tmp_path: Path) -> None:
    """A stack that needs two entries each way buys nothing with more."""
    done = run("-C", project(tmp_path, FEW), "budget", "bad")
    assert (done.code, done.err) == (0, [])
    assert done.out.splitlines()[:6] == [
        "bad, egress ipv4: what each number of entries costs",
        "",
        "Entries  Packets not required  (bars grow with the number of digits)",
        "      2                0  exact",
        "",
        (
            "2 entries pass exactly what is required, and AWS's default leaves 19: "
            "a larger quota buys nothing."
        ),
    ]


def test_a_terminal_is_told_what_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is looked at stands on one line, which is gone at the end."""
    run = typist(monkeypatch, capsys)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    done = run("-C", project(tmp_path, FEW), "budget", "bad", "--json")
    assert done.err == [
        "",
        "egress ipv4: every budget\x1b[K",
        "ingress ipv4: every budget\x1b[K",
        "\x1b[K",
    ]


def test_a_terminal_is_told_what_is_fitted(
    flows: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A long list takes its time to be read, and then to be fitted."""
    run = typist(monkeypatch, capsys)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    done = run("fit", flows, "--budget", "4", "--json")
    assert done.err == [
        "",
        f"reading {flows}\x1b[K",
        "fitting 5 flows into 4 entries\x1b[K",
        "\x1b[K",
    ]
