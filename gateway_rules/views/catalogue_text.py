"""The catalogue as text for people, to hold beside the document."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gateway_rules.inputs import (
    Catalogue,
    Caveat,
    Erratum,
    Service,
    addition_as_written,
    flow_style,
)
from gateway_rules.packets import list_ports


def print_catalogue(catalogue: Catalogue, console: Console) -> None:
    """Print the document's rows in its order, then errata and caveats."""
    issue = f", issue {catalogue.issue}, {catalogue.date}"
    console.print(Text.assemble((catalogue.title, "bold"), issue))
    for section, title in catalogue.sections.items():
        rows = [service for service in catalogue.services if service.section == section]
        if rows:
            console.print(Text(f"\nSection {section}: {title}", "bold underline"))
        for service in rows:
            print_service(service, catalogue, console)
    console.print(Text("\nErrata", "bold underline"))
    for erratum in catalogue.errata:
        print_erratum(erratum, console)
    console.print(Text("\nCaveats", "bold underline"))
    for caveat in catalogue.caveats:
        print_caveat(caveat, console)


def print_service(service: Service, catalogue: Catalogue, console: Console) -> None:
    """Print a row: its label, its id, what it needs, why it is read so, and the other end."""
    said = f" ({service.id}): {needs(service)}"
    console.print(Text.assemble("\n", (service.row, "bold"), said))
    console.print(_indented(Text(service.reason)))
    if service.role:
        role = f"{service.role}: {catalogue.roles[service.role]}"
        console.print(_indented(Text(role)))
    if service.anywhere:
        console.print(_indented(Text("any address")))
    if service.hosts:
        console.print(_indented(_hosts(service)))
    for note in notes(service):
        console.print(_indented(Text(note)))


def _hosts(service: Service) -> Table:
    """Put the hosts as the document prints them, one line each."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for host in service.hosts:
        grid.add_row(host.name, " ".join(map(str, host.addresses)))
    return grid


def needs(service: Service) -> str:
    """Say who begins, by which protocol and to which ports."""
    ports = list_ports(service.protocol, service.ports)
    return f"{service.direction} {service.protocol} {ports}"


def notes(service: Service) -> tuple[str, ...]:
    """Say where and for which versions a service holds, if not everywhere and for all."""
    where, before = service.regional, service.before_version
    held = [f"in {where.geography} only, as section {where.section} says"] if where else []
    return (*held, *([f"before version {before} only"] if before else []))


def print_erratum(erratum: Erratum, console: Console) -> None:
    """Print what the document has, what is taken for it, and why."""
    place = f"section {erratum.section}" if erratum.section != "cover" else "cover"
    console.print(Text.assemble("\n", (erratum.row, "bold"), f" ({place})"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name in ("printed", "taken", "why"):
        grid.add_row(name, Text(getattr(erratum, name)))
    console.print(_indented(grid))


def print_caveat(caveat: Caveat, console: Console) -> None:
    """Print a caveat, and the additions to paste, each on a line that no width breaks."""
    row = f", {caveat.row}" if caveat.row else ""
    console.print(Text.assemble("\n", (caveat.id, "bold"), f" (section {caveat.section}{row})"))
    console.print(_indented(Text(f"{caveat.what}; {caveat.why}.")))
    for addition in caveat.additions:
        line = f"    - {flow_style(addition_as_written(addition))}"
        console.print(Text(line), soft_wrap=True)


def _indented(content: RenderableType) -> Padding:
    return Padding(content, (0, 0, 0, 2))
