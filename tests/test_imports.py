"""Imports run one way, from values to commands, and the core needs neither Pulumi nor AWS."""

import ast
import subprocess
import sys

import pytest
from sources import imported, modules

# Each module may import those that stand before it; a folder whose modules are not named counts
# as one module.
ORDER = (
    *("errors", "loopback", "protocols", "prefixes", "public_addresses"),
    *("stretches", "planes", "packets"),
    *("places", "wording", "salvage", "fields", "addresses", "catalogue"),
    *("site", "hosts", "complaints", "stack_file"),
    *("flows", "security_group"),
    *("cover.entries", "cover.sets", "cover.levels", "cover.tree", "cover.points"),
    *("cover.bounds", "cover.states", "cover.search", "cover.single"),
    *("cover.offers", "cover.finders", "cover.choices", "cover.hunt", "cover.survey"),
    *("cover.mirrors", "cover.budget", "cover"),
    *("network_acl", "plan", "resource_names", "shares", "budget", "fit_file", "figures", "tables"),
    "project",
    *("questions", "judgement", "sightings", "address_text", "lookup"),
    "resolve",
    *("report", "live", "live_quotas"),
    *("verify.findings", "verify.index", "verify.layers", "verify.mending"),
    *("verify.groups", "verify.interfaces", "verify.acls", "verify.quotas", "verify"),
    *("outline", "show", "show_verification", "watch", "show_cover", "show_budget"),
    *("explain.values", "explain", "explain.sources", "explain.question", "explain.cure"),
    *("explain.report", "explain.text"),
    *("preflight.values", "preflight.changes", "preflight.rules", "preflight.space"),
    "preflight.gone",
    *("preflight.takeover", "preflight.calls", "preflight", "preflight.text"),
    *("repair.state", "repair", "repair.imports", "repair.backend", "repair.run", "repair.show"),
    *("snapshot", "causes", "review", "rows", "brakes", "trips", "schemas"),
    *("review_text", "review_markdown", "git", "changes", "render", "check", "new_stack"),
    *("aws", "resources", "take_over", "program"),
    *("terminal", "repair.command", "document"),
    *(
        "local",
        "page",
        "stack_commands",
        "cover_commands",
        "review_commands",
        "live_commands",
        "report_commands",
        "cli",
        "__main__",
    ),
)
# The package itself offers a few names, one of them, which needs Pulumi, only when asked for.
PACKAGE = {"plan", "site", "resources"}
FOREIGN = ("pulumi", "pulumi_aws", "boto3", "botocore", "moto", "grpc")
NEEDS_FOREIGN = {"aws", "resources", "take_over", "program", "local"}
CORE = [name for name in ORDER if name not in NEEDS_FOREIGN]


def place(name: str) -> str:
    """Give the place of a module, or of a name in it, in the order; its folder when it has none."""
    parts = name.split(".")
    above = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((known for known in above if known in ORDER), parts[0])


def neighbours(tree: ast.AST) -> set[str]:
    """Give the modules of this package that a module imports."""
    names = (name.partition(".") for name in imported(tree))
    return {place(rest) for package, _, rest in names if package == "gateway_rules" and rest}


def test_every_module_has_its_place() -> None:
    """A new module is put into the order, which says what it may know of."""
    known = {place(name) for name in modules()} - {"__init__", ""}
    assert known - set(ORDER) == set()


@pytest.mark.parametrize(
    ("name", "tree"), [pair for pair in modules().items() if place(pair[0]) in ORDER]
)
def test_no_arrow_points_back(name: str, tree: ast.AST) -> None:
    """A module knows nothing of those that come after it."""
    own = place(name)
    assert neighbours(tree) <= {own, *ORDER[: ORDER.index(own)]}


def test_the_package_offers_its_few_names() -> None:
    """What an embedding program imports comes from three modules."""
    assert neighbours(modules()["__init__"]) == PACKAGE


@pytest.mark.parametrize("name", CORE)
def test_the_core_names_nothing_foreign(name: str) -> None:
    """Not even inside a function does the core import Pulumi, boto3 or a stand-in of AWS."""
    trees = [tree for found, tree in modules().items() if place(found) == name]
    tops = {found.partition(".")[0] for tree in trees for found in imported(tree)}
    assert tops & set(FOREIGN) == set()


def run(program: str) -> str:
    """Run Python afresh; give what it prints."""
    done = subprocess.run(  # noqa: S603 - the program is this file's own.
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


def test_the_core_is_imported_without_pulumi_and_aws() -> None:
    """Every module of the core can be imported where none of the foreign packages is there."""
    there = {place(name) for name in modules()}
    names = [f"gateway_rules.{name}" for name in CORE if name in there and name != "__main__"]
    program = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({FOREIGN!r}))\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print('done')\n"
    )
    assert run(program) == "done\n"


@pytest.mark.parametrize("arguments", [("show", "eu-west-1", "--json"), ("catalogue",)])
def test_showing_loads_neither_pulumi_nor_boto3(arguments: tuple[str, ...]) -> None:
    """What only reads files does not wait for packages that it has no use for."""
    program = (
        "import contextlib, io, sys\n"
        f"sys.argv = ['gateway-rules', *{arguments!r}]\n"
        "from gateway_rules.cli.app import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "    main()\n"
        f"loaded = sorted(name for name in {FOREIGN!r} if name in sys.modules)\n"
        "print(len(out.getvalue()) > 1000, loaded)\n"
    )
    assert run(program) == "True []\n"
