"""The cases in which the local AWS differs from moto: each is told, proven, and needed."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_fixtures import PLAIN, proves

from gateway_rehearsal.aws.cases import CASES, Case

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "local-aws.md"


def proofs() -> dict[str, list[str]]:
    """List the tests that say that they prove a case, by its name."""
    found: dict[str, list[str]] = {}
    for file in sorted(HERE.glob("test_aws_*.py")):
        for name, test in _marked(ast.parse(file.read_text())):
            found.setdefault(name, []).append(f"{file.relative_to(HERE)}::{test}")
    return found


def _marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each case that a test of a module says it proves."""
    for test in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        for mark in test.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "proves":
                yield from ((ast.literal_eval(name), test.name) for name in mark.args)


def line(case: Case) -> str:
    """Write a case as a line of the page's table."""
    return f"| `{case.name}` | {case.calls} | {case.aws} | {case.moto} |"


def test_every_case_has_its_test() -> None:
    """Whatever is said to be put right is tested, and under one name."""
    names = [case.name for case in CASES]
    assert sorted(set(names)) == sorted(names)
    assert sorted(proofs()) == sorted(names)


def test_the_page_lists_every_case() -> None:
    """The table in docs/local-aws.md says what the cases say, in their order."""
    told = [
        each for each in PAGE.read_text().splitlines() if re.match(r"\| `[a-z][a-z0-9-]+` \|", each)
    ]
    assert told == [line(case) for case in CASES]


def test_a_proof_of_nothing_is_refused() -> None:
    """A test cannot name a case that there is not."""
    with pytest.raises(ValueError, match=r"^there is no case no-such, nothing$"):
        proves("nothing", "rule-cidr", "no-such")


def test_moto_as_it_is_passes_no_case() -> None:
    """On moto as it is at least one test of each case fails, so that none is told in vain."""
    tests = proofs()
    chosen = [each for case in tests.values() for each in case]
    options = ("-q", "--tb=no", "--assert=plain", "-rf", "-p", "no:cacheprovider", "-W", "ignore")
    run = subprocess.run(  # noqa: S603 - these tests of our own
        [sys.executable, "-m", "pytest", *options, *chosen],
        cwd=HERE,
        env={**os.environ, PLAIN: "1", "COLUMNS": "500"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    failed = {*re.findall(r"^FAILED (?:.*/)?(test_\w+\.py::\w+)", run.stdout, re.MULTILINE)}
    in_vain = {name for name, each in tests.items() if not failed & {*each}}
    assert (run.returncode, in_vain) == (1, set())
