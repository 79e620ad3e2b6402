"""Every fault has a stable rule id, and the docs explain each."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sources import modules
from written import BAD, promised

from gateway_rules.inputs.validation import OTHERWISE, WORDS

DOCS = Path(__file__).parents[2] / "docs" / "faults.md"
# What is called ends with the rule, what is wrong, and what to write instead.
# These speak as AWS and as the provider do.
OTHER_WORDS = ("gateway_rehearsal.aws", "gateway_rehearsal.provider")
MAKERS = {"Refused", "Problem", "Fault", "fault", "key_fault", "_fault", "usage", "unable"}


def constants(tree: ast.Module) -> dict[str, str]:
    """Give the texts that have a name in a module."""
    return {
        node.target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def rules_made(tree: ast.Module) -> Iterator[str]:
    """Give the rules of the faults that a module makes; those handed on as variables are made."""
    named = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in MAKERS and len(node.args) > 2:
            rule = node.args[-3]
            if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
                yield rule.value
            elif isinstance(rule, ast.Name) and rule.id in named:
                yield named[rule.id]


def called(node: ast.Call) -> str:
    """Give the last part of what is called."""
    function = node.func
    return str(getattr(function, "attr", None) or getattr(function, "id", ""))


def in_code() -> set[str]:
    """Give every rule that the package can print."""
    own = [tree for name, tree in modules().items() if not name.startswith(OTHER_WORDS)]
    worded = {rule for rule, _, _ in (*WORDS.values(), OTHERWISE)}
    return worded | {rule for tree in own for rule in rules_made(tree)}


def in_docs() -> list[str]:
    """Give the rules that the docs explain, in their order."""
    return re.findall(r"^\| `([^`]+)` \|", DOCS.read_text(), re.MULTILINE)


def test_the_docs_explain_the_rules_that_there_are() -> None:
    """No rule is left unexplained, and none is explained that is gone."""
    assert set(in_docs()) == in_code()


def test_each_rule_is_explained_once_and_found_by_its_name() -> None:
    """The table is sorted, so that a reader finds a rule, and has it once."""
    assert in_docs() == sorted(set(in_docs()))


def test_rules_are_kebab_case() -> None:
    """A rule's id is small words with hyphens between them, fit for a search."""
    assert [rule for rule in in_code() if not re.fullmatch(r"[a-z]+(-[a-z]+)*", rule)] == []


def test_each_explanation_says_what_and_how() -> None:
    """Both columns are there in every line of the table."""
    lines = [line for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [row for row in cells if len(row) != 3 or not all(row)] == []


def test_the_rules_of_the_files_have_fixtures() -> None:
    """What a file can be refused for is shown by at least one file that is."""
    shown = {
        rule
        for fixture in BAD.rglob("*.yaml")
        for line in promised(fixture)
        for rule in re.findall(r" \[([a-z-]+)\] ", line)
    }
    reading = (
        *("packets.prefixes", "packets.protocols", "inputs.documents", "inputs.fields"),
        *("inputs.catalogue", "inputs.site", "inputs.contradictions"),
    )
    made = {rule for name in reading for rule in rules_made(modules()[f"gateway_rules.{name}"])}
    assert made - shown == {"encoding", "no-file"}
