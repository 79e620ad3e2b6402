from .addresses.dns_client import (
    ask_resolvers as ask_resolvers,
)
from .addresses.dns_client import (
    system_resolvers as system_resolvers,
)
from .addresses.queries import (
    parse_resolvers as parse_resolvers,
)
from .addresses.resolution import (
    LookupTerms as LookupTerms,
)
from .addresses.resolution import (
    Resolution as Resolution,
)
from .addresses.resolution import (
    resolve as resolve,
)
from .addresses.resolution import (
    write_addresses as write_addresses,
)
from .issue.cells import (
    read_issue as read_issue,
)
from .issue.drafts import (
    Draft as Draft,
)
from .issue.edit import (
    edit_catalogue as edit_catalogue,
)
from .issue.propose import (
    Proposal as Proposal,
)
from .issue.propose import (
    propose as propose,
)
from .issue.unplaced import (
    Unplaced as Unplaced,
)
from .stack_template import (
    create_stack as create_stack,
)
