"""What a reviewer reads of a pull request, from commands typed in a repository."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from repository import (
    ADMINISTRATORS,
    CATALOGUE,
    FRANKFURT,
    IRELAND,
    STACK,
    Repository,
    cure,
    repository,
)
from sites import ROOT

from gateway_rules.review import snapshot_files

SSH = "ssh (section 3, SSH, administrators)"
UI = "management-ui (section 3, HTTP/S, administrators)"
LDAP = "ldap (section 3, LDAP (Address lists & PMM), directory_servers)"
WAY_ON = "take it back, or write an exception into policy.yaml"
VIRGINIA, VIRGINIAN_ADDRESSES = "stacks/Pulumi.us-east-1.yaml", "stacks/addresses/us-east-1.yaml"
HOSTS = tuple(f"bulkmail{number}.clearswift.net" for number in range(1, 6))


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository with its snapshots on main, and a branch just begun."""
    found = repository(tmp_path)
    snapshot_files.write_snapshots(snapshot_files.snapshots(found.root))
    found.commit()
    found.git("branch", "-f", "main", "change")
    return found


def printed(there: Repository, *options: str, code: int = 0) -> list[str]:
    """Give what `diff` prints, without the commit that it compares with."""
    done = there.run("diff", *options)
    assert (done.returncode, done.stderr) == (code, "")
    commit = there.git("rev-parse", "--short=9", "main").strip()
    assert commit in done.stdout
    return done.stdout.replace(commit, "BASE").splitlines()


def changed(there: Repository) -> list[str]:
    """Render, and give the lines of the snapshots that `git diff` shows to come and go."""
    assert there.run("render").returncode == 0
    lines = there.git("diff", "-U0", "--", "stacks/rules").splitlines()
    signed = (line for line in lines if re.match(r"[+-](?!\+\+|--)", line))
    return [re.sub(" +", " ", line) for line in signed]


# --- An address more -------------------------------------------------------------------------


@pytest.fixture
def adds_an_address(there: Repository) -> Repository:
    """Give a branch that lets one more administrator in."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/24, 10.42.1.7/32]")
    return there


def test_an_address_more_reads_as_one(adds_an_address: Repository) -> None:
    """The terminal shows which ports one address gets, why, and the ACL's own change apart."""
    assert printed(adds_an_address, "--enforce") == [
        "Compared with BASE:",
        "eu-west-1: opens 1 address",
        "  edited: role administrators: adds 10.42.1.7/32",
        f"  + ingress tcp 22 from 10.42.1.7/32: {SSH}",
        f"  + ingress tcp 443 from 10.42.1.7/32: {UI}",
        "  network ACL: opens 64,514 packets; excess 0, as before",
        "eu-central-1: passes the same packets",
    ]


def test_the_docs_quote_what_is_printed(adds_an_address: Repository) -> None:
    """The example of `docs/reviewing.md` is this change, line by line but for the commit."""
    text = (ROOT / "docs" / "reviewing.md").read_text()
    quoted = text.split("```\n")[1].splitlines()
    assert quoted[1:] == printed(adds_an_address)[1:]


def test_the_comment_says_the_same(adds_an_address: Repository) -> None:
    """The comment begins with its mark, and has a table of what opens."""
    assert printed(adds_an_address, "--markdown") == [
        "<!-- gateway-rules diff -->",
        "### What this change opens and closes, against BASE",
        "",
        "**Within policy.**",
        "",
        "**eu-west-1**: opens 1 address.",
        "- role administrators: adds 10.42.1.7/32",
        "",
        "| Opened | Other end | Addresses | For |",
        "|---|---|--:|---|",
        f"| ingress tcp 22 from | 10.42.1.7/32 | 1 | {SSH} |",
        f"| ingress tcp 443 from | 10.42.1.7/32 | 1 | {UI} |",
        "",
        "- network ACL: opens 64,514 packets; excess 0, as before",
        "",
        "**eu-central-1**: passes the same packets.",
    ]


