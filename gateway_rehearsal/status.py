"""`gateway-rules local status`: what runs, where, and what is deployed on it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway_rehearsal.layout import Layout
from gateway_rehearsal.servers import Server

HOME: Final = "eu-west-1"


@dataclass(frozen=True)
class Status:
    """Whether the local AWS runs, where it answers, and the stacks that it holds."""

    running: bool
    endpoint: str | None
    stacks: tuple[str, ...]
    resolvers: Mapping[str, str]
    """The name server of each Region, as IP:PORT."""

    def __str__(self) -> str:
        """Say it in a sentence."""
        if not self.running:
            return "No local AWS runs; gateway-rules local up starts one."
        stacks = ", ".join(self.stacks) or "no stack"
        names = f" Names are answered at {self.dns}." if self.dns else ""
        return f"The local AWS runs at {self.endpoint} and holds {stacks}.{names}"

    @property
    def dns(self) -> str | None:
        """Give the name server that answers as in Ireland, the home of the example stack."""
        return self.resolvers.get(HOME)

    def as_json(self) -> dict[str, Any]:
        """Give the status as `local status --json` promises it."""
        return {
            "running": self.running,
            "endpoint": self.endpoint,
            "dns": self.dns,
            "resolvers": dict(self.resolvers),
            "stacks": list(self.stacks),
        }


def status(root: Path) -> Status:
    """Ask the local AWS of a project, and read which stacks the engine has deployed on it."""
    layout = Layout(root)
    server = Server.recorded(layout)
    if server is None or not server.answers():
        return Status(running=False, endpoint=None, stacks=(), resolvers={})
    return Status(
        running=True,
        endpoint=server.endpoint,
        stacks=_deployed(layout),
        resolvers=server.resolvers,
    )


def _deployed(layout: Layout) -> tuple[str, ...]:
    """Name the stacks that have resources, sorted."""
    files = layout.state_file("any").parent.glob("*.json")
    return tuple(sorted(file.stem for file in files if _has_resources(file)))


def _has_resources(file: Path) -> bool:
    """Read the state that the engine keeps of a stack."""
    latest = json.loads(file.read_text())["checkpoint"].get("latest") or {}
    return bool(latest.get("resources"))
