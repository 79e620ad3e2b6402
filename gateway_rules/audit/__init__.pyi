from .aws import (
    account_quotas as account_quotas,
)
from .aws import (
    answered as answered,
)
from .aws import (
    ec2_client as ec2_client,
)
from .aws import (
    verify_account as verify_account,
)
from .explanation.answer import (
    FullExplanation as FullExplanation,
)
from .explanation.answer import (
    explain_live as explain_live,
)
from .explanation.answer import (
    explain_plan as explain_plan,
)
from .explanation.answer import (
    where as where,
)
from .explanation.explainer import (
    UNFILTERED as UNFILTERED,
)
from .explanation.explainer import (
    explain as explain,
)
from .explanation.question import (
    host_addresses as host_addresses,
)
from .explanation.question import (
    parse_question as parse_question,
)
from .explanation.rulesets import (
    plan_rulesets as plan_rulesets,
)
from .explanation.suggestions import (
    Suggestion as Suggestion,
)
from .explanation.values import (
    Answer as Answer,
)
from .explanation.values import (
    Decision as Decision,
)
from .explanation.values import (
    Explanation as Explanation,
)
from .explanation.values import (
    Line as Line,
)
from .explanation.values import (
    Question as Question,
)
from .explanation.values import (
    Ruleset as Ruleset,
)
from .explanation.values import (
    lines as lines,
)
from .explanation.values import (
    packets_text as packets_text,
)
from .explanation.values import (
    port_span as port_span,
)
from .live import (
    STACK_TAG as STACK_TAG,
)
from .live import (
    Interface as Interface,
)
from .live import (
    Live as Live,
)
from .live import (
    LiveAcl as LiveAcl,
)
from .live import (
    LiveRule as LiveRule,
)
from .live import (
    read_live as read_live,
)
from .live_quotas import (
    LiveQuotas as LiveQuotas,
)
from .verification.findings import (
    Finding as Finding,
)
from .verification.findings import (
    Verification as Verification,
)
from .verification.findings import (
    traffic as traffic,
)
from .verification.fixes import (
    aimed as aimed,
)
from .verification.fixes import (
    delete_acl_command as delete_acl_command,
)
from .verification.fixes import (
    delete_group_command as delete_group_command,
)
from .verification.fixes import (
    is_planned as is_planned,
)
from .verification.fixes import (
    raise_quota_command as raise_quota_command,
)
from .verification.fixes import (
    revoke_command as revoke_command,
)
from .verification.fixes import (
    set_groups_command as set_groups_command,
)
from .verification.fixes import (
    up_command as up_command,
)
from .verification.groups import (
    ends as ends,
)
from .verification.groups import (
    plain as plain,
)
from .verification.groups import (
    planned_groups as planned_groups,
)
from .verification.interfaces import (
    listed as listed,
)
from .verification.layers import (
    piece_of as piece_of,
)
from .verification.verifier import (
    verify as verify,
)
from .watch import (
    Watch as Watch,
)
