"""Numbers and shares as people read them."""

import pytest

from gateway_rules.packets.words import gauge, log_bar, quantity


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (42_879, "42,879"),
        (999_999_999_999, "999,999,999,999"),
        (10**12, "1.00e12"),
        (285_546_589_133_967, "2.86e14"),
        (1 << 144, "2.23e43"),
    ],
)
def test_a_number_is_exact_while_it_can_be_read(number: int, text: str) -> None:
    """Only what has more digits than anybody counts is rounded."""
    assert quantity(number) == text


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
