"""The reference of the public Python names, from their docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from itertools import starmap, zip_longest
from types import FunctionType, ModuleType
from typing import Final

from tools.reference.markdown import code, joined, table

_WIDTH: Final = 88
"""Characters of a line of code that a page shows whole."""


def python_page(package: ModuleType) -> str:
    """Give the page of the names that a package offers."""
    names = package.__all__
    return joined(
        "# Python",
        f"`from gateway_rules import {', '.join(names)}` loads Pulumi only with `Gateway`. "
        "[Embed the component](../how-to/embed.md) shows how to use them.",
        *(_section(getattr(package, name)) for name in names),
    )


def _section(named: type | FunctionType) -> str:
    [found] = ast.parse(textwrap.dedent(inspect.getsource(named))).body[-1:]
    body = found.body if isinstance(found, ast.ClassDef) else []
    calls = [node for node in (found, *body) if isinstance(node, ast.FunctionDef)]
    makes = [node for node in calls if node.name in ("__init__", named.__name__)]
    return joined(
        f"## {named.__name__}",
        *(_call(named.__name__, each) for each in makes),
        inspect.cleandoc(named.__doc__ or ""),
        _table([*_attributes(body)]),
    )


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    """Give a table, whose last column is left out where nothing stands in it."""
    width = 3 if any(said for _, _, said in rows) else 2
    return table(("name", "type", "what it is")[:width], [row[:width] for row in rows])


def _call(name: str, called: ast.FunctionDef) -> str:
    """Give a call with the types as they are written, on one line where it fits."""
    takes = called.args
    first = [each for each in takes.args if each.arg != "self"]
    missing = [None] * (len(first) - len(takes.defaults))
    pairs = zip(takes.kwonlyargs, takes.kw_defaults, strict=True)
    parts = [
        *starmap(_named, zip(first, [*missing, *takes.defaults], strict=True)),
        *(["*"] if takes.kwonlyargs else []),
        *starmap(_named, pairs),
    ]
    gives = f" -> {ast.unparse(called.returns)}" if called.name == name and called.returns else ""
    line = f"{name}({', '.join(parts)}){gives}"
    if len(line) > _WIDTH:
        line = f"{name}(\n" + "".join(f"    {each},\n" for each in parts) + f"){gives}"
    return f"```python\n{line}\n```"


def _named(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + (f" = {ast.unparse(default)}" if default else "")


def _attributes(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str, str]]:
    """Give the attributes that a class declares, with the docstrings behind them."""
    for node, after in zip_longest(body, body[1:]):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield code(node.target.id), code(_type(node.annotation)), _docstring(after)


def _type(annotation: ast.expr) -> str:
    """Give a type as it is written, without what only pydantic needs, and without bars."""
    return ast.unparse(_Bare().visit(annotation)).replace(" | ", " or ")


class _Bare(ast.NodeTransformer):
    """Takes the type out of each `Annotated[type, …]`."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Give the type alone."""
        self.generic_visit(node)
        if ast.unparse(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
            return node.slice.elts[0]
        return node


def _docstring(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return str(node.value.value)
    return ""