def test_the_json_has_every_stack(adds_an_address: Repository) -> None:
    """Programs get the groups' packets, the ACL's apart, and the stacks that stay."""
    stacks = json.loads("\n".join(printed(adds_an_address, "--json")))["stacks"]
    ssh = {"direction": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22}
    ui = {**ssh, "from_port": 443, "to_port": 443}
    replies = {**ssh, "direction": "egress", "from_port": 1024, "to_port": 65535}
    new = {"peer": "10.42.1.7/32"}
    assert list(stacks) == ["eu-central-1", "eu-west-1"]
    assert stacks["eu-west-1"] == {
        "status": "changed",
        "opened": [
            {**ssh, **new, "services": ["ssh"]},
            {**ui, **new, "services": ["management-ui"]},
        ],
        "closed": [],
        "opened_addresses": 1,
        "closed_addresses": 0,
        "services": ["management-ui", "ssh"],
        "causes": ["role administrators: adds 10.42.1.7/32"],
        "notes": [],
        "settings": [
            {
                "key": "gateway-rules:roles.administrators",
                "before": '["10.42.0.0/24"]',
                "after": '["10.42.0.0/24", "10.42.1.7/32"]',
            }
        ],
        "leaving_networks": [],
        "network_acl": {
            "opened": [
                {**replies, **new, "services": ["management-ui", "ssh"]},
                {**ssh, **new, "services": ["ssh"]},
                {**ui, **new, "services": ["management-ui"]},
            ],
            "closed": [],
            "excess_before": 0,
            "excess_after": 0,
        },
    }


def test_the_snapshot_gets_just_the_new_lines(adds_an_address: Repository) -> None:
    """`git diff` shows two rules and their entries more, and no other line of either."""
    assert changed(adds_an_address) == [
        "+rule ingress tcp 22 10.42.1.7/32 ssh: section 3, SSH",
        "+rule ingress tcp 443 10.42.1.7/32 management-ui: section 3, HTTP/S",
        "+entry egress tcp 1024-65535 10.42.1.7/32 reply: management-ui, ssh",
        "+entry ingress tcp 22 10.42.1.7/32 request: ssh",
        "+entry ingress tcp 443 10.42.1.7/32 request: management-ui",
        "-# egress ipv4: 16 of 39 entries, excess 0",
        "+# egress ipv4: 17 of 39 entries, excess 0",
        "-# ingress ipv4: 13 of 39 entries, excess 0",
        "+# ingress ipv4: 15 of 39 entries, excess 0",
    ]


# --- A role for the whole internet -----------------------------------------------------------

WIDE = "ingress tcp 22 from 0.0.0.0/0 without 10.42.0.0/24"
BOTH = "opens ingress tcp 22 from 0.0.0.0/0, ingress tcp 443 from 0.0.0.0/0"
OPENED, EVERYBODY = "reach tcp 22, 443", "opened to 0.0.0.0/0 for management-ui, ssh"
LIMITS = {
    "opened-addresses": "opens 4,294,967,040 addresses, allowed: 65,536; "
    f"the widest is {WIDE} for {SSH}",
    "administrative-port": f"{BOTH}, allowed: /20 or longer; for ssh, management-ui",
    "internet": f"{BOTH}, allowed: none; for ssh, management-ui",
    "opened-share": "opens 1,354,879,192.4% more packets, allowed: 25%; "
    f"the widest is {WIDE} for {SSH}",
    "administrative-sources": f"lets 4,294,967,296 addresses {OPENED}, allowed: 4,096; {EVERYBODY}",
    "public-sources": (
        f"lets 3,702,257,664 addresses of the internet {OPENED}, allowed: 64; {EVERYBODY}"
    ),
}


