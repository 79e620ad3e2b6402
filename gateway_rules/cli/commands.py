"""The commands by name: this package's own, and those that other packages add.

A command's module is imported when the command is first asked for, so that none waits for
what another one needs. Another package adds a command through the entry-point group
`gateway_rules.commands`; the object is a `typer.Typer`, and the entry point's extras name
what has to be installed for it. It never takes the place of one of this package's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from gateway_rules.errors import unable

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
    def _added(self) -> dict[str, list[EntryPoint]]:
        found = defaultdict[str, list[EntryPoint]](list)
        for each in entry_points(group=GROUP):
            found[each.name].append(each)
        return {name: found[name] for name in sorted(found.keys() - {*OWN})}

    def __getitem__(self, name: str) -> Any:
        """Give a command; raise ModuleNotFoundError where one of the package's own lacks a module.

        Another package's that cannot be loaded says so when it is called: the help of the
        others must not end with it.
        """
        if name in OWN:
            module = _MODULES.get(name, name.replace("-", "_"))
            return _command(name, import_module(f"gateway_rules.cli.{module}").app)
        return _load(name, self._added[name])

    def __iter__(self) -> Iterator[str]:
        """Name all commands, this package's first."""
        yield from (*OWN, *self._added)

    def __len__(self) -> int:
        """Count the commands."""
        return len(OWN) + len(self._added)

    def needs(self, name: str) -> str:
        """Name what to install for a command, as pip takes it."""
        if name in OWN:
            return f"gateway-rules[{_EXTRA}]"
        (point,) = self._added[name]
        extras = ",".join(point.extras)
        return f"{_package(point)}[{extras}]" if extras else _package(point)


def _load(name: str, found: Sequence[EntryPoint]) -> Any:
    """Make another package's command; where that cannot be, one that says why."""
    if len(found) > 1:
        packages = " and ".join(sorted(map(_package, found)))
        return _broken(name, f"{packages} bring a command {name} each", "uninstall one of them")
    (point,) = found
    try:
        return _command(name, point.load())
    except Exception as error:  # noqa: BLE001 - the code of others may fail in any way.
        said = " ".join(f"{type(error).__name__}: {error}".split())
        what = f"the command {name} cannot be loaded from {point.value}: {said}"
        return _broken(name, what, f"mend or uninstall {_package(point)}")


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.module


def _command(name: str, app: typer.Typer) -> Any:
    command = typer.main.get_command(app)
    command.name = name
    return command


def _broken(name: str, what: str, fix: str) -> Any:
    """Stand in for a command that there should be, whatever is said to it."""

    def refuse() -> NoReturn:
        raise unable("plug-in", what, fix)

    app = typer.Typer(add_completion=False)
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    app.command(help=what, context_settings=settings, add_help_option=False)(refuse)
    return _command(name, app)


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
            raise unable("not-installed", what, fix) from None
