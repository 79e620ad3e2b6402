"""What a look at AWS found, told as `verify` tells it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway_rules.audit import Verification, alike, packet_line


@dataclass(frozen=True)
class FindingView:
    """What is wrong with one thing, by which packets it shows, and what mends it."""

    kind: str
    resource: str
    why: str
    packets: tuple[str, ...]
    fix: str


@dataclass(frozen=True)
class VerificationView:
    """What was counted, and each difference."""

    counts: tuple[tuple[str, int, int], ...]
    differences: tuple[FindingView, ...]
    notes: tuple[str, ...]
    is_clean: bool


def found(verification: Verification) -> VerificationView:
    """Tell what a verification found."""
    counts = tuple((name, *pair) for name, pair in verification.counts.items())
    differences = tuple(
        FindingView(kind, some[0].resource, some[0].why, tuple(map(packet_line, some)), some[0].fix)
        for kind, findings in verification.findings.items()
        for some in alike(findings)
    )
    return VerificationView(counts, differences, verification.notes, verification.is_clean)
