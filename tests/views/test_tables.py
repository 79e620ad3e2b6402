"""Shares and counts as bars in a terminal."""

import pytest

from gateway_rules.views.tables import gauge, log_bar


@pytest.mark.parametrize(
    ("used", "drawn"),
    [
        (0, "░░░░░░░░░░"),
        (1, "█░░░░░░░░░"),
        (30, "█████░░░░░"),
        (59, "█████████░"),
        (60, "██████████"),
        (61, "██████████"),
    ],
)
def test_a_gauge_is_full_only_at_its_end(used: int, drawn: str) -> None:
    """One left is not none left, and one used is not none used."""
    assert gauge(used, 60, 10) == drawn


@pytest.mark.parametrize(
    ("number", "drawn"),
    [
        (0, ""),
        (1, "▎"),
        (9, "█"),
        (99_999, "█████"),
        (300_000, "█████▌"),
        (10**10 - 1, "██████████"),
    ],
)
def test_a_bar_grows_with_the_number_of_digits(number: int, drawn: str) -> None:
    """Ten times as many packets are one step more, and only none has no bar."""
    assert log_bar(number, 10**10 - 1, 10) == drawn
