"""Somebody's git repository with a small project in it, and the commands typed there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway_rules.errors import Pending
from gateway_rules.inputs.catalogue import SHIPPED
from gateway_rules.planning.stack_plan import load_plan

CATALOGUE = "gateway_rules/catalogue/seg-v3.yaml"
IRELAND, FRANKFURT = "stacks/Pulumi.eu-west-1.yaml", "stacks/Pulumi.eu-central-1.yaml"
# So few services that the ACL needs no excess, and counts are small.
STACK = """\
config:
  aws:region: {region}
  gateway-rules:vpc: {{Name: mail-gateway}}
  gateway-rules:subnets: {{Tier: gateway}}
  gateway-rules:networks: [10.42.8.0/26]
  gateway-rules:roles:
    administrators: [10.42.0.0/24]
    pmm_users: []
    peers: [self]
    ftp_servers: []
    directory_servers: [10.42.17.0/28]
    key_servers: [10.42.18.5/32]
    snmp_managers: []
    lexical_servers: []
    syslog_servers: []
  gateway-rules:services:
    product-updates: false
    sophos-av-updates: false
    kaspersky-av-updates: false
    trustmanager-stats-collection: false
    trustmanager-host-checking: false
    spam-signatures-download: false
    service-availability-list: false
    spam-signatures-cloud: false
    dns: [10.42.0.2/32]
    ntp: [10.42.0.3/32]
  gateway-rules:quotas: {{entries_per_network_acl: 40}}
"""
ADMINISTRATORS = "administrators: [10.42.0.0/24]"
# Nobody's settings change what git does in a test.
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
_WHO = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")


@dataclass(frozen=True)
class Repository:
    """A git working tree, and the folder of the project in it."""

    top: Path
    root: Path

    def git(self, *arguments: str) -> str:
        """Run git in the project's folder; give what it prints."""
        done = subprocess.run(  # noqa: S603 - the tests' own commands
            ["git", *_WHO, *arguments],  # noqa: S607 - git stands in different places.
            cwd=self.root,
            env={**os.environ, **_ALONE},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def write(self, file: str, text: str) -> None:
        """Write a file of the project."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands in a file."""
        text = (self.root / file).read_text()
        assert old in text, f"{old} is not in {file}"
        self.write(file, text.replace(old, new))

    def commit(self, message: str = "a change") -> str:
        """Commit the whole working tree; give the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Type a command of the project."""
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "gateway_rules", "-C", self.root, *arguments],
            env={**os.environ, **_ALONE, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )


def cure(there: Repository, stack: str) -> str:
    """Give what a pending stack lacks and what to do about it, as its reader says it."""
    with pytest.raises(Pending) as error:
        load_plan(there.root, stack)
    [fault] = error.value.faults
    return f"{fault.message}; {fault.fix}"


def repository(top: Path, project: str = ".") -> Repository:
    """Make a repository with two stacks on its main branch, and begin a branch."""
    found = Repository(top, top / project)
    found.root.mkdir(parents=True, exist_ok=True)
    found.git("init", "-q", "-b", "main", str(top))
    for file, region in ((IRELAND, "eu-west-1"), (FRANKFURT, "eu-central-1")):
        found.write(file, STACK.format(region=region))
    found.write("Pulumi.yaml", "name: gateway-rules\n")
    (found.root / CATALOGUE).parent.mkdir(parents=True)
    shutil.copy(SHIPPED, found.root / CATALOGUE)
    found.commit()
    found.git("switch", "-q", "-c", "change")
    return found
