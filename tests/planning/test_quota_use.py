"""What AWS counts against its quotas, told once and counted again by hand."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.inputs.quotas import QUOTAS, Quotas, usable
from gateway_rules.packets.prefixes import SELF, Peer, parse_prefix
from gateway_rules.packets.protocols import DIRECTIONS, Direction
from gateway_rules.planning.quota_use import against_quota, entries_used

PEERS: tuple[Peer, ...] = (parse_prefix("10.0.0.0/8"), parse_prefix("2001:db8::/32"), SELF)


class Match(NamedTuple):
    """As much of a rule as its place in a quota asks for."""

    direction: Direction
    peer: Peer


MATCHES = st.lists(st.builds(Match, st.sampled_from(DIRECTIONS), st.sampled_from(PEERS)))


@given(MATCHES)
def test_each_direction_and_family_counts_by_itself(matches: list[Match]) -> None:
    """A rule of a family counts there alone, and one that names a group in both."""
    four, six, group = PEERS
    for direction in DIRECTIONS:
        mine = [match.peer for match in matches if match.direction == direction]
        for family, peer in (("ipv4", four), ("ipv6", six)):
            found = against_quota(matches, direction, family)
            assert len(found) == mine.count(peer) + mine.count(group)
            assert entries_used(matches, direction, family) == len(found) + 1


def test_every_reader_of_quotas_has_the_same_numbers() -> None:
    """A stack file, an account that tells nothing and the local AWS begin from what AWS gives."""
    for name, facts in QUOTAS.items():
        assert getattr(LiveQuotas(), name) == getattr(AccountQuotas(), name) == facts.default
    for name in Quotas.model_fields:
        assert getattr(Quotas(), name) == QUOTAS[name].default
    assert Quotas().budget == usable(20) == 19
