"""The catalogue holds what the document prints, no more and no less, and its reader is strict."""

from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from document import (
    ERRATA,
    EXTERNAL,
    INTERNAL,
    SECTION_2,
    SECTION_2_BLOCKS,
    SECTION_3,
    SECTION_3_BLOCKS,
    SECTION_4_EXAMPLE,
    SECTION_4_GEOGRAPHY,
    SECTION_4_HOSTS,
    SPAM_SIGNATURES,
    blocks,
    merged,
    table,
)
from ruamel.yaml import YAML
from written import BAD, STACK, fixtures, project, promised, told

from gateway_rules.errors import Faults
from gateway_rules.inputs import addition_as_written, flow_style
from gateway_rules.inputs.catalogue import Caveat, Regional, Service, read_catalogue, read_regions
from gateway_rules.planning.security_group import description
from gateway_rules.planning.stack_plan import load_plan

# The document's label holds a remark, which is no part of the row's name.
LABELS = {SPAM_SIGNATURES: "Spam Signatures cloud"}
CATALOGUE = read_catalogue()


def label(printed: str) -> str:
    """Give the row's name in the catalogue."""
    return LABELS.get(printed, printed)


def of_section(section: str) -> tuple[Service, ...]:
    """Give the services of a section, in the catalogue's order."""
    return tuple(service for service in CATALOGUE.services if service.section == section)


Traffic = tuple[str, str, str, int, int, str | None]


def traffic(service: Service) -> Iterator[Traffic]:
    """Give what a service says, in the columns of the copied tables."""
    ends: list[str | None] = [*map(str, service.addresses)] or [service.role]
    for direction in service.directions:
        for first, last in service.ports:
            for end in ends:
                yield service.row, direction, service.protocol, first, last, end


@pytest.mark.parametrize(("section", "printed"), [("2", EXTERNAL), ("3", INTERNAL)])
def test_every_row_is_there_and_none_is_invented(
    section: str, printed: tuple[Traffic, ...]
) -> None:
    """Section by section, label, direction, protocol, ports and other end are the printed ones."""
    found = Counter(line for service in of_section(section) for line in traffic(service))
    assert found == Counter((label(name), *rest) for name, *rest in printed)


@pytest.mark.parametrize(
    ("section", "text", "columns", "sizes"),
    [("2", SECTION_2, 5, SECTION_2_BLOCKS), ("3", SECTION_3, 4, SECTION_3_BLOCKS)],
)
def test_rows_stand_in_printed_order(
    section: str, text: str, columns: int, sizes: tuple[int, ...]
) -> None:
    """A reader can go down both lists at once."""
    printed = [label(merged(block, 0)) for block in blocks(table(text, columns), sizes)]
    rows = [service.row for service in of_section(section)]
    assert list(dict.fromkeys(rows)) == list(dict.fromkeys(printed))


def hosts_as_printed() -> Iterator[tuple[str, str, str | None]]:
    """Give label, host and address of section 2; a host without an address has None."""
    for block in blocks(table(SECTION_2, 5), SECTION_2_BLOCKS):
        host = ""
        for _, _, _, name, cell in block:
            host = name or host
            words = [] if cell == "NTP Pool" else cell.split()
            if host and not words:
                yield label(merged(block, 0)), host, None
            for word in words:
                yield label(merged(block, 0)), host, str(ip_network(ERRATA.get(word, word)))


def test_hosts_keep_their_addresses_in_printed_order() -> None:
    """Every name of the document stays beside the addresses that are printed for it."""
    found = [
        (service.row, host.name, address and str(address))
        for service in of_section("2")
        for host in service.hosts
        for address in host.addresses or (None,)
    ]
    assert found == list(hosts_as_printed())


def test_every_misprint_is_an_erratum_of_its_row() -> None:
    """Wherever a wrong address is printed, the catalogue says what it is taken for."""
    printed = {
        ("2", label(merged(block, 0)), word, ERRATA[word])
        for block in blocks(table(SECTION_2, 5), SECTION_2_BLOCKS)
        for row in block
        for word in row[4].split()
        if word in ERRATA
    }
    found = {(e.section, e.row, e.printed, e.taken) for e in CATALOGUE.errata if "/" in e.printed}
    assert found == printed


