"""The reference of the public Python names, from their docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from itertools import starmap

from tools.reference.markdown import code, joined, table


def python_page(public: Sequence[type]) -> str:
    """Give the page of the names that `gateway_rules` offers."""
    return joined(
        "# Python",
        "`from gateway_rules import Gateway, Plan, Site` loads Pulumi only with `Gateway`. "
        "How to use them stands in [embed the component](../how-to/embed.md).",
        *map(_section, public),
    )


def _section(named: type) -> str:
    body = ast.parse(textwrap.dedent(inspect.getsource(named))).body
    [found] = (node for node in body if isinstance(node, ast.ClassDef))
    calls = [node for node in found.body if isinstance(node, ast.FunctionDef)]
    return joined(
        f"## {named.__name__}",
        *(_call(named.__name__, each.args) for each in calls if each.name == "__init__"),
        inspect.cleandoc(named.__doc__ or ""),
        _table([*_attributes(found.body)]),
    )


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    """Give a table, whose last column is left out where nothing stands in it."""
    width = 3 if any(said for _, _, said in rows) else 2
    return table(("name", "type", "what it is")[:width], [row[:width] for row in rows])


def _call(name: str, takes: ast.arguments) -> str:
    """Give the call that makes one, with the types as they are written."""
    first = [ast.unparse(each) for each in takes.args[1:]]
    pairs = zip(takes.kwonlyargs, takes.kw_defaults, strict=True)
    lines = "".join(f"    {each},\n" for each in [*first, "*", *starmap(_named, pairs)])
    return f"```python\n{name}(\n{lines})\n```"


def _named(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + (f" = {ast.unparse(default)}" if default else "")


def _attributes(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str, str]]:
    """Give the attributes that a class declares, with the docstrings behind them."""
    for node, after in zip(body, [*body[1:], None], strict=True):
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
