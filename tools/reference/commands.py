"""The reference of the command line, as typer knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import typer

from tools.reference.markdown import code, joined, table

_EXITS: Final = (
    ("0", "all is well"),
    ("1", "it found what it looks for"),
    ("2", "malformed input or usage"),
    ("3", "it could not answer"),
)


def commands_page(app: typer.Typer) -> str:
    """Give the page of all commands, in the order of `--help`."""
    top = typer.main.get_command(app)
    sections = [_section(words, command) for words, command in walked(top, ("gateway-rules",))]
    return joined(
        "# Commands",
        "Each takes `--help`. Options of `gateway-rules` itself stand before the command's name.",
        table(("exit code", "says"), _EXITS),
        *sections,
    )


def walked(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give a command and all below it with the words that call it."""
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from walked(below, (*words, name))


def _section(words: tuple[str, ...], command: Any) -> str:
    said, _, example = (command.help or "").partition("\n\nExample: ")
    return joined(
        f"## {' '.join(words)}",
        code(_usage(words, command)),
        _flowed(said),
        f"```\n{example}\n```" if example else "",
        table(("argument or option", "value", "what it does"), [*_rows(command)]),
    )


def _flowed(said: str) -> str:
    """Give help as paragraphs, its indented or braced lines as code."""
    parts = (re.sub(r"\s*\n\s*", " ", part) for part in said.split("\n\n"))
    return "\n\n".join(f"```\n{part}\n```" if part.startswith("{") else part for part in parts)


def _usage(words: tuple[str, ...], command: Any) -> str:
    options = ["[OPTIONS]"] if any(map(_is_option, command.params)) else []
    arguments = [_argument(each) for each in command.params if not _is_option(each)]
    below = ["COMMAND"] if hasattr(command, "commands") else []
    return " ".join((*words, *options, *arguments, *below))


def _is_option(parameter: Any) -> bool:
    return bool(parameter.opts[0].startswith("-"))


def _argument(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    if parameter.required or name.startswith("["):
        return str(name)
    return f"[{name}]"


def _rows(command: Any) -> Iterator[tuple[str, str, str]]:
    for parameter in command.params:
        if _is_option(parameter):
            said = f"{parameter.help or ''}{_default(parameter)}"
            yield ", ".join(map(code, parameter.opts)), _value(parameter), said
        else:
            yield code(_argument(parameter)), "", parameter.help or ""


def _value(parameter: Any) -> str:
    """Give what an option takes; a switch takes nothing."""
    if getattr(parameter, "is_flag", False):
        return ""
    kind = parameter.type_descriptor.annotation
    named = {str: "TEXT", int: "NUMBER", float: "NUMBER"}.get(kind, "TEXT")
    bounds = (
        [
            f"{word} {bound}"
            for word, bound in (("from", parameter.min), ("up to", parameter.max))
            if bound is not None
        ]
        if hasattr(parameter, "min")
        else []
    )
    return " ".join([code(parameter.metavar or named), *bounds])


def _default(parameter: Any) -> str:
    given = parameter.default
    return f" By default {given}." if isinstance(given, int | float) and given else ""
