"""Where a local run keeps its things, all of them under `.local/` in the project's root."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The paths of one project's local runs: of its own stacks, or of a fleet made from one."""

    root: Path
    fleet: bool = False

    @property
    def local(self) -> Path:
        """Everything that a local run makes."""
        return self.root / ".local"

    @property
    def state(self) -> Path:
        """What the engine knows of its stacks."""
        return self.local / "state"

    @property
    def pulumi_home(self) -> Path:
        """The engine's own folder, which holds the stand-in plugin."""
        return self.local / "pulumi"

    @property
    def source(self) -> Path:
        """The project whose stacks are deployed."""
        return self.local / "fleet" if self.fleet else self.root

    @property
    def project(self) -> Path:
        """The copy of that project that the engine runs in."""
        return self.local / ("fleet-project" if self.fleet else "project")

    @property
    def addresses(self) -> Path:
        """The addresses that the local name server has given, a file for each stack."""
        return self.local / "addresses"

    @property
    def server(self) -> Path:
        """The record of the local AWS that the state belongs to."""
        return self.local / "server.json"

    @property
    def runs(self) -> Path:
        """One file for each run that has not ended cleanly."""
        return self.local / "runs"

    @property
    def logs(self) -> Path:
        """What the programs said."""
        return self.local / "log"

    @property
    def locks(self) -> Path:
        """What the engine keeps as long as it updates a stack, a file each."""
        return self.state / ".pulumi" / "locks"

    def log(self, name: str) -> Path:
        """Give the file that one program's output goes to."""
        return self.logs / f"{name}.log"

    def stack_file(self, stack: str) -> Path:
        """Give the file of a stack, which the engine never writes to."""
        return self.source / "stacks" / f"Pulumi.{stack}.yaml"

    def state_file(self, stack: str) -> Path:
        """Give the engine's state of a stack."""
        return self.state / ".pulumi" / "stacks" / "gateway-rules" / f"{stack}.json"
