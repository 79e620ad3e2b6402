from .budget_curve import (
    USABLE as USABLE,
)
from .budget_curve import (
    Curve as Curve,
)
from .budget_curve import (
    excess_curve as excess_curve,
)
from .contributions import (
    Contribution as Contribution,
)
from .contributions import (
    contributions as contributions,
)
from .contributions import (
    contributions_of_entries as contributions_of_entries,
)
from .cover.entries import (
    Allow as Allow,
)
from .cover.entries import (
    Cover as Cover,
)
from .cover.entries import (
    DoesNotFit as DoesNotFit,
)
from .cover.fitting import (
    fit as fit,
)
from .fit_file import (
    read_flows as read_flows,
)
from .flows import (
    Flow as Flow,
)
from .flows import (
    Leg as Leg,
)
from .flows import (
    ephemeral as ephemeral,
)
from .flows import (
    legs as legs,
)
from .flows import (
    required_flows as required_flows,
)
from .flows import (
    role_peers as role_peers,
)
from .flows import (
    why_not_used as why_not_used,
)
from .network_acl import (
    Budget as Budget,
)
from .network_acl import (
    Entry as Entry,
)
from .plan_json import (
    addition_as_written as addition_as_written,
)
from .plan_json import (
    caveat_as_json as caveat_as_json,
)
from .plan_json import (
    flow_scalar as flow_scalar,
)
from .plan_json import (
    match_as_json as match_as_json,
)
from .plan_json import (
    plan_as_json as plan_as_json,
)
from .plan_json import (
    ports_as_written as ports_as_written,
)
from .plan_json import (
    service_as_json as service_as_json,
)
from .planner import (
    PREFIX as PREFIX,
)
from .planner import (
    Plan as Plan,
)
from .planner import (
    SecurityGroup as SecurityGroup,
)
from .planner import (
    plan as plan,
)
from .planner import (
    resolved as resolved,
)
from .security_group import (
    Rule as Rule,
)
from .security_group import (
    covers as covers,
)
from .security_group import (
    rules_used as rules_used,
)
