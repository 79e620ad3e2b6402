from .address_file import (
    ResolvedHost as ResolvedHost,
)
from .address_file import (
    Seen as Seen,
)
from .address_text import (
    replace_file as replace_file,
)
from .address_text import (
    written as written,
)
from .catalogue import (
    SHIPPED as SHIPPED,
)
from .catalogue import (
    Addition as Addition,
)
from .catalogue import (
    Catalogue as Catalogue,
)
from .catalogue import (
    Caveat as Caveat,
)
from .catalogue import (
    Erratum as Erratum,
)
from .catalogue import (
    Host as Host,
)
from .catalogue import (
    Service as Service,
)
from .catalogue import (
    read_catalogue as read_catalogue,
)
from .contradictions import (
    find_contradictions as find_contradictions,
)
from .documents import (
    Document as Document,
)
from .documents import (
    parse_yaml as parse_yaml,
)
from .documents import (
    read_text as read_text,
)
from .documents import (
    read_yaml as read_yaml,
)
from .documents import (
    relative as relative,
)
from .fields import (
    HOST as HOST,
)
from .fields import (
    Frozen as Frozen,
)
from .fields import (
    Name as Name,
)
from .fields import (
    Number as Number,
)
from .fields import (
    listed as listed,
)
from .fields import (
    pairs as pairs,
)
from .fields import (
    require_fit as require_fit,
)
from .hosts import (
    demanded_hosts as demanded_hosts,
)
from .hosts import (
    is_elsewhere as is_elsewhere,
)
from .hosts import (
    is_looked_up as is_looked_up,
)
from .hosts import (
    looked_up as looked_up,
)
from .hosts import (
    named_hosts as named_hosts,
)
from .policy import (
    POLICY_FILE as POLICY_FILE,
)
from .policy import (
    Limits as Limits,
)
from .policy import (
    Policy as Policy,
)
from .policy import (
    Trip as Trip,
)
from .policy import (
    Verdict as Verdict,
)
from .policy import (
    judge as judge,
)
from .policy import (
    read_policy as read_policy,
)
from .project import (
    catalogue_of as catalogue_of,
)
from .project import (
    find_root as find_root,
)
from .project import (
    load_plan as load_plan,
)
from .project import (
    require_stack as require_stack,
)
from .project import (
    stack_names as stack_names,
)
from .site import (
    EphemeralPorts as EphemeralPorts,
)
from .site import (
    Quotas as Quotas,
)
from .site import (
    Site as Site,
)
from .site import (
    StackSite as StackSite,
)
from .site import (
    sought as sought,
)
from .stack_file import (
    KEYS as KEYS,
)
from .stack_file import (
    NAMESPACE as NAMESPACE,
)
from .stack_file import (
    REGION_KEY as REGION_KEY,
)
from .stack_file import (
    address_path as address_path,
)
from .stack_file import (
    blame as blame,
)
from .stack_file import (
    raw_config as raw_config,
)
from .stack_file import (
    read_addresses as read_addresses,
)
from .stack_file import (
    read_stack as read_stack,
)
from .stack_file import (
    read_without_addresses as read_without_addresses,
)
from .stack_file import (
    rehearsed_addresses as rehearsed_addresses,
)
from .stack_file import (
    stack_path as stack_path,
)
from .validation import (
    faults_of as faults_of,
)
from .validation import (
    shown as shown,
)
