"""What became of each stack, a line a stack."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway_rehearsal.deploy import Deployment
from gateway_rules.audit import Verification
from gateway_rules.packets import counted
from gateway_rules.planning import Plan

COLUMNS = ("Stack", "Region", "Rules", "Entries", "Budget", "Excess", "Verified", "Seconds")
NUMBERS = COLUMNS[2:6] + COLUMNS[7:]


@dataclass(frozen=True)
class DeploymentOutcome:
    """A stack's plan, how its deployment ended, and what was found afterwards."""

    plan: Plan
    deployment: Deployment
    verification: Verification | None
    """None where nothing was deployed that could be verified."""
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Say whether AWS passes just what the stack requires."""
        return self.verification is not None and self.verification.is_clean

    @property
    def verdict(self) -> str:
        """Say it in a word."""
        if self.verification is None:
            return "failed"
        return "yes" if self.verification.is_clean else "no"

    def row(self) -> tuple[str, ...]:
        """Give the stack's cells."""
        budgets = [budget for budget in self.plan.acl.budgets.values() if budget.used]
        return (
            self.plan.site.stack,
            self.plan.site.region,
            str(sum(len(group.rules) for group in self.plan.groups)),
            str(len(self.plan.acl.entries)),
            f"{max(budget.used / budget.budget for budget in budgets):.0%}",
            f"{sum(budget.excess for budget in budgets):,}",
            self.verdict,
            f"{self.seconds:.1f}",
        )


def print_summary(outcomes: Iterable[DeploymentOutcome], console: Console) -> None:
    """Print a line a stack: the budget is the fullest one, the excess that of all directions."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="right" if column in NUMBERS else "left", no_wrap=True)
    all_ = tuple(outcomes)
    for outcome in all_:
        table.add_row(*outcome.row(), style="" if outcome.is_clean else "red")
    clean = sum(outcome.is_clean for outcome in all_)
    console.print(Text(f"\n{counted(len(all_), 'stack', 'stacks')}, {clean} verified", "bold"))
    console.print(table)
