"""Verifications for people: what differs, for whom, and the command that mends it."""

import io

import pytest
from rich.console import Console

from gateway_rules.audit.verification.findings import PacketDifference, Verification, packet_line
from gateway_rules.packets.prefixes import SELF, parse_prefix
from gateway_rules.packets.sets import Piece
from gateway_rules.views.verification_text import print_verification

CLEAN = {"groups": (1, 1), "egress rules": (50, 50)}
UP = "pulumi up --refresh -s eu-west-1"


def printed(verification: Verification, width: int = 80) -> list[str]:
    """Give the lines of a verification, less the table's own and the spaces at their ends."""
    output = io.StringIO()
    print_verification(verification, Console(file=output, width=width, highlight=False))
    return [line.rstrip() for line in output.getvalue().splitlines()]


def finding(
    piece: Piece, services: tuple[str, ...] = (), why: str = "it is so"
) -> PacketDifference:
    """Make a finding about an ACL."""
    return PacketDifference("network_acl", piece, services, "acl-1", why, UP)


def web(last: int = 0) -> Piece:
    """Make a piece of TCP."""
    return Piece("egress", "tcp", 80, 81, parse_prefix(f"192.0.2.{last}/32"))


def test_a_clean_verification_says_so() -> None:
    """The counts of both sides stand side by side, then the verdict."""
    lines = [" ".join(line.split()) for line in printed(Verification("s", (), (), (), CLEAN))]
    assert (lines[0], lines[2]) == ("Compared with AWS", "Planned In AWS")
    assert {"groups 1 1", "egress rules 50 50"} <= set(lines)
    assert lines[-1] == "Every required packet passes, and none that the plan does not allow."


def test_a_difference_is_told_with_a_packet_to_try_and_the_command_that_mends_it() -> None:
    """Kind, layer, resource and reason; then the packets; then what to paste."""
    wrong = Verification("s", (finding(web(), ("rss-feed",)),), (), (), {})
    assert printed(wrong)[-4:] == [
        "missing: acl-1: it is so",
        "  egress tcp 80-81 to 192.0.2.0/32 for rss-feed, such as 192.0.2.0 port 80",
        f"  mend: {UP}",
        "",
    ]


def test_each_kind_is_told_under_its_own_word() -> None:
    """What is missing comes first, the quota last, and no verdict follows."""
    one = (finding(web()),)
    lines = printed(Verification("s", one, one, one, {}, one))
    told = [line.partition(":")[0] for line in lines if ": acl-1: " in line]
    assert told == ["missing", "excess", "foreign", "quota"]
    assert "Every required packet" not in " ".join(lines)


def test_alike_findings_are_told_together_and_many_are_counted() -> None:
    """A change that opens a hundred prefixes does not fill a hundred screens."""
    some = tuple(finding(web(last)) for last in range(100))
    lines = printed(Verification("s", (), some, (), {}))
    assert len([line for line in lines if line.startswith("  egress tcp")]) == 5
    assert lines[-3:] == ["  and 95 more, which --json lists", f"  mend: {UP}", ""]


def test_of_many_the_largest_are_told() -> None:
    """Hundreds of ICMP messages do not hide that all of TCP is open; few stay in their order."""
    messages = [
        finding(Piece("ingress", "icmp", 3, code, parse_prefix("0.0.0.0/0"))) for code in range(5)
    ]
    everything = finding(Piece("ingress", "tcp", 0, 65535, parse_prefix("0.0.0.0/0")))
    lines = printed(Verification("s", (), (*messages, everything), (), {}))
    assert [line.strip().partition(" from")[0] for line in lines if "0.0.0.0/0" in line] == [
        "ingress tcp 0-65535",
        *(f"ingress icmp type 3 code {code}" for code in range(4)),
    ]
    few = printed(Verification("s", (), (*messages[:1], everything), (), {}))
    assert "icmp type 3 code 0" in few[-4]


def test_findings_of_other_reasons_stand_apart() -> None:
    """Each reason has its packets below it."""
    some = (finding(web(), why="one"), finding(web(), why="two"))
    lines = printed(Verification("s", (), some, (), {}))
    assert [line for line in lines if "acl-1" in line] == [
        "excess: acl-1: one",
        "excess: acl-1: two",
    ]


def test_a_command_is_never_broken() -> None:
    """It can be copied from the narrowest terminal."""
    long = "aws ec2 " + "x" * 200
    wrong = PacketDifference("security_group", web(), (), "sg-1", "it is so", long)
    assert f"  mend: {long}" in printed(Verification("s", (), (wrong,), (), {}))


def test_notes_stand_before_the_verdict() -> None:
    """What is worth knowing is told of a clean stack as well."""
    lines = printed(Verification("s", (), (), (), CLEAN, notes=("Nobody is there.",)))
    assert lines[-2] == "Nobody is there."


@pytest.mark.parametrize(
    ("piece", "line"),
    [
        (
            Piece("ingress", "udp", 53, 53, SELF),
            "ingress udp 53 from self, such as self port 53",
        ),
        (
            Piece("ingress", "icmp", 3, 4, parse_prefix("10.0.0.0/8")),
            "ingress icmp type 3 code 4 from 10.0.0.0/8, such as 10.0.0.0 type 3 code 4",
        ),
        (
            Piece("egress", "icmpv6", -1, -1, parse_prefix("::/0")),
            "egress icmpv6 all to ::/0, such as :: type 0 code 0",
        ),
        (
            Piece("egress", "other", 0, 65535, parse_prefix("10.0.0.0/8")),
            "egress all other protocols to 10.0.0.0/8, such as 10.0.0.0",
        ),
        (
            Piece("egress", "50", 0, 65535, parse_prefix("10.0.0.0/8")),
            "egress protocol 50 to 10.0.0.0/8, such as 10.0.0.0",
        ),
        (
            Piece("egress", "-1", 0, 65535, parse_prefix("10.0.0.0/8")),
            "egress all protocols to 10.0.0.0/8, such as 10.0.0.0",
        ),
    ],
)
def test_packets_are_told_in_the_words_of_their_protocol(piece: Piece, line: str) -> None:
    """Ports where there are ports, type and code of messages, and neither of other protocols."""
    assert packet_line(finding(piece)) == line


def test_many_services_are_counted() -> None:
    """The first five are named."""
    services = tuple("abcdefg")
    assert packet_line(finding(web(), services)) == (
        "egress tcp 80-81 to 192.0.2.0/32 for a, b, c, d, e and 2 more, such as 192.0.2.0 port 80"
    )


def test_another_group_stands_where_a_prefix_would() -> None:
    """Whom it lets in is told by the name that AWS has for them."""
    piece = Piece("ingress", "tcp", 22, 22, SELF)
    wrong = PacketDifference("security_group", piece, (), "sgr-1", "so", UP, "sg-2")
    assert packet_line(wrong) == "ingress tcp 22 from sg-2, such as sg-2 port 22"
