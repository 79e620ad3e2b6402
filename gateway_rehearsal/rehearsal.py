"""What only a rehearsal may read: addresses that the local name server gives."""

import os
from datetime import UTC, datetime
from pathlib import Path

from gateway_rehearsal.servers import Server
from gateway_rules.authoring import (
    LookupTerms,
    Resolution,
    ask_resolvers,
    parse_resolvers,
    resolve,
    write_addresses,
)
from gateway_rules.inputs import Site, rehearsed_addresses


def enter(endpoint: str | None) -> None:
    """Let this process read what is deployed on a local AWS; without one, what is for real.

    What the user's environment says of AWS is dropped: it is not about the local run.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    if endpoint:
        os.environ["AWS_ENDPOINT_URL"] = endpoint


def look_up(root: Path, site: Site, server: Server) -> Resolution:
    """Ask the local name server of a site's Region for what the site needs, and write it down.

    Nothing is asked or written for a site that needs nothing. Raises NoAnswer when the answers are
    not to be trusted, and Faults when what an earlier run wrote is malformed.
    """
    resolver = parse_resolvers([server.resolvers[site.region]])
    terms = LookupTerms(resolver, datetime.now(UTC).date(), rounds=1, rehearsal=True)
    found = resolve(root, site.stack, terms, ask_resolvers, rehearsed_addresses(root, site.stack))
    write_addresses(found)
    return found
