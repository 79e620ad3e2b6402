"""A module of a few lines has a reason to stand apart; `__init__` files hold nothing but words."""

import ast
from pathlib import Path
from typing import Final

from sources import ROOT, modules

LEAST: Final = 40
"""A module with fewer lines belongs into another one, unless it has a reason."""
REASON: Final = "A module of its own, as "


def file_of(module: str) -> Path:
    """Give the file of a module, which for a folder is its `__init__`."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def is_entry_point(tree: ast.Module, module: str) -> bool:
    """Say whether the module is run as a program."""
    guards = [ast.unparse(node.test) for node in tree.body if isinstance(node, ast.If)]
    return module.endswith("__main__") or "__name__ == '__main__'" in guards


def is_command(tree: ast.Module) -> bool:
    """Say whether the module is a command, which its docstring names first."""
    return (ast.get_docstring(tree) or "").startswith("`gateway-rules ")


def test_a_module_of_a_few_lines_says_why_it_stands_apart() -> None:
    """It is a program, a command, or tells in its docstring why no other module can hold it."""
    small = {
        module: tree
        for module, tree in modules().items()
        if file_of(module).name != "__init__.py"
        and len(file_of(module).read_text(encoding="utf-8").splitlines()) < LEAST
    }
    assert small
    assert [
        module
        for module, tree in small.items()
        if not is_entry_point(tree, module)
        and not is_command(tree)
        and REASON not in (ast.get_docstring(tree) or "")
    ] == []


def test_init_files_hold_no_logic() -> None:
    """They have a docstring, and at most the line that offers the room's names lazily."""
    for module, tree in modules().items():
        if file_of(module).name == "__init__.py":
            kinds = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign)
            assert [node for node in tree.body if not isinstance(node, kinds)] == [], module
            assert ast.get_docstring(tree), module
