"""What was seen before and what is seen now, put together."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_rules.authoring.addresses.history import (
    AddressChange,
    Changes,
    Sighting,
    changes,
    merged,
    seen_by_host,
)
from gateway_rules.authoring.addresses.queries import DnsQuery, Reply, Resolver
from gateway_rules.inputs.address_file import ResolvedHost, Seen
from gateway_rules.packets.prefixes import Prefix, parse_address

HOST, OTHER_HOST = "a.example.com", "b.example.com"
NAMES = (HOST, OTHER_HOST)
ONE, TWO = Resolver("192.0.2.53"), Resolver("192.0.2.54", 5353)
TODAY = date(2026, 11, 24)
OLD, NEW = parse_address("198.51.100.7"), parse_address("198.51.100.8")
GRACE = 14


def days_ago(days: int) -> date:
    """Give a day before today."""
    return TODAY - timedelta(days=days)


def host(*seen: Seen, name: str = HOST, canonical: str | None = "edge.example.net") -> ResolvedHost:
    """Give a host of the file."""
    return ResolvedHost(name=name, canonical=canonical, addresses=seen)


def old(last_seen: date | None) -> Seen:
    """Give the old address as it was seen long since, and at last on a day."""
    by = ("192.0.2.53",) if last_seen else ()
    first = days_ago(100) if last_seen else None
    return Seen(address=OLD, first_seen=first, last_seen=last_seen, resolvers=by)


def sighting(*addresses: Prefix, canonical: str = "edge.example.net") -> Sighting:
    """Give what one resolver says now."""
    return Sighting(frozenset({canonical}), dict.fromkeys(addresses, frozenset({ONE})))


def merge(
    before: Iterable[ResolvedHost], seen: dict[str, Sighting], today: date = TODAY
) -> tuple[ResolvedHost, ...]:
    """Merge with the usual grace period."""
    return merged(before, seen, NAMES, today, GRACE)


NOW = Seen(address=NEW, first_seen=TODAY, last_seen=TODAY, resolvers=("192.0.2.53",))


def test_replies_of_all_rounds_and_resolvers_are_one_sighting() -> None:
    """Each address has those who gave it; a chain that ends without an address plays no part."""
    replies = [
        Reply(DnsQuery(ONE, HOST, "A"), "x.example.net", (OLD,)),
        Reply(DnsQuery(TWO, HOST, "A"), "y.example.net", (NEW, OLD)),
        Reply(DnsQuery(ONE, HOST, "AAAA"), "z.example.net", ()),
        Reply(DnsQuery(ONE, HOST, "A"), "x.example.net", (OLD,)),
    ]
    assert seen_by_host(replies) == {
        HOST: Sighting(
            frozenset({"x.example.net", "y.example.net"}),
            {OLD: frozenset({ONE, TWO}), NEW: frozenset({TWO})},
        )
    }


def test_a_first_look_up_fills_the_file() -> None:
    """Days and resolvers are those of the look-up; hosts and addresses are sorted."""
    seen = {
        OTHER_HOST: sighting(NEW),
        HOST: Sighting(
            frozenset({"y.example.net", "x.example.net"}),
            {NEW: frozenset({TWO, ONE}), OLD: frozenset({TWO})},
        ),
    }
    both = ("192.0.2.53", "192.0.2.54:5353")
    first = Seen(address=OLD, first_seen=TODAY, last_seen=TODAY, resolvers=(both[1],))
    second = Seen(address=NEW, first_seen=TODAY, last_seen=TODAY, resolvers=both)
    assert merge((), seen) == (
        host(first, second, canonical="x.example.net"),
        host(NOW, name=OTHER_HOST),
    )


@pytest.mark.parametrize(
    ("days", "is_there"), [(0, True), (1, True), (13, True), (14, True), (15, False), (100, False)]
)
def test_an_address_stays_for_the_grace_period(days: int, *, is_there: bool) -> None:
    """It is there on the last day of the period, and gone on the day after."""
    before = old(days_ago(days))
    kept = (before,) if is_there else ()
    assert merge([host(before)], {HOST: sighting(NEW)}) == (host(*kept, NOW),)


@pytest.mark.parametrize(("days", "is_there"), [(0, True), (1, False)])
def test_no_grace_drops_what_is_not_seen_today(days: int, *, is_there: bool) -> None:
    """A grace period of no days keeps today's alone."""
    before = old(days_ago(days))
    kept = (before,) if is_there else ()
    after = merged([host(before)], {HOST: sighting(NEW)}, NAMES, TODAY, 0)
    assert after == (host(*kept, NOW),)


