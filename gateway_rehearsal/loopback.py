"""The one test that keeps the rehearsal away from real accounts, and real ones away from it."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_ENDPOINT: Final = "AWS_ENDPOINT_URL"
_ENDPOINTS: Final = (_ENDPOINT, f"{_ENDPOINT}_EC2")
"""Where the SDKs send EC2's calls; the second goes before the first."""
_IGNORED: Final = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"


def is_rehearsal(environment: Mapping[str, str]) -> bool:
    """Tell whether calls to EC2 from this environment can only reach this machine.

    `AWS_ENDPOINT_URL` then names a loopback address, and nothing goes before it: see "Service-
    specific endpoints" in the AWS SDKs and Tools Reference Guide.
    """
    given = [environment[name] for name in _ENDPOINTS if environment.get(name)]
    ignored = environment.get(_IGNORED, "").lower() == "true"
    return bool(environment.get(_ENDPOINT)) and not ignored and not any(map(_objection, given))


def is_loopback(endpoint: str) -> bool:
    """Tell whether only this machine can be behind an endpoint."""
    return _objection(endpoint) is None


def require_loopback(endpoint: str) -> str:
    """Return the endpoint when only this machine can be behind it.

    Its host is a literal loopback address (127.0.0.0/8 or ::1) or the name `localhost`; no name is
    resolved, because an answer can change between the check and the use.

    Raises ValueError, in one line, for any other host, a scheme other than http and https, a port
    that is none, or a user name or password in the URL.
    """
    reason = _objection(endpoint)
    if reason:
        raise ValueError(f"{endpoint!r} cannot be the local AWS: {reason}")
    return endpoint


def _objection(endpoint: str) -> str | None:
    """Say why this endpoint is refused; None when it is not."""
    if not endpoint.isascii() or not endpoint.isprintable() or set(endpoint) & {" ", "\\"}:
        return "a URL holds no such characters"
    try:
        url = urlsplit(endpoint)
        # Reading the port is what makes urlsplit check it.
        _ = url.port
    except ValueError as error:
        return str(error)
    if url.scheme not in {"http", "https"}:
        return "the scheme is not http or https"
    if "@" in url.netloc:
        return "the URL names a user"
    if not _is_here(url.hostname or ""):
        return "the host is not a loopback address"
    return None


def _is_here(host: str) -> bool:
    """Say whether the host, as written, is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
