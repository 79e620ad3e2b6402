"""The commands by name: this package's own, and those that other packages add.

A command's module is imported when the command is first asked for, so that none waits for
what another one needs. Another package adds a command through the entry-point group
`gateway_rules.commands`; the object is a `typer.Typer`, and the entry point's extras name
what has to be installed for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import typer
from typer.core import TyperGroup

from gateway_rules.errors import COMMAND_LINE, Fault, NoAnswer

GROUP: Final = "gateway_rules.commands"
OWN: Final = (
    *("show", "catalogue", "stacks", "check", "new-stack", "resolve", "fit", "budget"),
    *("render", "diff", "import", "verify", "explain", "preflight", "repair", "report"),
)
"""The commands of this package, in the order of `--help`."""
_MODULES: Final = {"import": "import_"}
"""Where a command's name is a word of Python."""
_EXTRA: Final = "aws"
"""What this package's own commands may lack."""


class Commands(Mapping[str, Any]):
    """Every command under its name, made when it is asked for."""

    @cached_property
    def _added(self) -> dict[str, EntryPoint]:
        found = entry_points(group=GROUP)
        return {name: found[name] for name in sorted(found.names - {*OWN})}

    def __getitem__(self, name: str) -> Any:
        """Give a command; raise NoAnswer when its module cannot be imported."""
        if name in OWN:
            module = _MODULES.get(name, name.replace("-", "_"))
            made = import_module(f"gateway_rules.cli.{module}").app
        elif name in self._added:
            made = self._added[name].load()
        else:
            raise KeyError(name)
        command = typer.main.get_command(made)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        """Name all commands, this package's first."""
        yield from (*OWN, *self._added)

    def __len__(self) -> int:
        """Count the commands."""
        return len(OWN) + len(self._added)

    def needs(self, name: str) -> str:
        """Name what to install for a command, as pip takes it."""
        found = None if name in OWN else self._added.get(name)
        project = found.dist.name if found and found.dist else "gateway-rules"
        extras = ",".join(found.extras if found else [_EXTRA])
        return f"{project}[{extras}]" if extras else project


class CommandGroup(TyperGroup):
    """The group of all commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = Commands()

    def invoke(self, ctx: Any) -> Any:
        """Run a command; raise NoAnswer when a package that it needs is not installed."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            missing = str(error.name)
            if missing.startswith("gateway_"):
                raise
            name = ctx.invoked_subcommand or next(iter(ctx.args), "")
            fix = f"pip install '{self.commands.needs(name)}'"
            what = f"{name} needs {missing}, which is not installed"
            raise NoAnswer(Fault(COMMAND_LINE, 1, 1, "not-installed", what, fix)) from None
