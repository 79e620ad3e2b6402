"""Printed words as values, and what is refused instead of mended."""

from collections.abc import Callable

import pytest

from gateway_rules.authoring.issue import parsing
from gateway_rules.errors import Refused

SEVEN = "\N{ARABIC-INDIC DIGIT SEVEN}"


@pytest.mark.parametrize(
    ("read", "word", "value"),
    [
        (parsing.address, "79.125.18.99", "79.125.18.99/32"),
        (parsing.address, "72.21.192.0/19", "72.21.192.0/19"),
        (parsing.address, "2600:1f18::/33", "2600:1f18::/33"),
        (parsing.host, "Reputations1.clearswift.net", "Reputations1.clearswift.net"),
        (parsing.ports, "20", "(20, 20)"),
        (parsing.ports, "1024-65535", "(1024, 65535)"),
        (parsing.protocol, "TCP", "tcp"),
        (parsing.protocol, "Udp", "udp"),
    ],
)
def test_a_word_is_read(read: Callable[[str], object], word: str, value: str) -> None:
    """Addresses, host names, ports and protocols are read as they are printed."""
    assert value == str(read(word))


@pytest.mark.parametrize(
    ("read", "word", "message"),
    [
        (parsing.address, "54.231.0.0./17", "54.231.0.0./17 is no address"),
        (parsing.address, "178.236.4.0/19", "178.236.4.0/19 is no address"),
        (parsing.address, "46.236.38.7O", "46.236.38.7O is no address"),
        (parsing.address, "72.21.192.0/33", "72.21.192.0/33 is no address"),
        (parsing.address, "72.21.192.0/019", "72.21.192.0/019 is no address"),
        (parsing.address, "72.21.192.0/255.255.224.0", "72.21.192.0/255.255.224.0 is no address"),
        (parsing.address, f"{SEVEN}9.125.18.99", f"{SEVEN}9.125.18.99 is no address"),
        (parsing.address, "0.0.0.0/0", "0.0.0.0/0 is not the address of a server on the internet"),
        (parsing.address, "8.0.0.0/7", "8.0.0.0/7 is not the address of a server on the internet"),
        (parsing.address, "127.0.0.1", "127.0.0.1 is not the address of a server on the internet"),
        (
            parsing.address,
            "255.255.255.0",
            "255.255.255.0 is not the address of a server on the internet",
        ),
        (parsing.address, "10.1.2.3", "10.1.2.3 is not the address of a server on the internet"),
        (parsing.address, "224.0.0.5", "224.0.0.5 is not the address of a server on the internet"),
        (parsing.host, "time..clearswift.net", "time..clearswift.net is no host name"),
        (parsing.host, "79.125.18.99", "79.125.18.99 is no host name"),
        (parsing.host, "http://a.clearswift.net", "http://a.clearswift.net is no host name"),
        (parsing.ports, "8O", "8O is no port"),
        (parsing.ports, "080", "080 is no port"),
        (parsing.ports, "70000", "port 70000 is above 65535"),
        (parsing.ports, "0", "0 is no port"),
        (parsing.ports, "90-80", "the range 90-80 is reversed"),
        (parsing.protocol, "TCP/UDP", "TCP/UDP is neither TCP nor UDP"),
    ],
)
def test_a_misprint_is_refused(read: Callable[[str], object], word: str, message: str) -> None:
    """What is not written as it must be is never read as what it may mean."""
    with pytest.raises(Refused) as caught:
        read(word)
    assert (caught.value.rule, caught.value.message) == ("misprint", message)


@pytest.mark.parametrize(
    ("read", "word", "meant"),
    [
        (parsing.address, "54.231.0.0./17", ("54.231.0.0/17", "there is a dot too many")),
        (parsing.address, "86.188..240.24", ("86.188.240.24", "there is a dot too many")),
        (parsing.address, "46.236.38.7O", ("46.236.38.70", "a letter stands for a digit")),
        (
            parsing.address,
            "178.236.4.0/19",
            ("178.236.0.0/19", "an address with a mask stands for its whole network"),
        ),
        (parsing.ports, "8O", ("80", "a letter stands for a digit")),
        (parsing.host, "time..clearswift.net", ("time.clearswift.net", "there is a dot too many")),
        (parsing.address, "72.21.192.0/33", None),
        (parsing.address, "10.0.0.0./0", None),
        (parsing.ports, "70000", None),
    ],
)
def test_one_slip_of_the_pen_is_named(
    read: Callable[[str], object], word: str, meant: tuple[str, str] | None
) -> None:
    """An erratum is proposed where one reason alone makes the word readable."""
    assert meant == parsing.meant(word, read)
