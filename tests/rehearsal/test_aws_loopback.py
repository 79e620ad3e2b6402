"""Only endpoints on this machine are let through."""

import pytest

from gateway_rehearsal.loopback import require_loopback


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:5000",
        "https://127.8.9.10/",
        "http://[::1]:4566",
        "http://localhost:80/path",
        "HTTP://LOCALHOST",
    ],
)
def test_loopback_is_returned_unchanged(endpoint: str) -> None:
    """An endpoint on this machine comes back as it was given."""
    assert require_loopback(endpoint) == endpoint


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        # Another machine.
        ("https://ec2.eu-west-1.amazonaws.com", "the host is not a loopback address"),
        ("http://10.0.0.1:5000", "the host is not a loopback address"),
        ("http://0.0.0.0:5000", "the host is not a loopback address"),
        ("http://[::ffff:10.0.0.1]", "the host is not a loopback address"),
        # A name that could resolve to anything.
        ("http://localhost.example.com", "the host is not a loopback address"),
        ("http://127.0.0.1.example.com", "the host is not a loopback address"),
        ("http://localhost.", "the host is not a loopback address"),
        # A spelling that some resolvers read as another address.
        ("http://0127.0.0.1", "the host is not a loopback address"),
        ("http://127.1", "the host is not a loopback address"),
        ("http://2130706433", "the host is not a loopback address"),
        # No host.
        ("http://", "the host is not a loopback address"),
        ("http:///127.0.0.1", "the host is not a loopback address"),
        # No web address.
        ("", "the scheme is not http or https"),
        ("127.0.0.1:5000", "the scheme is not http or https"),
        ("file://127.0.0.1/x", "the scheme is not http or https"),
        # A user name hides the host from a quick reader.
        ("http://127.0.0.1@evil.example", "the URL names a user"),
        ("http://user:word@127.0.0.1", "the URL names a user"),
        # What readers of URLs disagree on.
        ("http://127.0.0.1\\@evil.example", "a URL holds no such characters"),
        ("http://evil.example\n", "a URL holds no such characters"),
        ("http://127.0.0.1\u3002example", "a URL holds no such characters"),
        ("http://127.0.0.1:99999", "Port out of range 0-65535"),
        ("http://[127.0.0.1", "Invalid IPv6 URL"),
    ],
)
def test_anything_else_is_refused(endpoint: str, reason: str) -> None:
    """An endpoint that might be elsewhere is refused in one line that names it."""
    with pytest.raises(ValueError, match=r"\A.*\Z") as refusal:
        require_loopback(endpoint)
    assert str(refusal.value) == f"{endpoint!r} cannot be the local AWS: {reason}"