@pytest.mark.parametrize(
    ("section", "row", "printed", "taken"),
    [
        ("cover", "Issue", "Issue 3.14, and Version 1.1 on the copyright page", "3.14"),
        (
            "2",
            "TRUSTmanager stats collection",
            "six rows with the same host and addresses",
            "one row",
        ),
        ("2", "Spam Signatures cloud", "section 1.3", "section 4"),
        ("3", "LDAP (Address lists & PMM)", "no protocol beside port 389", "TCP"),
    ],
)
def test_other_errata_are_kept(section: str, row: str, printed: str, taken: str) -> None:
    """What is printed beside the addresses and cannot be meant is an erratum with its reason."""
    places = {(e.section, e.row, e.printed): e for e in CATALOGUE.errata}
    found = places[section, row, printed]
    assert (found.taken, bool(found.why)) == (taken, True)


def test_there_are_no_errata_beside_these() -> None:
    """An erratum is a claim about a document that others wrote, so each one is accounted for."""
    assert len(CATALOGUE.errata) == 7


def test_the_hosts_of_section_4_are_regional() -> None:
    """The five hosts, and no others, have addresses that hold in one part of the world."""
    (service,) = [s for s in CATALOGUE.services if s.regional]
    where = Regional.model_validate({"section": "4", "geography": SECTION_4_GEOGRAPHY})
    assert (service.host_names, service.regional) == (SECTION_4_HOSTS, where)
    hosts = {host.name: str(host.addresses[0]) for host in service.hosts}
    name, address = SECTION_4_EXAMPLE
    assert hosts[name] == f"{address}/32"


def test_the_row_of_old_versions_is_bound_to_them() -> None:
    """One row says that it is for versions before 3.1, and only that one is bound."""
    bound = {s.row: s.before_version for s in CATALOGUE.services if s.before_version}
    assert bound == {"Spam Signatures download (pre 3.1)": "3.1"}


def test_only_alerts_go_without_replies_and_only_time_comes_to_its_own_port() -> None:
    """Traps are not answered, and a time server may answer from and to 123."""
    assert [s.row for s in CATALOGUE.services if not s.replies] == ["SNMP alerts"]
    assert {s.row: s.reply_ports for s in CATALOGUE.services if s.reply_ports} == {
        "NTP server": ((123, 123),)
    }


def test_only_dns_and_time_reach_any_address() -> None:
    """The document names no address for these two rows, and the catalogue invents none."""
    assert [s.row for s in CATALOGUE.services if s.anywhere] == ["DNS", "NTP server"]


def test_every_direction_has_a_reason() -> None:
    """The document prints no direction, so a reader is told why each row is read as it is."""
    assert [s.id for s in CATALOGUE.services if not s.reason] == []
    peers = {s.row for s in CATALOGUE.services if s.direction == "both"}
    assert peers == {"HTTP/S", "Greylisting (Anti-spam)"}


def test_it_says_which_document_it_is() -> None:
    """Title, issue and date are those of the cover."""
    assert (CATALOGUE.title, CATALOGUE.issue, CATALOGUE.date) == (
        "Clearswift SECURE Email Gateway V3",
        "3.14",
        "October 2016",
    )


def test_caveats_cover_what_an_engineer_trips_over() -> None:
    """Each known gap of the document has its caveat, and each but the last an addition."""
    assert {caveat.id: len(caveat.additions) for caveat in CATALOGUE.caveats} == {
        "mail-itself": 2,
        "ftp-data-active": 1,
        "ftp-data-passive": 1,
        "ftps-data": 1,
        "ms-rpc-dynamic-ports": 1,
        "dns-over-tcp": 1,
        "path-mtu-discovery": 1,
        "half-of-178-236": 0,
    }


