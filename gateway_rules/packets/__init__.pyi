from .index import (
    Index as Index,
)
from .intervals import (
    join as join,
)
from .prefixes import (
    ANYWHERE as ANYWHERE,
)
from .prefixes import (
    BITS as BITS,
)
from .prefixes import (
    FAMILIES as FAMILIES,
)
from .prefixes import (
    SELF as SELF,
)
from .prefixes import (
    Interval as Interval,
)
from .prefixes import (
    Peer as Peer,
)
from .prefixes import (
    Prefix as Prefix,
)
from .prefixes import (
    from_interval as from_interval,
)
from .prefixes import (
    merge as merge,
)
from .prefixes import (
    parse_address as parse_address,
)
from .prefixes import (
    parse_prefix as parse_prefix,
)
from .prefixes import (
    supernet as supernet,
)
from .protocols import (
    ALL_PORTS as ALL_PORTS,
)
from .protocols import (
    DIRECTIONS as DIRECTIONS,
)
from .protocols import (
    ICMP as ICMP,
)
from .protocols import (
    MAX_ICMP as MAX_ICMP,
)
from .protocols import (
    MAX_PORT as MAX_PORT,
)
from .protocols import (
    NAMES as NAMES,
)
from .protocols import (
    NUMBERS as NUMBERS,
)
from .protocols import (
    PROTOCOLS as PROTOCOLS,
)
from .protocols import (
    WAY as WAY,
)
from .protocols import (
    Direction as Direction,
)
from .protocols import (
    PortPair as PortPair,
)
from .protocols import (
    Protocol as Protocol,
)
from .protocols import (
    format_ports as format_ports,
)
from .protocols import (
    icmp_answers as icmp_answers,
)
from .protocols import (
    opposite as opposite,
)
from .protocols import (
    parse_ports as parse_ports,
)
from .protocols import (
    span as span,
)
from .public_addresses import (
    objection as objection,
)
from .sets import (
    OTHER as OTHER,
)
from .sets import (
    Match as Match,
)
from .sets import (
    Packets as Packets,
)
from .sets import (
    Piece as Piece,
)
from .sets import (
    addresses as addresses,
)
from .sets import (
    box as box,
)
from .sets import (
    count as count,
)
from .sets import (
    family as family,
)
from .sets import (
    first_match as first_match,
)
from .sets import (
    meet as meet,
)
from .sets import (
    order as order,
)
from .sets import (
    passed as passed,
)
from .sets import (
    pieces as pieces,
)
from .sets import (
    universe as universe,
)
from .sets import (
    without as without,
)
from .words import (
    counted as counted,
)
from .words import (
    gauge as gauge,
)
from .words import (
    log_bar as log_bar,
)
from .words import (
    quantity as quantity,
)
