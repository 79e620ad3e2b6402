"""How the stand-in reads the spellings of protocols."""

import pytest

from gateway_rehearsal.provider.protocols import acl_protocol, group_protocol


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("all", "-1"),
        ("-1", "-1"),
        ("ALL", "-1"),
        ("tcp", "tcp"),
        ("TCP", "tcp"),
        ("6", "tcp"),
        ("17", "udp"),
        ("1", "icmp"),
        ("58", "icmpv6"),
        ("icmpv6", "icmpv6"),
        # Other numbers and words pass as they are.
        ("50", "50"),
        ("Nonsense", "Nonsense"),
    ],
)
def test_groups_know_five_protocols_by_name_and_number(written: str, sent: str) -> None:
    """Case is nothing; what is unknown is AWS's to judge."""
    assert group_protocol(written) == sent


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("all", "-1"),
        ("tcp", "6"),
        ("udp", "17"),
        ("icmp", "1"),
        ("ipv6-icmp", "58"),
        ("esp", "50"),
        ("gre", "47"),
        ("sctp", "132"),
        ("rohc", "141"),
        ("254", "254"),
        # Names in capitals, the groups' name for 58, and what is not in the table.
        ("TCP", None),
        ("icmpv6", None),
        ("skip", None),
        ("57", None),
        ("142", None),
        ("banana", None),
    ],
)
def test_acls_know_the_registry_in_lower_case(written: str, number: str | None) -> None:
    """Names stand for their numbers, and numbers for themselves."""
    assert acl_protocol(written) == number


def test_acls_know_every_number_up_to_141_but_one() -> None:
    """57 is missing."""
    missing = [number for number in range(142) if acl_protocol(str(number)) != str(number)]
    assert missing == [57]
