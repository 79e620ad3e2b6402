"""The source of both packages, as syntax trees."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("gateway_rules", "gateway_rehearsal")


@cache
def modules() -> dict[str, ast.Module]:
    """Give every module under its dotted name, such as `gateway_rules.packets.sets`."""
    files = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    names = (file.relative_to(ROOT).with_suffix("").as_posix() for file in files)
    dotted = (name.replace("/", ".").removesuffix(".__init__") for name in names)
    return {name: ast.parse(file.read_text()) for name, file in zip(dotted, files, strict=True)}
