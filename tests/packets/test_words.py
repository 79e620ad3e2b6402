"""Numbers and shares as people read them."""

import pytest

from gateway_rules.packets.words import quantity


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
