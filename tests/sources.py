"""The package's own source, as syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "gateway_rules"


@cache
def modules() -> dict[str, ast.Module]:
    """Give every module of the package under its dotted name within it, such as `local.up`."""
    files = sorted(PACKAGE.rglob("*.py"))
    names = (file.relative_to(PACKAGE).with_suffix("").as_posix() for file in files)
    dotted = (name.replace("/", ".").removesuffix(".__init__") for name in names)
    return {name: ast.parse(file.read_text()) for name, file in zip(dotted, files, strict=True)}


def imported(tree: ast.AST) -> Iterator[str]:
    """Give the dotted name of everything that is imported, at the top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
