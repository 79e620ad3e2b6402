from .causes import (
    edits_between as edits_between,
)
from .comparison import (
    Comparison as Comparison,
)
from .comparison import (
    Review as Review,
)
from .comparison import (
    comparisons as comparisons,
)
from .comparison import (
    list_stacks as list_stacks,
)
from .comparison import (
    review_change as review_change,
)
from .git import (
    READ as READ,
)
from .git import (
    files_at as files_at,
)
from .git import (
    git_error as git_error,
)
from .packet_diff import (
    AclChange as AclChange,
)
from .packet_diff import (
    Change as Change,
)
from .packet_diff import (
    Changes as Changes,
)
from .packet_diff import (
    Side as Side,
)
from .packet_diff import (
    StackDiff as StackDiff,
)
from .packet_diff import (
    origin as origin,
)
from .packet_diff import (
    rules as rules,
)
from .project_check import (
    check_project as check_project,
)
from .rows import (
    Row as Row,
)
from .rows import (
    merged_rows as merged_rows,
)
from .snapshot_files import (
    snapshots as snapshots,
)
from .snapshot_files import (
    write_snapshots as write_snapshots,
)
