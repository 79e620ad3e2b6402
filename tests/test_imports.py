"""Imports run one way, from values to commands, and the core needs neither Pulumi nor AWS."""

import ast
import subprocess
import sys

import pytest
from sources import imported, modules

# Each module may import those that stand before it; a folder counts as one module.
ORDER = (
    *("errors", "loopback", "protocols", "prefixes", "public_addresses"),
    *("stretches", "planes", "packets"),
    *("places", "wording", "salvage", "fields", "addresses", "catalogue", "document"),
    *("site", "hosts", "complaints", "stack_file"),
    *("flows", "security_group"),
    *("cover_entries", "cover_sets", "cover_levels", "cover_tree", "cover_points"),
    *("cover_bounds", "cover_states", "cover_search", "cover_single"),
    *("cover_offers", "cover_finders", "cover_hunt", "cover_curve", "cover_budget", "cover"),
    *("network_acl", "plan", "resource_names", "shares", "budget", "fit_file", "figures", "tables"),
    "project",
    *("questions", "judgement", "sightings", "address_text", "lookup"),
    "resolve",
    *("report", "live", "live_quotas"),
    *("verify_findings", "verify_index", "verify_layers", "verify_mending"),
    *("verify_groups", "verify_interfaces", "verify_acls", "verify_quotas", "verify"),
    *("outline", "show", "show_verification", "watch", "show_cover", "show_budget"),
    *("explain_values", "explain", "explain_sources", "explain_question", "explain_cure"),
    *("explain_report", "explain_text"),
    *("preflight_values", "preflight_changes", "preflight_rules", "preflight_space"),
    "preflight_gone",
    *("preflight_takeover", "preflight_calls", "preflight", "preflight_text"),
    *("repair_state", "repair", "repair_import", "repair_backend", "repair_run", "repair_show"),
    *("snapshot", "causes", "review", "rows", "brakes", "trips", "schemas"),
    *("review_text", "review_markdown", "git", "changes", "render", "check", "new_stack"),
    *("aws", "resources", "take_over", "program"),
    *("terminal", "repair_command"),
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


def folder(name: str) -> str:
    """Give the place of a module in the order."""
    return name.partition(".")[0]


def neighbours(tree: ast.AST) -> set[str]:
    """Give the modules of this package that a module imports."""
    names = (name.split(".") for name in imported(tree) if name.startswith("gateway_rules."))
    return {parts[1] for parts in names}


def test_every_module_has_its_place() -> None:
    """A new module is put into the order, which says what it may know of."""
    known = {folder(name) for name in modules()} - {"__init__", ""}
    assert known - set(ORDER) == set()


@pytest.mark.parametrize(
    ("name", "tree"), [pair for pair in modules().items() if folder(pair[0]) in ORDER]
)
def test_no_arrow_points_back(name: str, tree: ast.AST) -> None:
    """A module knows nothing of those that come after it."""
    own = folder(name)
    assert neighbours(tree) <= {own, *ORDER[: ORDER.index(own)]}


def test_the_package_offers_its_few_names() -> None:
    """What an embedding program imports comes from three modules."""
    assert neighbours(modules()["__init__"]) == PACKAGE


@pytest.mark.parametrize("name", CORE)
def test_the_core_names_nothing_foreign(name: str) -> None:
    """Not even inside a function does the core import Pulumi, boto3 or a stand-in of AWS."""
    trees = [tree for found, tree in modules().items() if folder(found) == name]
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
    there = {folder(name) for name in modules()}
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
        "from gateway_rules.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "    main()\n"
        f"loaded = sorted(name for name in {FOREIGN!r} if name in sys.modules)\n"
        "print(len(out.getvalue()) > 1000, loaded)\n"
    )
    assert run(program) == "True []\n"