@pytest.fixture
def widens_a_role(there: Repository) -> Repository:
    """Give a branch on which everybody is an administrator."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [0.0.0.0/0]")
    return there


def test_a_role_for_the_whole_internet_is_stopped(widens_a_role: Repository) -> None:
    """Six limits say value, limit, cause and the way on, and the exit code is 1."""
    assert printed(widens_a_role, "--enforce", code=1) == [
        "Compared with BASE:",
        "eu-west-1: opens 4,294,967,040 addresses",
        "  edited: role administrators: adds 0.0.0.0/0; drops 10.42.0.0/24",
        "  note: without changing a packet: 2 rules go",
        f"  + {WIDE} (4,294,967,040 addresses): {SSH}",
        f"  + ingress tcp 443 from 0.0.0.0/0 without 10.42.0.0/24 (4,294,967,040 addresses): {UI}",
        "  network ACL: opens 277,085,499,489,695 packets; excess 0, as before",
        "eu-central-1: passes the same packets",
        *(f"policy: eu-west-1: [{name}] {said}; {WAY_ON}" for name, said in LIMITS.items()),
    ]


def test_the_limits_do_not_stop_who_only_looks(widens_a_role: Repository) -> None:
    """Without --enforce, the limits are said all the same and the exit code is 0."""
    lines = printed(widens_a_role)
    assert len([line for line in lines if line.startswith("policy: ")]) == len(LIMITS)


def test_limits_stand_first_in_the_comment(widens_a_role: Repository) -> None:
    """Who opens the page sees what stops the change before anything else."""
    lines = printed(widens_a_role, "--markdown")
    assert lines[1 : 6 + len(LIMITS)] == [
        "### What this change opens and closes, against BASE",
        "",
        f"**Stopped by policy**: goes past {len(LIMITS)} limits.",
        "",
        "> [!CAUTION]",
        *(f"> - **eu-west-1** `{name}`: {said}; {WAY_ON}" for name, said in LIMITS.items()),
    ]


def test_a_reviewed_exception_lets_it_through(widens_a_role: Repository) -> None:
    """Each limit can be lifted for the stack with a reason and a last day, and says so."""
    line = '- {{limit: {}, stack: eu-west-1, reason: "a drill, CHG-1", until: 2999-12-31}}'
    lines = "\n".join(line.format(name) for name in LIMITS)
    widens_a_role.write("policy.yaml", f"exceptions:\n{lines}\n")
    warnings = printed(widens_a_role, "--enforce")[-len(LIMITS) :]
    assert warnings == [
        f"warning: eu-west-1: [{name}] {said.partition(', allowed')[0]}, "
        "let through until 2999-12-31 because: a drill, CHG-1"
        for name, said in LIMITS.items()
    ]


def test_an_exception_of_yesterday_is_refused(widens_a_role: Repository) -> None:
    """After its last day an exception stops nothing, and the change is stopped."""
    exception = "{limit: internet, stack: eu-west-1, reason: a drill, until: 2026-01-31}"
    widens_a_role.write("policy.yaml", f"exceptions: [{exception}]\n")
    lines = printed(widens_a_role, "--enforce", code=1)
    ended = "warning: eu-west-1: [internet] the exception ended on 2026-01-31: a drill"
    assert (lines[-1], f"policy: eu-west-1: [internet] {LIMITS['internet']}; {WAY_ON}") == (
        ended,
        next(line for line in lines if "policy: eu-west-1: [internet]" in line),
    )


def test_the_old_names_stop_a_change_and_say_the_present_ones(widens_a_role: Repository) -> None:
    """A workflow and a file of an older version keep working, and standard error says so."""
    widens_a_role.write("brakes.yaml", "limits: {opened_addresses: 1}\n")
    widens_a_role.git("add", "brakes.yaml")
    widens_a_role.git("commit", "-q", "-m", "a policy under its old name")
    widens_a_role.git("branch", "-f", "main", "change")
    done = widens_a_role.run("diff", "--brake", "--json")
    policy, old = (json.loads(done.stdout)[name] for name in ("policy", "brakes"))
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [
            "warning: <command>:1:1: [old-name] --brake is called --enforce now; write --enforce",
            (
                "warning: brakes.yaml:1:1: [old-name] the file is called policy.yaml now; "
                "git mv brakes.yaml policy.yaml"
            ),
        ],
    )
    assert ("opened-addresses", "1") in {(b["limit"], b["allowed"]) for b in policy["breaches"]}
    assert [(t["brake"], t["limit"]) for t in old["trips"]] == [
        (b["limit"], b["allowed"]) for b in policy["breaches"]
    ]


# --- A service less --------------------------------------------------------------------------


def test_a_service_less_is_stopped(there: Repository) -> None:
    """A service that is left out closes its packets and goes past the limit for it."""
    ended = "ends ldap (egress tcp 389), allowed: none; no flow is left"
    there.edit(IRELAND, "    dns:", "    ldap: false\n    dns:")
    assert printed(there, "--enforce", code=1) == [
        "Compared with BASE:",
        "eu-west-1: closes 16 addresses",
        "  edited: service ldap: was used as documented, is left out",
        f"  - egress tcp 389 to 10.42.17.0/28 (16 addresses): {LDAP}",
        "  network ACL: closes 16 packets; excess 0, as before",
        "eu-central-1: passes the same packets",
        f"policy: eu-west-1: [removed-service] {ended}; {WAY_ON}",
    ]


# --- The same in another order ---------------------------------------------------------------


def test_another_order_is_no_change(there: Repository) -> None:
    """Lists and keys in another order pass the same packets, and the snapshots stay."""
    text = (there.root / IRELAND).read_text()
    head, *lines = text.splitlines()
    region, roles = lines[0], "  gateway-rules:roles:"
    start = lines.index(roles)
    there.write(IRELAND, "\n".join([head, *lines[start:], *lines[1:start], region]) + "\n")
    assert printed(there, "--enforce") == [
        "Compared with BASE:",
        "eu-central-1, eu-west-1: passes the same packets",
    ]
    assert changed(there) == []


# --- A region more ---------------------------------------------------------------------------


@pytest.fixture
def adds_a_region(there: Repository) -> Repository:
    """Give a branch with a stack in Virginia, whose addresses are not there yet."""
    there.write(
        VIRGINIA,
        STACK.format(region="us-east-1").replace("    spam-signatures-cloud: false\n", ""),
    )
    return there


def test_a_region_is_pending_until_its_addresses_are_there(adds_a_region: Repository) -> None:
    """A pending stack is told with its cure and opens nothing; no command fails for it."""
    said = cure(adds_a_region, "us-east-1")
    assert printed(adds_a_region, "--enforce") == [
        "Compared with BASE:",
        f"us-east-1: pending: {said}",
        "eu-central-1, eu-west-1: passes the same packets",
    ]
    checked = adds_a_region.run("render", "--check")
    told = f"pending: {VIRGINIA}: {said}\n"
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, told, "")


def test_a_pending_stack_that_gets_its_addresses_is_new(adds_a_region: Repository) -> None:
    """Its first plan opens all of it; the file of addresses may still be untracked."""
    adds_a_region.commit()
    adds_a_region.git("branch", "-f", "main", "change")
    hosts = [f"{{name: {host}, addresses: [84.39.153.{n}]}}" for n, host in enumerate(HOSTS)]
    adds_a_region.write(VIRGINIAN_ADDRESSES, f"hosts: [{', '.join(hosts)}]\n")
    lines = printed(adds_a_region)
    assert lines[1:3] == [
        "us-east-1: new; opens 344 addresses",
        f"  note: pending before: the addresses of {HOSTS[0]} and 4 more hosts in US are not known",
    ]
    cloud = "spam-signatures-cloud (section 2, Spam Signatures cloud, resolved)"
    assert f"  + egress tcp 80 to 84.39.153.0/30, 84.39.153.4/32 (5 addresses): {cloud}" in lines
    assert lines[-1] == "eu-central-1, eu-west-1: passes the same packets"


# --- The document's next issue ---------------------------------------------------------------


def test_a_new_issue_of_the_document_is_told_once_for_all_stacks(there: Repository) -> None:
    """Issue, row and erratum are named as causes, under one heading for equal stacks."""
    there.edit(CATALOGUE, 'issue: "3.14"', 'issue: "3.15"')
    there.edit(CATALOGUE, "79.125.18.99", "79.125.18.100")
    there.edit(CATALOGUE, "printed: 54.231.0.0./17", "printed: 54.231.0.0,/17")
    row = "appliance-online-help (section 2, Appliance online help)"
    moved = "adds 79.125.18.100/32; drops 79.125.18.99/32"
    erratum = "section 2, row Product updates: '54.231.0.0{}/17' is taken as '54.231.0.0/17'"
    assert printed(there, "--enforce") == [
        "This change edits 1 file that can change rules besides the stack files:",
        f"    {CATALOGUE}",
        "Compared with BASE:",
        "eu-central-1, eu-west-1: opens 1 address and closes 1 address",
        "  edited: the document's issue: was 3.14, is 3.15",
        f"  edited: section 2, row Appliance online help: {moved}",
        f"  edited: erratum new: {erratum.format(',')}",
        f"  edited: erratum gone: {erratum.format('.')}",
        f"  + egress tcp 80 to 79.125.18.100/32: {row}",
        f"  - egress tcp 80 to 79.125.18.99/32: {row}",
        "  network ACL: opens 28,233 packets and closes 28,233 packets; excess 0, as before",
    ]


# --- How it is shown -------------------------------------------------------------------------


def typed_at_80_columns(there: Repository) -> Iterator[str]:
    """Type `diff` into a terminal of 80 columns; give the lines that it shows."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gateway_rules", "-C", str(there.root), "diff"]
    with os.fdopen(ours, "rb", buffering=0) as screen:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=theirs, env={**os.environ, "COLUMNS": "80"}
        )
        os.close(theirs)
        shown = bytearray()
        try:
            while part := screen.read(4096):
                shown += part
        except OSError:  # Linux says so when nobody is at the other end any more.
            pass
        assert process.wait() == 0
    yield from shown.decode().splitlines()


