"""A stack verified again and again: only what changed is told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from gateway_rules.audit.verification.findings import PacketDifference, Verification
from gateway_rules.audit.watch import Watch, WatchEvent
from gateway_rules.errors import Fault, Faults, NoAnswer
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.packets.sets import Piece

FAULT = Fault("stacks/Pulumi.s.yaml", 1, 1, "aws", "no network", "mend it")


def finding(port: int, why: str = "it is so") -> PacketDifference:
    """Make a finding about a port."""
    piece = Piece("ingress", "tcp", port, port, parse_prefix("192.0.2.0/24"))
    return PacketDifference("security_group", piece, ("ssh",), "sg-1", why, "pulumi up")


def missing(*ports: int) -> Verification:
    """Make a verification in which ports are missing."""
    return Verification("s", tuple(map(finding, ports)), (), (), {})


def seconds() -> Iterator[datetime]:
    """Give a clock that goes on by a second each time it is asked."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return (start + timedelta(seconds=n) for n in range(10**6))


def watch(*, fold: bool = True) -> Watch:
    """Begin to watch a stack by that clock."""
    return Watch("s", seconds().__next__, fold=fold)


def looks(one: Watch, *found: Verification | Faults) -> list[list[WatchEvent]]:
    """Give what each look tells."""
    return [[*one.look(partial(answer, each))] for each in found]


def answer(found: Verification | Faults) -> Verification:
    """Answer a look, or fail."""
    if isinstance(found, Faults):
        raise found
    return found


def events(changes: list[list[WatchEvent]]) -> list[list[str]]:
    """Give the event of each change, with the port where there is one."""
    return [
        [f"{c.event} {c.finding.piece.from_port}" if c.finding else c.event for c in some]
        for some in changes
    ]


def test_a_clean_stack_is_told_once() -> None:
    """The first look says that it works; after that silence is good news."""
    assert events(looks(watch(), missing(), missing(), missing())) == [["clean"], [], []]


def test_only_what_is_new_or_gone_is_told() -> None:
    """What stays is not repeated, and the end of the last difference is told."""
    one = watch(fold=False)
    changes = looks(one, missing(22, 25), missing(25, 80), missing(25, 80), missing())
    assert events(changes) == [
        ["new 22", "new 25"],
        ["gone 22", "new 80"],
        [],
        ["gone 25", "gone 80", "clean"],
    ]
    assert one.is_clean


def test_what_cannot_be_asked_is_told_once_and_ends_nothing() -> None:
    """The findings of before are remembered, so that an answer again tells what changed since."""
    one = watch()
    changes = looks(one, missing(22), NoAnswer(FAULT), NoAnswer(FAULT), missing(22), missing())
    assert events(changes) == [["new 22"], ["fault"], [], ["answered"], ["gone 22", "clean"]]


def test_another_fault_is_told() -> None:
    """A new reason not to answer is news."""
    other = NoAnswer(Fault("stacks/Pulumi.s.yaml", 1, 1, "throttled", "slow", "wait"))
    one = watch()
    assert events(looks(one, NoAnswer(FAULT), other)) == [["fault"], ["fault"]]
    assert (one.failure, one.is_clean) == (other, False)


def test_a_line_says_when_what_and_what_mends_it() -> None:
    """One line a change, and alike ones in one line."""
    changes = looks(watch(), missing(22, 25), NoAnswer(FAULT), missing())
    said = "such as 192.0.2.0 port 22 and 1 more (sg-1: it is so)"
    assert [str(change) for some in changes for change in some] == [
        (
            "2026-01-01T00:00:00+00:00 s new missing: ingress tcp 22 from 192.0.2.0/24 for ssh, "
            f"{said}; mend: pulumi up"
        ),
        (
            "2026-01-01T00:00:01+00:00 s fault: "
            "error: stacks/Pulumi.s.yaml:1:1: [aws] no network; mend it"
        ),
        "2026-01-01T00:00:02+00:00 s answered",
        (
            "2026-01-01T00:00:03+00:00 s gone missing: ingress tcp 22 from 192.0.2.0/24 for ssh, "
            f"{said}"
        ),
        "2026-01-01T00:00:04+00:00 s clean",
    ]


def test_as_json_each_finding_has_a_line_of_its_own() -> None:
    """With the parts that `verify --json` gives it."""
    (changes, (fault,)) = looks(watch(fold=False), missing(22), NoAnswer(FAULT))
    assert [change.as_json() for change in changes] == [
        {"at": "2026-01-01T00:00:00+00:00", "stack": "s", "event": "new", "kind": "missing"}
        | finding(22).as_json()
    ]
    assert fault.as_json() == {
        "at": "2026-01-01T00:00:01+00:00",
        "stack": "s",
        "event": "fault",
        "errors": [FAULT.as_json()],
    }
