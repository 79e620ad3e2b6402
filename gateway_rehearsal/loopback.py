"""The one test that keeps a rehearsal away from real accounts."""

from ipaddress import ip_address
from urllib.parse import urlsplit


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
