"""Verifications for people, readable from 80 columns on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gateway_rules import packets
from gateway_rules.audit import PacketDifference, Verification, alike, packet_line
from gateway_rules.packets import shortened

_LISTED: Final = 5
"""Packets told of one thing that is wrong; beyond these they are counted."""


def print_verification(verification: Verification, console: Console) -> None:
    """Print what was counted and compared, and each difference with what mends it."""
    console.print(_counts(verification))
    for kind, findings in verification.findings.items():
        for some in alike(findings):
            _print_finding(kind, some, console)
    for note in verification.notes:
        console.print(Text(note, "yellow"))
    if verification.is_clean:
        said = "Every required packet passes, and none that the plan does not allow."
        console.print(Text(said, "green"))


def _counts(verification: Verification) -> Table:
    table = Table(title=Text("Compared with AWS", "bold"), title_justify="left", box=SIMPLE_HEAD)
    differs = "yellow" if verification.is_clean else "red"
    for column in ("", "Planned", "In AWS"):
        table.add_column(column)
    for name, (planned, found) in verification.counts.items():
        table.add_row(name, str(planned), str(found), style="" if planned == found else differs)
    return table


def _print_finding(kind: str, some: Sequence[PacketDifference], console: Console) -> None:
    first = some[0]
    console.print(Text.assemble((kind, "bold red"), f": {first.resource}: {first.why}"))
    for line in packet_lines(some):
        console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
    # A command that is broken into lines cannot be copied.
    console.print(Text.assemble(("  mend: ", "green"), first.fix, "\n"), soft_wrap=True)


def packet_lines(findings: Sequence[PacketDifference]) -> list[str]:
    """Tell the packets of findings, a line each; of many the largest stretches, and a count.

    Hundreds of ICMP messages must not hide that all of TCP is open.
    """
    is_long = len(findings) > _LISTED
    found = sorted(findings, key=_size, reverse=True) if is_long else findings
    return shortened([packet_line(one) for one in found], _LISTED, ", which --json lists")


def _size(finding: PacketDifference) -> int:
    first, last, (low, high) = packets.box(finding.piece)
    return (last - first + 1) * (high - low + 1)