def test_a_terminal_of_80_columns_is_enough(widens_a_role: Repository) -> None:
    """Long lines are folded at words, and what belongs together is indented."""
    lines = list(typed_at_80_columns(widens_a_role))
    assert max(map(len, lines)) <= 80
    assert lines[4:6] == [
        "  + ingress tcp 22 from 0.0.0.0/0 without 10.42.0.0/24 (4,294,967,040",
        "      addresses): ssh (section 3, SSH, administrators)",
    ]


def test_a_removed_stack_is_told_as_removed(there: Repository) -> None:
    """A stack whose file is gone closes nothing, and one limit says so."""
    (there.root / FRANKFURT).unlink()
    lines = printed(there, "--enforce", code=1)
    stays = "nothing is closed: what is deployed stays until it is destroyed"
    assert lines[1:3] == [
        "eu-central-1: removed",
        f"  note: {stays}, and nobody watches it any more",
    ]
    assert lines[-1] == (
        "policy: eu-central-1: [removed-stack] leaves what is deployed, and nobody watches it any "
        "more, allowed: a line in stacks/retired.yaml; its file is gone, and no line there names "
        f"it; {WAY_ON}"
    )


# --- Exit codes ------------------------------------------------------------------------------


def test_a_revision_that_is_not_there_is_misuse(there: Repository) -> None:
    """The exit code is 2, and with --json the fault is a document as well."""
    fault = {
        "file": "<command>",
        "line": 1,
        "column": 1,
        "rule": "unknown-revision",
        "message": "nowhere is no revision",
        "fix": "write a branch, a tag or a commit of this repository",
    }
    done = there.run("diff", "nowhere", "--json")
    line = f"error: <command>:1:1: [unknown-revision] {fault['message']}; {fault['fix']}\n"
    assert (done.returncode, done.stderr) == (2, line)
    assert json.loads(done.stdout) == {"errors": [fault]}


def test_without_a_base_there_is_no_answer(there: Repository) -> None:
    """A clone without main cannot be compared by default; the exit code is 3."""
    there.git("branch", "-q", "-m", "main", "trunk")
    done = there.run("diff", "--enforce")
    what = "there is no main branch; name the revision to compare with"
    assert (done.returncode, done.stdout, done.stderr) == (
        *(3, ""),
        f"error: <command>:1:1: [no-base] {what}\n",
    )
