"""Which public hosts a site needs, and which of them have the addresses that were looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway_rules.inputs.catalogue import Catalogue, Service
from gateway_rules.inputs.site import Site
from gateway_rules.packets import Prefix


def is_elsewhere(service: Service, site: Site, catalogue: Catalogue) -> bool:
    """Tell whether a service's printed addresses do not hold where the site is."""
    region = catalogue.regions.get(site.region)
    return bool(service.regional and region and service.regional.geography != region.geography)


def demanded_hosts(site: Site, catalogue: Catalogue) -> tuple[str, ...]:
    """Name the hosts without whose looked-up addresses the site cannot be planned.

    These are the regional ones elsewhere, and everywhere if the site asks for what was
    looked up.
    """
    resolved = site.addresses.use == "resolved"
    return _names(
        service
        for service in _in_use(site, catalogue)
        if is_elsewhere(service, site, catalogue) or (service.regional and resolved)
    )


def named_hosts(site: Site, catalogue: Catalogue) -> tuple[str, ...]:
    """Name every host that the site's services name an address for."""
    return _names(service for service in _in_use(site, catalogue) if not service.anywhere)


def looked_up(site: Site, catalogue: Catalogue) -> Mapping[str, tuple[Prefix, ...]]:
    """Give the hosts whose looked-up addresses count, with these."""
    wanted = demanded_hosts(site, catalogue)
    every = site.addresses.use == "resolved"
    return {host.name: host.prefixes for host in site.hosts if every or host.name in wanted}


def is_looked_up(service: Service, site: Site, catalogue: Catalogue) -> bool:
    """Tell whether addresses of a service come from the stack's address file."""
    return not looked_up(site, catalogue).keys().isdisjoint(service.host_names)


def _in_use(site: Site, catalogue: Catalogue) -> Iterable[Service]:
    return (each for each in catalogue.services if site.services.get(each.id) is not False)


def _names(services: Iterable[Service]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for service in services for name in service.host_names))
