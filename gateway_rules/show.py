"""Plans, catalogues and verifications as tables for people."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway_rules import report
from gateway_rules.catalogue import Catalogue, Service
from gateway_rules.network_acl import Budget, Entry
from gateway_rules.packets import Match
from gateway_rules.plan import Plan
from gateway_rules.protocols import format_ports
from gateway_rules.verify import Finding, Verification


def print_plan(plan: Plan, console: Console) -> None:
    """Print a plan: groups with rules, the ACL with entries and budgets, what is not used."""
    site, catalogue = plan.site, plan.catalogue
    console.print(
        f"[bold]{site.stack}[/] in {site.region}: {catalogue.title}, issue {catalogue.issue}"
    )
    for group in plan.groups:
        table = _table(f"Security group {group.name}: {len(group.rules)} rules", "Peer", "For")
        for rule in group.rules:
            table.add_row(*_match(rule), str(rule.peer), Text(rule.description))
        console.print(table)
    print_acl(plan, console)
    for unused in plan.not_used:
        console.print(f"Not used: {unused.service}, because {unused.reason}.")
    console.print(_pointer(catalogue))


def print_acl(plan: Plan, console: Console) -> None:
    """Print the network ACL's entries, and for each direction what its budget holds."""
    entries = plan.acl.entries
    table = _table(f"Network ACL: {len(entries)} entries", "No.", "Prefix", "Carries", "For")
    for entry in entries:
        carries = " and ".join(entry.purposes)
        row = (str(entry.number), str(entry.prefix), carries, _services(entry))
        table.add_row(*_match(entry), *row)
    console.print(table)
    for (direction, family), budget in plan.acl.budgets.items():
        if budget.used:
            console.print(f"{direction} {family}: {budget_line(budget)}")


def budget_line(budget: Budget) -> str:
    """Say in one line what a direction uses and what it passes beyond what is asked."""
    more = f"{budget.excess:,} packets more than required" if budget.excess else "exact"
    return f"{budget.used} of {budget.budget} entries, {more}"


def print_catalogue(catalogue: Catalogue, console: Console) -> None:
    """Print the document's rows in its order, then errata and caveats."""
    console.print(f"[bold]{catalogue.title}[/], issue {catalogue.issue}, {catalogue.date}")
    for section, title in catalogue.sections.items():
        rows = [service for service in catalogue.services if service.section == section]
        if rows:
            console.print(_services_table(f"{section} {title}", rows))
    errata = _plain_table("Errata", "Section", "Row", "Printed", "Taken", "Why")
    for erratum in catalogue.errata:
        errata.add_row(*map(Text, erratum.model_dump().values()))
    console.print(errata)
    for caveat in catalogue.caveats:
        row = f", {caveat.row}" if caveat.row else ""
        console.print(f"[bold]Caveat {caveat.id}[/] (section {caveat.section}{row})")
        console.print(Text(f"  {caveat.what}; {caveat.why}."))
        for addition in caveat.additions:
            console.print(Text(f"  - {_flow_style(report.written(addition))}"))


def print_verification(verification: Verification, console: Console) -> None:
    """Print what was counted and compared, and each difference."""
    table = _plain_table("Verified against AWS", "", "Planned", "In AWS")
    for name, (planned, found) in verification.counts.items():
        table.add_row(name, str(planned), str(found), style="" if planned == found else "red")
    console.print(table)
    for kind in ("missing", "excess"):
        findings: tuple[Finding, ...] = getattr(verification, kind)
        for finding in findings:
            console.print(f"[red]{kind}[/] {_finding(finding)}")
    for text in verification.foreign:
        console.print(f"[red]foreign[/] {text}")
    if verification.is_clean:
        console.print(
            "[green]Every required packet passes, and none that the plan does not allow.[/]"
        )


def _finding(finding: Finding) -> str:
    piece = finding.piece
    address, port = piece.sample
    services = ", ".join(finding.services) or "no service"
    what = " ".join((piece.direction, *_match(piece)[1:], str(piece.peer)))
    return f"{finding.layer} {finding.resource}: {what} ({services}), such as {address} port {port}"


def _pointer(catalogue: Catalogue) -> str:
    counts = f"{len(catalogue.errata)} errata and {len(catalogue.caveats)} caveats"
    return f"The document has {counts}: see [bold]gateway-rules catalogue[/]."


def _table(title: str, *columns: str) -> Table:
    return _plain_table(title, "Direction", "Protocol", "Ports", *columns)


def _plain_table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _match(match: Match) -> tuple[str, str, str]:
    ports = format_ports(match.protocol, match.from_port, match.to_port)
    return match.direction, "all" if match.protocol == "-1" else match.protocol, ports


def _services(entry: Entry) -> str:
    return ", ".join(entry.services)


def _services_table(title: str, services: Iterable[Service]) -> Table:
    table = _plain_table(title, "Row", "Id", "Direction", "Protocol", "Ports", "Other end")
    for service in services:
        ports = ", ".join(format_ports(service.protocol, *pair) for pair in service.ports)
        row = (service.row, service.id, service.direction, service.protocol, ports)
        table.add_row(*map(Text, row), Text(other_end(service)))
    return table


def other_end(service: Service) -> str:
    """Say who is at a service's other end, host by host as the document prints them."""
    hosts = [f"{h.name} {' '.join(map(str, h.addresses))}".strip() for h in service.hosts]
    if service.anywhere:
        hosts = ["any address", *hosts]
    notes = [service.role] if service.role else []
    if service.regional:
        notes.append(f"(in {service.regional.geography} only, section {service.regional.section})")
    if service.before_version:
        notes.append(f"(before version {service.before_version} only)")
    return "\n".join([*hosts, *notes])


def _flow_style(data: dict[str, object]) -> str:
    """Write a flat mapping as one line of YAML."""
    parts = (f"{key}: {_scalar(value)}" for key, value in data.items())
    return "{" + ", ".join(parts) + "}"


def _scalar(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
