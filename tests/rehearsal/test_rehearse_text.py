import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rehearsed import WIDE, Change, change, new_rules, planned

from gateway_rehearsal.rehearse.rehearsing import UNCHANGED, Rehearsal, RehearsalOutcome
from gateway_rehearsal.rehearse.text import TextForm, rehearsal_as_json, rehearsal_text
from gateway_rules.errors import COMMAND_LINE, Fault
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.planning.planner import Plan

PROVEN = """\
This proves the order of the calls that the stand-in for the provider makes,
which follows the official provider's as far as that is known. What AWS itself
does not promise stands in docs/changing.md."""


@pytest.fixture(scope="module")
def edited() -> Iterator[Change]:
    """Change a stack in a bad order: an entry in place, a rule late, and a call that fails."""
    with change() as stack:
        after = planned(**WIDE)
        entry = next(e for e in stack.plan.acl.entries if e.services == ("ssh",))
        stack.delete_entry(entry)
        with pytest.raises(stack.ec2.exceptions.ClientError):
            stack.delete_entry(entry)
        stack.create_entry(entry)
        for rule in new_rules(stack.plan, after):
            stack.authorize(rule)
        stack.new_acl(after)
        stack.delete_acl()
        yield stack


def rehearsal(stack: Change, after: Plan, *more: RehearsalOutcome) -> Rehearsal:
    """Give a rehearsal of what was done."""
    outcome = RehearsalOutcome(
        "test", "", ("role administrators: adds 10.9.0.0/24",), stack.verdict(after)
    )
    return Rehearsal("22326b6bd0000000", (outcome, *more))


def without_ids(shown: str) -> str:
    """Take out what AWS makes up each time."""
    return re.sub(r"acl-[0-9a-f]{17}", "acl-1", shown)


def test_each_call_is_told_with_what_it_did(edited: Change) -> None:
    """A change is told call by call, runs of alike calls in one line, in eighty columns."""
    shown = rehearsal_text(rehearsal(edited, planned(**WIDE)), TextForm(width=80))
    assert max(map(len, shown.splitlines())) <= 80
    assert (
        without_ids(shown)
        == f"""\
Rehearsed from 22326b6bd to the working tree:
test: 73 calls, and it is NOT SAFE: 1 call cuts what has to stay
  edited: role administrators: adds 10.9.0.0/24
      1  DeleteNetworkAclEntry: - allow 100 ingress tcp 22 from 10.1.0.0/24 of
         the old ACL
         network ACL of 10.42.8.0/26, 10.42.8.64/26: closes 256 packets
         CUT by the network ACL of 10.42.8.0/26, 10.42.8.64/26:
           ingress tcp 22 from 10.1.0.0/24 (256 addresses): ssh (section 3, SSH,
           administrators)
      2  DeleteNetworkAclEntry failed with InvalidNetworkAclEntry.NotFound
      3  CreateNetworkAclEntry: + allow 100 ingress tcp 22 from 10.1.0.0/24 of
         the old ACL
         network ACL of 10.42.8.0/26, 10.42.8.64/26: opens 256 packets
         whole again
      4  AuthorizeSecurityGroupIngress: + ingress tcp 22 from 10.9.0.0/24
         security groups: opens 256 packets
      5  AuthorizeSecurityGroupIngress: + ingress tcp 443 from 10.9.0.0/24
         security groups: opens 256 packets
      6  CreateNetworkAcl: makes the new ACL, acl-1
   7-70  CreateNetworkAclEntry, 64 times: + allow 100 egress tcp 20-21 to
         10.4.0.1/32 of the new ACL, and so on
     71  ReplaceNetworkAclAssociation: 10.42.8.0/26 goes from the old ACL to the
         new ACL
         network ACL of 10.42.8.0/26: opens 16,515,584 packets
     72  ReplaceNetworkAclAssociation: 10.42.8.64/26 goes from the old ACL to
         the new ACL
         network ACL of 10.42.8.64/26: opens 16,515,584 packets
     73  DeleteNetworkAcl: deletes the old ACL, acl-1
{PROVEN}"""
    )


def test_ends_that_are_not_as_planned_are_told(edited: Change) -> None:
    """What lacks after the last call is named apart from the calls."""
    shown = rehearsal_text(
        rehearsal(edited, planned(administrators=["10.9.0.0/24"])), TextForm()
    ).splitlines()
    assert shown[1].endswith("NOT SAFE: what is left is not what is planned")
    start = shown.index("         after the last call:")
    assert shown[start : start + 2] == [
        "         after the last call:",
        "         OPENED UNASKED by the security groups:",
    ]


def test_verbose_folds_nothing(edited: Change) -> None:
    """Each call has a line of its own where that is asked for, and each packet is shown."""
    shown = rehearsal_text(
        rehearsal(edited, planned(**WIDE)), TextForm(is_verbose=True)
    ).splitlines()
    steps = edited.verdict(planned(**WIDE)).steps
    numbers = [int(found[1]) for line in shown if (found := re.match(r" +(\d+)  ", line))]
    assert numbers == list(range(1, len(steps) + 1))
    assert not any("more" in line for line in shown)