def test_what_is_seen_again_keeps_its_first_day() -> None:
    """The last day and the resolvers are the look-up's own."""
    before = [host(old(days_ago(50)))]
    again = Seen(address=OLD, first_seen=days_ago(100), last_seen=TODAY, resolvers=("192.0.2.53",))
    assert merge(before, {HOST: sighting(OLD)}) == (host(again),)


def test_what_a_person_wrote_stays_until_it_is_taken_out() -> None:
    """No resolver ever gave it, so no period begins; once one gives it, it is like the others."""
    written = host(old(None), canonical=None)
    assert merge([written], {HOST: sighting(NEW)}) == (host(old(None), NOW),)
    first = Seen(address=OLD, first_seen=TODAY, last_seen=TODAY, resolvers=("192.0.2.53",))
    assert merge([written], {HOST: sighting(OLD)}) == (host(first),)


def test_a_day_to_come_is_mended() -> None:
    """A clock that was wrong leaves no address that was first seen after it was last seen."""
    ahead = Seen(address=OLD, first_seen=days_ago(-3), last_seen=days_ago(-3))
    (after,) = merge([host(ahead)], {HOST: sighting(OLD)})
    assert (after.addresses[0].first_seen, after.addresses[0].last_seen) == (TODAY, TODAY)


def test_a_host_that_was_not_looked_up_stays_as_it_is() -> None:
    """Its addresses neither age nor go."""
    other = host(old(days_ago(99)), name=OTHER_HOST)
    assert merge([other], {HOST: sighting(NEW)}) == (host(NOW), other)


def test_a_host_that_nothing_asks_for_goes() -> None:
    """A service that is left out takes its hosts along."""
    gone = host(old(TODAY), name="gone.example.com")
    assert merge([gone], {HOST: sighting(NEW)}) == (host(NOW),)


def test_a_host_that_stands_twice_is_put_together() -> None:
    """None of the addresses of either is lost."""
    twice = [host(old(TODAY)), host(Seen(address=NEW))]
    assert merge(twice, {HOST: sighting(NEW)}) == (host(old(TODAY), NOW),)


@pytest.mark.parametrize(
    ("before", "after"), [("y.example.net", "y.example.net"), ("q.example.net", "x.example.net")]
)
def test_a_name_changes_only_when_nobody_gives_it_any_more(before: str, after: str) -> None:
    """Chains that end in turns at two names leave the file alone."""
    seen = Sighting(frozenset({"y.example.net", "x.example.net"}), {NEW: frozenset({ONE})})
    assert merge([host(NOW, canonical=before)], {HOST: seen}) == (host(NOW, canonical=after),)


def test_days_and_resolvers_alone_are_no_change() -> None:
    """An address that was seen before, by somebody else, is the same address."""
    before = [host(old(days_ago(3)))]
    seen = {HOST: Sighting(frozenset({"edge.example.net"}), {OLD: frozenset({TWO})})}
    found = changes(before, merge(before, seen), seen)
    assert (found, bool(found)) == (Changes(), False)


def test_changes_name_what_is_new_gone_kept_and_renamed() -> None:
    """Each address stands in one list, with the day on which it was seen last."""
    oldest = Seen(address=parse_address("198.51.100.6"), last_seen=days_ago(15))
    before = [
        host(oldest, old(days_ago(14)), canonical="was.example.net"),
        host(old(TODAY), name="gone.example.com"),
    ]
    seen = {HOST: sighting(NEW)}
    found = changes(before, merge(before, seen), seen)
    assert found == Changes(
        new=(AddressChange(HOST, NEW, TODAY),),
        gone=(
            AddressChange(HOST, oldest.address, days_ago(15)),
            AddressChange("gone.example.com", OLD, TODAY),
        ),
        kept=(AddressChange(HOST, OLD, days_ago(14)),),
        renamed=((HOST, "was.example.net", "edge.example.net"),),
    )
    assert bool(found)


