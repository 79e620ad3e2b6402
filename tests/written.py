"""What users write, right and wrong: a small project, and the fixtures of `tests/bad`."""

from pathlib import Path

from gateway_rules.errors import Faults

BAD = Path(__file__).parent / "bad"
"""One file a fault, named after it; its last lines are what a user is told about it."""

STACK = """\
config:
  aws:region: eu-west-1
  gateway-rules:vpc: {Name: mail-gateway}
  gateway-rules:subnets: {Tier: gateway}
  gateway-rules:networks: [10.42.8.0/26]
  gateway-rules:roles:
    administrators: [10.42.0.0/24]
    pmm_users: [10.0.0.0/8]
    peers: [self]
    ftp_servers: [10.42.16.10/32]
    directory_servers: [10.42.17.0/28]
    key_servers: [10.42.18.5/32]
    snmp_managers: [10.42.19.4/32]
    lexical_servers: [10.42.16.11/32]
    syslog_servers: [10.42.19.8/31]
"""
HOSTS = tuple(f"bulkmail{number}.clearswift.net" for number in range(1, 6))
ADDRESSES = "hosts:\n" + "".join(
    f"  - {{name: {host}, addresses: [84.39.153.{number}]}}\n"
    for number, host in enumerate(HOSTS, 1)
)


def project(folder: Path, stack: str = STACK, addresses: str | None = None) -> Path:
    """Write a project whose only stack is called `bad`; give its folder."""
    (folder / "stacks" / "addresses").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: gateway-rules\n")
    (folder / "stacks" / "Pulumi.bad.yaml").write_text(stack)
    if addresses is not None:
        (folder / "stacks" / "addresses" / "bad.yaml").write_text(addresses)
    return folder


def fixtures(kind: str) -> list[Path]:
    """Give the fixtures of a folder, sorted."""
    return sorted((BAD / kind).glob("*.yaml"))


def promised(fixture: Path) -> list[str]:
    """Give the lines that a fixture says a user is told."""
    lines = fixture.read_text().splitlines()
    return [line.removeprefix("# ") for line in lines if line.startswith("# error: ")]


def told(faults: Faults) -> list[str]:
    """Give the lines that a user is told."""
    return [str(fault) for fault in faults.faults]


RICH = STACK.replace("[10.42.18.5/32]", "[]") + (
    '  gateway-rules:gateway_version: "3.8"\n'
    "  gateway-rules:services: {kaspersky-av-updates: false, sophos-av-updates: false, "
    "spam-signatures-cloud: false, service-availability-list: false, "
    "dns: [10.42.0.2/32, 10.42.0.3/32]}\n"
    # Wide enough for the exact entries: what joins them is not what is tried here.
    "  gateway-rules:quotas: {entries_per_network_acl: 40}\n"
    "  gateway-rules:additions:\n"
    "    - {name: web, direction: egress, protocol: tcp, ports: [80, 8080-8081], peers: "
    "[0.0.0.0/0, '::/0', ftp_servers]}\n"
    "    - {name: web-too, direction: egress, protocol: tcp, ports: [80], peers: [0.0.0.0/0]}\n"
    "    - {name: pmtud, direction: ingress, protocol: icmp, type: 3, code: 4, peers: "
    "[0.0.0.0/0, self]}\n"
)