def test_much_that_is_wrong_is_told_in_few_lines() -> None:
    """Of many packets the widest are shown, those of protocols without a name too."""
    with change() as stack:
        stack.move(stack.default_acl())
        acl = stack.ec2.create_network_acl(VpcId=stack.deployed.place.vpc)["NetworkAcl"]
        stack.move(acl["NetworkAclId"])
        verdict = stack.verdict(stack.plan, is_finished=False)
    found = Rehearsal("22326b6bd0000000", (RehearsalOutcome("test", verdict=verdict),))
    shown = rehearsal_text(found, TextForm()).splitlines()
    start = shown.index("         OPENED UNASKED by the network ACL of 10.42.8.0/26:")
    everywhere = "0.0.0.0/0 (4,294,967,296 addresses)"
    assert f"           egress all other protocols to {everywhere}" in shown[start : start + 5]
    assert re.fullmatch(r"           and \d+ more; --verbose shows them", shown[start + 5])
    violations = rehearsal_as_json(found)["stacks"]["test"]["calls"][0]["violations"]
    assert "-1" in {violation["protocol"] for violation in violations}


def test_of_many_services_a_few_are_named(edited: Change) -> None:
    """Half of all services share the ports of replies; all their names would hide the packet."""
    verdict = edited.verdict(edited.plan, is_finished=False)
    step = verdict.steps[0]
    (violation,) = step.violations
    asking = replace(violation.change, services=("a", "b", "c", "d", "e"), origins=("x",) * 5)
    steps = (replace(step, violations=(replace(violation, change=asking),)),)
    found = Rehearsal(
        "22326b6bd", (RehearsalOutcome("test", verdict=replace(verdict, steps=steps)),)
    )
    where = "           ingress tcp 22 from 10.1.0.0/24 (256 addresses)"
    few = f"{where}: a (x); b (x); c (x); 2 more services (--verbose names them)"
    assert few in rehearsal_text(found, TextForm()).splitlines()
    every = f"{where}: a (x); b (x); c (x); d (x); e (x)"
    assert every in rehearsal_text(found, TextForm(is_verbose=True)).splitlines()


def test_what_was_not_rehearsed_is_told_in_a_line() -> None:
    """A stack that stays as it is and one that failed have no calls, and nothing is proven."""
    fault = Fault(COMMAND_LINE, 1, 1, "deploy", "b: it burns", "read the log")
    outcomes = (RehearsalOutcome("a", UNCHANGED), RehearsalOutcome("b", faults=(fault,)))
    found = Rehearsal("22326b6bd0000000", outcomes)
    assert rehearsal_text(found, TextForm()).splitlines() == [
        "Rehearsed from 22326b6bd to the working tree:",
        "a: its resources stay as they are",
        "b: could not be rehearsed",
    ]
    assert (found.is_clean, found.faults) == (True, (fault,))
    assert rehearsal_as_json(found) == {
        "base": "22326b6bd0000000",
        "stacks": {
            "a": {"rehearsed": False, "note": UNCHANGED, "leaving_networks": []},
            "b": {"rehearsed": False, "note": "", "leaving_networks": []},
        },
        "errors": [fault.as_json()],
    }


def test_json_has_each_call_and_each_violation(edited: Change) -> None:
    """Programs get the calls in their order, and of a violation packet, service and section."""
    after = planned(**WIDE)
    found = rehearsal(edited, after, RehearsalOutcome("other", UNCHANGED))
    data = rehearsal_as_json(found)
    stack = data["stacks"]["test"]
    assert sorted(data) == ["base", "stacks"]
    assert (found.is_clean, stack["safe"]) == (False, False)
    assert stack["networks"] == ["10.42.8.0/26", "10.42.8.64/26"]
    assert [call["number"] for call in stack["calls"]] == [*range(1, len(stack["calls"]) + 1)]
    first, second, third, *_ = stack["calls"]
    assert first["parameters"]["RuleNumber"] == 100
    assert [each["whole"] for each in (first, second, third)] == [False, False, True]
    assert (first["error"], second["error"]) == (None, "InvalidNetworkAclEntry.NotFound")
    assert first["effects"] == [
        {
            "layer": "network_acl",
            "networks": ("10.42.8.0/26", "10.42.8.64/26"),
            "opened": 0,
            "closed": 256,
        }
    ]
    assert first["violations"] == [
        {
            "kind": "cut",
            "layer": "network_acl",
            "networks": ["10.42.8.0/26", "10.42.8.64/26"],
            "direction": "ingress",
            "protocol": "tcp",
            "from_port": 22,
            "to_port": 22,
            "prefix": "10.1.0.0/24",
            "sample": {"address": "10.1.0.0", "port": 22},
            "services": ["ssh"],
            "origins": ["section 3, SSH, administrators"],
        }
    ]


def test_networks_that_leave_are_not_called_safe() -> None:
    """A subnet that the ACL guards no longer is open afterwards, whatever the calls did."""
    left = parse_prefix("10.42.8.64/26")
    found = Rehearsal("22326b6bd0000000", (RehearsalOutcome("a", UNCHANGED, leaving=(left,)),))
    assert not found.is_clean
    assert "NOT GUARDED afterwards: a subnet in 10.42.8.64/26 that leaves" in rehearsal_text(
        found, TextForm(width=None)
    )
    assert rehearsal_as_json(found)["stacks"]["a"]["leaving_networks"] == ["10.42.8.64/26"]
