from .component import (
    Gateway as Gateway,
)
from .preflight.calls import (
    BUCKET as BUCKET,
)
from .preflight.calls import (
    REFILL as REFILL,
)
from .preflight.checks import (
    Preflight as Preflight,
)
from .preflight.checks import (
    run_preflight as run_preflight,
)
from .preflight.obstacles import (
    Obstacle as Obstacle,
)
from .repair.imports_needed import (
    Import as Import,
)
from .repair.repairer import (
    Pulumi as Pulumi,
)
from .repair.repairer import (
    Repairer as Repairer,
)
from .repair.repairer import (
    RepairNeeds as RepairNeeds,
)