def test_what_is_kept_alone_is_no_change() -> None:
    """Rotation that shows a part of the addresses is no difference."""
    before = [host(old(days_ago(3)), NOW)]
    seen = {HOST: sighting(NEW)}
    found = changes(before, merge(before, seen), seen)
    assert (found, bool(found)) == (Changes(kept=(AddressChange(HOST, OLD, days_ago(3)),)), False)


# --- Properties ------------------------------------------------------------------------------

ADDRESSES = [parse_address(f"198.51.100.{number}") for number in range(1, 6)]
ADDRESSES.append(parse_address("2001:db8::1"))


def _past() -> st.SearchStrategy[date | None]:
    return st.none() | st.integers(0, 40).map(days_ago)


def _seen() -> st.SearchStrategy[Seen]:
    return st.builds(
        Seen,
        address=st.sampled_from(ADDRESSES),
        first_seen=_past(),
        last_seen=_past(),
        resolvers=st.lists(st.sampled_from(["192.0.2.53", "[::1]:53"]), unique=True).map(tuple),
    )


def _hosts() -> st.SearchStrategy[list[ResolvedHost]]:
    return st.lists(
        st.builds(
            ResolvedHost,
            name=st.sampled_from([*NAMES, "gone.example.com"]),
            canonical=st.sampled_from([None, "x.example.net", "y.example.net"]),
            addresses=st.lists(_seen(), max_size=5, unique_by=lambda s: s.address).map(tuple),
        ),
        max_size=3,
        unique_by=lambda each: each.name,
    )


def _seen_by_host() -> st.SearchStrategy[dict[str, Sighting]]:
    ends = st.frozensets(st.sampled_from(["x.example.net", "y.example.net"]), min_size=1)
    by = st.frozensets(st.sampled_from([ONE, TWO]), min_size=1)
    given_ = st.dictionaries(st.sampled_from(ADDRESSES), by, min_size=1)
    return st.dictionaries(st.sampled_from(NAMES), st.builds(Sighting, ends, given_), min_size=1)


@given(_hosts(), _seen_by_host())
def test_merging_twice_is_merging_once(
    before: list[ResolvedHost], seen: dict[str, Sighting]
) -> None:
    """The same look-up on the same day changes nothing more."""
    once = merge(before, seen)
    assert merge(once, seen) == once
    assert not changes(once, merge(once, seen), seen)


@given(_hosts(), _seen_by_host(), st.integers(0, 30))
def test_nothing_within_its_grace_is_dropped(
    before: list[ResolvedHost], seen: dict[str, Sighting], grace: int
) -> None:
    """What is there in the end is what is seen, and of what was, just what may stay."""
    after = merged(before, seen, NAMES, TODAY, grace)
    had = {(h.name, s.address): s.last_seen for h in before if h.name in NAMES for s in h.addresses}
    has = {(h.name, s.address) for h in after for s in h.addresses}
    now = {(name, address) for name, sighted in seen.items() for address in sighted.addresses}
    stays = {
        key
        for key, last in had.items()
        if key[0] not in seen or last is None or last + timedelta(days=grace) >= TODAY
    }
    assert has == now | stays


@given(_hosts(), _seen_by_host())
def test_changes_add_up(before: list[ResolvedHost], seen: dict[str, Sighting]) -> None:
    """What was, less what is gone, with what is new, is what is; kept is no change of these."""
    after = merge(before, seen)
    found = changes(before, after, seen)
    had = {(h.name, s.address) for h in before for s in h.addresses}
    has = {(h.name, s.address) for h in after for s in h.addresses}
    new, gone, kept = (
        {(c.host, c.address) for c in some} for some in (found.new, found.gone, found.kept)
    )
    assert (had - gone) | new == has
    assert kept <= had & has
    assert not new & had
