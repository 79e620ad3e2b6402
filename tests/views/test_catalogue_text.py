"""The catalogue as text: every row, erratum and caveat, readable beside the document."""

import io

import pytest
from rich.console import Console

from gateway_rules.inputs import addition_as_written, flow_style
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.documents import parse_yaml
from gateway_rules.views.catalogue_text import notes, print_catalogue

CATALOGUE = read_catalogue()


def printed(width: int) -> list[str]:
    """Give the lines that a terminal of this width shows, less the spaces at their ends."""
    output = io.StringIO()
    print_catalogue(CATALOGUE, Console(file=output, width=width, highlight=False))
    return [line.rstrip() for line in output.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 120])
def test_every_row_stands_in_the_documents_order(width: int) -> None:
    """Each label is followed by its id, and rows come as they are printed."""
    heads = [f"{service.row} ({service.id}): " for service in CATALOGUE.services]
    lines = printed(width)
    found = [head for line in lines for head in heads if line.startswith(head)]
    assert found == heads


@pytest.mark.parametrize(
    "line",
    [
        "Clearswift SECURE Email Gateway V3, issue 3.14, October 2016",
        "Section 2: External Connections",
        "NTLM (PMM) (ntlm-session): egress tcp 135, 139, 445",
        "  the gateway asks a directory server to authenticate a user",
        "  directory_servers: servers that authenticate users and hold address lists",
        "  kav-update-8-1.clearswift.net  184.72.245.1/32",
        "  any address",
        "  time.clearswift.net",
        "  in EMEA only, as section 4 says",
        "  before version 3.1 only",
        "Service availability list (section 2)",
        "  printed  178.236.4.0/19",
        "  taken    178.236.0.0/19",
        "dns-over-tcp (section 2, DNS)",
        "mail-itself (section 1)",
    ],
)
def test_each_kind_of_line_is_shown(line: str) -> None:
    """Rows, reasons, roles, hosts, limits, errata and caveats are all there at 80 columns."""
    assert line in printed(80)


def test_no_line_is_too_wide_but_those_to_paste() -> None:
    """Eighty columns are enough; a line to paste is never broken, so that it can be copied."""
    wide = [line for line in printed(80) if len(line) > 80]
    additions = [a for caveat in CATALOGUE.caveats for a in caveat.additions]
    lines = [f"    - {flow_style(addition_as_written(addition))}" for addition in additions]
    assert wide == [line for line in lines if len(line) > 80]
    assert set(lines) <= set(printed(80))


def test_no_host_and_no_address_is_broken() -> None:
    """A name or an address can be searched for, even where the terminal is narrow."""
    words = {word for line in printed(80) for word in line.split()}
    hosts = [host for service in CATALOGUE.services for host in service.hosts]
    wanted = {host.name for host in hosts} | {str(a) for host in hosts for a in host.addresses}
    assert wanted - words == set()


def test_most_rows_hold_everywhere_and_for_all_versions() -> None:
    """Only two rows have a note."""
    noted = {service.id: notes(service) for service in CATALOGUE.services if notes(service)}
    assert noted == {
        "spam-signatures-cloud": ("in EMEA only, as section 4 says",),
        "spam-signatures-download": ("before version 3.1 only",),
    }


def test_a_line_to_paste_reads_back_as_the_addition() -> None:
    """Also where protocol or prefix would be something else without quotes."""
    data: dict[str, object] = {
        "name": "all",
        "protocol": "-1",
        "peers": ["::/0", "2001:db8::/32", "self"],
    }
    line = flow_style(data)
    assert line == '{name: all, protocol: "-1", peers: ["::/0", 2001:db8::/32, self]}'
    assert parse_yaml(line, "x").data == data
