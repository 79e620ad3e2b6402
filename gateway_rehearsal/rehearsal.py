"""What only a rehearsal plans with: addresses that the local name server gives."""

import os
from datetime import UTC, datetime
from typing import Final

from gateway_rehearsal.dns.zone import IPV4, IPV6
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.servers import Server
from gateway_rules.authoring import (
    LookupTerms,
    Resolution,
    ask_resolvers,
    parse_resolvers,
    resolve,
    write_addresses,
)
from gateway_rules.inputs import NotPublic, Site
from gateway_rules.packets import parse_prefix

_REASON: Final = "a rehearsal: the local name server gives addresses for documentation"
NOT_PUBLIC: Final = tuple(
    NotPublic(prefix=parse_prefix(str(network)), reason=_REASON) for network in (*IPV4, IPV6)
)


def drop_aws_settings() -> None:
    """Drop what the user's environment says of AWS: it is not about the local run."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


def look_up(layout: Layout, site: Site, server: Server) -> Resolution:
    """Ask the local name server of a site's Region for what the site needs, and keep the answers.

    Nothing is asked or written for a site that needs nothing. Raises NoAnswer when the answers are
    not to be trusted, and Faults when what an earlier run wrote is malformed.
    """
    resolver = parse_resolvers([server.resolvers[site.region]])
    terms = LookupTerms(resolver, datetime.now(UTC).date(), rounds=1, not_public=NOT_PUBLIC)
    file = layout.addresses / f"{site.stack}.yaml"
    found = resolve(layout.source, site.stack, terms, ask_resolvers, file)
    write_addresses(found)
    return found
