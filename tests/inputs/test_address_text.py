"""The file of addresses: its bytes, and that it reads back to the same values."""

from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from gateway_rules.inputs.address_file import AddressFile, NotPublic, ResolvedHost, Seen
from gateway_rules.inputs.address_text import written
from gateway_rules.inputs.documents import parse_yaml
from gateway_rules.packets.prefixes import Prefix, parse_address, parse_prefix

HOSTS = (
    ResolvedHost(
        name="Reputations1.clearswift.net",
        canonical="edge.example.net",
        addresses=(
            Seen(
                address=parse_address("192.0.2.7"),
                first_seen=date(2026, 11, 1),
                last_seen=date(2026, 11, 24),
                resolvers=("192.0.2.53", "192.0.2.54:5353", "2001:db8::53", "[::1]:5353"),
            ),
            Seen(address=parse_address("2001:db8::7")),
        ),
    ),
    ResolvedHost(name="bulkmail1.clearswift.net", addresses=()),
)
TEXT = """\
# yaml-language-server: $schema=../../gateway_rules/schemas/addresses.schema.json
# The addresses that public hosts have where the stack us-east-1 is, and which resolver gave
# each of them when. Written by `gateway-rules resolve us-east-1`; review what it changes.
hosts:
  - name: Reputations1.clearswift.net
    canonical: edge.example.net
    addresses:
      - address: 192.0.2.7
        first_seen: 2026-11-01
        last_seen: 2026-11-24
        resolvers: [192.0.2.53, "192.0.2.54:5353", "2001:db8::53", "[::1]:5353"]
      - address: "2001:db8::7"
  - name: bulkmail1.clearswift.net
    addresses: []
"""


def read(text: str) -> tuple[ResolvedHost, ...]:
    """Read the file as the project does."""
    return AddressFile.model_validate(parse_yaml(text, "addresses.yaml").data).hosts


def test_the_bytes_of_the_file() -> None:
    """A line for each fact, quoted where a reader would take it for something else."""
    assert written("us-east-1", AddressFile(hosts=HOSTS)) == TEXT


def test_no_host_is_a_file_as_well() -> None:
    """An empty list is read back as one."""
    assert written("us-east-1", AddressFile(hosts=())).splitlines()[-1] == "hosts: []"
    assert read(written("us-east-1", AddressFile(hosts=()))) == ()


def _addresses() -> st.SearchStrategy[Prefix]:
    four, six = st.ip_addresses(v=4), st.ip_addresses(v=6)
    return st.one_of(four, six).map(lambda address: parse_address(str(address)))


def _hosts() -> st.SearchStrategy[tuple[ResolvedHost, ...]]:
    names = st.from_regex(r"[A-Za-z0-9-]{1,9}(\.[A-Za-z0-9-]{1,9}){1,3}", fullmatch=True)
    days = st.none() | st.dates()
    resolvers = st.lists(
        st.text(min_size=1, alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])),
        max_size=2,
    )
    seen = st.builds(
        Seen,
        address=_addresses(),
        first_seen=days,
        last_seen=days,
        resolvers=resolvers.map(tuple),
    )
    host = st.builds(
        ResolvedHost,
        name=names,
        canonical=st.none() | names,
        addresses=st.lists(seen, max_size=3).map(tuple),
    )
    return st.lists(host, max_size=3).map(tuple)


def _asked(resolver: str) -> tuple[ResolvedHost, ...]:
    seen = Seen(address=parse_address("84.39.153.31"), resolvers=(resolver,))
    return (ResolvedHost(name="a.example", addresses=(seen,)),)


@given(_hosts())
@example(_asked("Null"))
@example(_asked("yes"))
def test_what_is_written_is_read_back(hosts: tuple[ResolvedHost, ...]) -> None:
    """Names that look like numbers, odd resolvers and early days survive."""
    assert read(written("test", AddressFile(hosts=hosts))) == hosts


def test_accepted_ranges_are_written_and_read_back() -> None:
    """A range that is not public keeps its reason, whatever that says."""
    reason = "the mirror: see NET-12 # 'inside' 😀"
    accepted = (NotPublic(prefix=parse_prefix("10.20.0.0/16"), reason=reason),)
    text = written("test", AddressFile(not_public=accepted, hosts=()))
    assert AddressFile.of(parse_yaml(text, "addresses.yaml").data).not_public == accepted
