"""What the pages work out by hand, worked out by the program."""

import re

from mocked import ACL, GATEWAY, GROUP, names, run
from reader import DOCS, blocks
from sites import ROOT

from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.fitting import fit
from gateway_rules.planning.fit_file import parse_flows

SOLVER = ROOT / "gateway_rules" / "planning" / "cover"
OPTIMUM = (DOCS / "explanation" / "optimum.md").read_text()
EMBED = (DOCS / "how-to" / "embed.md").read_text()


def number(text: str) -> int:
    """Read a number as a page writes it."""
    return int(text.replace(",", ""))


def required() -> tuple[Allow, ...]:
    """Give the flows of the page's example."""
    [example] = [block for block in blocks(OPTIMUM) if block.title == "flows.yaml"]
    return parse_flows(example.text, example.title)


def test_the_table_of_prices_is_worked_out() -> None:
    """Each row has the least excess of so many entries, and what price and excess come to."""
    prices = [number(price) for price in re.findall(r"cost at ([\d,]+) ", OPTIMUM)]
    rows = re.findall(r"^\| (\d) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", OPTIMUM, re.MULTILINE)
    assert [tuple(map(number, row)) for row in rows] == [
        (entries, excess, *(excess + price * entries for price in prices))
        for entries, excess in ((n, fit(required(), n).excess) for n in (1, 2, 3, 4))
    ]


def test_the_bounds_are_worked_out() -> None:
    """Least cost less the price of the entries is the bound, and the excess of the best list."""
    bounds = re.findall(r"([\d,]+) - ([\d,]+) = ([\d,]+)", OPTIMUM)
    assert [number(cost) - number(paid) for cost, paid, _ in bounds] == [
        number(bound) for _, _, bound in bounds
    ]
    assert [number(bound) for _, _, bound in bounds] == [
        fit(required(), 3).lower_bound,
        256,
        fit(required(), 2).lower_bound,
    ]


def test_every_module_of_the_solver_has_its_place_on_the_page() -> None:
    """Who reads how the best list is found learns where each part of that is in the code."""
    modules = {path.stem for path in SOLVER.glob("*.py")} - {"__init__"}
    steps = re.findall(r"^(\d)\. \*\*", OPTIMUM, re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)` \| .+ \| ([\d, ]*)\|$", OPTIMUM, re.MULTILINE)

    assert sorted(name for name, _ in rows) == sorted(modules)
    assert {step for _, named in rows for step in re.findall(r"\d", named)} == {*steps}


def test_the_program_that_embeds_the_component_runs() -> None:
    """What a reader copies registers the component with its resources, and exports the groups."""
    [program] = [block.text for block in blocks(EMBED) if block.language == "python"]
    code = compile(program, "embed.md", "exec")
    mocks = names("aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet")
    done = run(lambda: exec(code, {}), mocks)  # noqa: S102 - our own page
    assert (done.errors, done.failure) == ([], None)
    assert [each.name for each in done.of(GATEWAY)] == ["mail"]
    assert [len(done.of(kind)) for kind in (GROUP, ACL)] == [1, 1]