@pytest.mark.parametrize(
    "caveat", [c for c in CATALOGUE.caveats if c.additions], ids=lambda caveat: caveat.id
)
def test_the_additions_of_a_caveat_can_be_pasted(caveat: Caveat, tmp_path: Path) -> None:
    """The lines that are shown, put into a stack file, open what the caveat is about."""
    lines = [
        f"    - {flow_style(addition_as_written(addition))}\n" for addition in caveat.additions
    ]
    stack = STACK + "  gateway-rules:additions:\n" + "".join(lines)
    flows = load_plan(project(tmp_path, stack), "bad").plan.flows
    asked = {service for flow in flows for service in flow.services}
    assert {addition.name for addition in caveat.additions} <= asked


def test_nothing_of_a_caveat_is_opened_unasked(tmp_path: Path) -> None:
    """Without additions a plan has the document's services alone."""
    flows = load_plan(project(tmp_path), "bad").plan.flows
    assert {service for flow in flows for service in flow.services} == set(CATALOGUE.by_id)


@pytest.mark.parametrize("fixture", fixtures("catalogue"), ids=lambda path: path.stem)
def test_a_bad_catalogue_is_told_by_place_and_cure(fixture: Path) -> None:
    """Each fixture gives just the lines that stand at its end."""
    with pytest.raises(Faults) as caught:
        read_catalogue(fixture, fixture.parent)
    assert promised(fixture) == told(caught.value)


def test_a_section_may_be_whatever_a_description_may(tmp_path: Path) -> None:
    """Every character that AWS takes is taken, and the longest section still stands in a rule."""
    text = (BAD / "catalogue" / "unknown-section.yaml").read_text()
    section = f"{' ._-:/()#,@[]+=&;{}!$*'}{'3' * 42}"
    file = tmp_path / "catalogue.yaml"
    file.write_text(text.replace('"3":', f'"{section}":').replace('"4"', f'"{section}"'))
    read = read_catalogue(file, tmp_path)
    assert (len(section), read.by_id["ssh"].section) == (64, section)
    places = {"ssh": f"section {section}, resolved"}
    assert description(("ssh",), places) == f"ssh (section {section}, resolved)"


def test_the_shipped_catalogue_is_what_is_read() -> None:
    """Nothing of the file is lost on the way: each of its rows, roles and caveats is there."""
    file = Path(__file__).parents[2] / "gateway_rules" / "catalogue" / "seg-v3.yaml"
    plain = YAML(typ="safe").load(file)
    assert [row["id"] for row in plain["services"]] == list(CATALOGUE.by_id)
    assert (plain["roles"], plain["sections"]) == (CATALOGUE.roles, CATALOGUE.sections)
    assert [caveat["id"] for caveat in plain["caveats"]] == [c.id for c in CATALOGUE.caveats]


def test_a_bad_list_of_regions_is_told(tmp_path: Path) -> None:
    """A region without a name, and one in no known geography, are told at once."""
    lines = [
        "- {region: eu-west-1, geography: EMEA}",
        "- {region: eu-west-2, name: London, geography: Europe}",
    ]
    (tmp_path / "regions.yaml").write_text("\n".join(lines))
    with pytest.raises(Faults) as caught:
        read_regions(tmp_path / "regions.yaml", tmp_path)
    assert told(caught.value) == [
        "error: regions.yaml:1:3: [missing-key] eu-west-1.name is missing; add it",
        (
            "error: regions.yaml:2:48: [choice] eu-west-2.geography is 'Europe'; "
            "write 'EMEA', 'APAC', 'JAPAN', 'US', 'CANADA' or 'LATAM'"
        ),
    ]


def test_a_region_stands_in_the_list_once(tmp_path: Path) -> None:
    """Of two lines for one region, neither silently wins."""
    line = "- {region: eu-west-1, name: Ireland, geography: EMEA}\n"
    (tmp_path / "regions.yaml").write_text(line * 2)
    with pytest.raises(Faults) as caught:
        read_regions(tmp_path / "regions.yaml", tmp_path)
    assert told(caught.value) == [
        "error: regions.yaml:2:12: [duplicate-id] eu-west-1 is there already; keep one of them"
    ]
