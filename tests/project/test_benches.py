"""The benchmarks: all who are compared answer alike, and the page says what was measured."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path
from subprocess import CalledProcessError
from typing import Final

import pytest

from benches import commands, cover, fleets, merge, packets, stacks
from benches.__main__ import PAGE, PARTS, main
from benches.greedy import added, greedy, joined
from benches.instances import realistic
from benches.measuring import Differ, Measured, agree, interleaved, milliseconds, table, tenfold
from benches.page import Figures, updated
from benches.stacks import Measure, Run
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.planning.cover.entries import Allow, Cover
from gateway_rules.planning.cover.fitting import fit
from gateway_rules.planning.fleet import plan_stacks
from gateway_rules.review.comparison import review_change

MEASURED: Final = "merge,cover,packets,commands,fleets"
GROWTH: Final = "each 10x"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the page of a quick run."""
    path = tmp_path_factory.mktemp("benches") / "performance.md"
    assert main(["--quick", "--only", MEASURED, "--page", str(path)]) == 0
    return path.read_text()


def tables(page: str) -> dict[str, list[list[str]]]:
    """Give the rows of each table by its title, the heads of its columns first."""
    parts = (part.splitlines() for part in page.split("### ")[1:])
    return {
        title: [_cells(line) for line in lines if line.startswith("| ") and "--" not in line]
        for title, *lines in parts
    }


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line[1:-1].split("|")]


def tcp(ports: tuple[int, int], prefix: str) -> Allow:
    """Write an entry."""
    return Allow("tcp", *ports, parse_prefix(prefix))


@pytest.mark.nightly
def test_a_quick_run_writes_every_table_with_all_its_columns(page: str) -> None:
    """A reader finds merging, covering and comparing, each with its peers side by side."""
    heads = {title: rows[0] for title, rows in tables(page).items()}
    assert heads == {
        "Merging values, ms": [
            *("Prefixes", "Merged", "gateway-rules", "numpy path", "netaddr", "ipaddress"),
            "numpy sort",
        ],
        "Merging text, ms": ["Prefixes", "gateway-rules", "netaddr", "ipaddress", "iprange"],
        "40 prefixes on 15 ports and ranges, 1 lists a kind, ms": [
            *("List", "Entries", "Proven", "gap", "median", "longest", "greedy", "excess"),
            "most",
        ],
        "One service, ms": [
            *("Prefixes", "Entries", "Proven", "gateway-rules", "greedy", "numpy sort", "excess"),
        ],
        "Two lists of rules, ms": [
            *("Rules", "Number", "read", "compare", "count", "gateway-rules", "netaddr"),
        ],
        "Commands, seconds": ["gateway-rules", "median", "longest"],
        "Fleets, seconds": ["Stacks", "check", "render", "stacks", "diff, none", "diff, all"],
    }


@pytest.mark.nightly
def test_every_time_of_a_quick_run_was_measured_but_those_that_a_table_excuses(page: str) -> None:
    """No cell stays empty unless the text says why: a peer is too slow, or cannot answer."""
    found = tables(page)
    assert [row[0] for row in found["Merging values, ms"]] == ["Prefixes", "10", "100", GROWTH]
    assert not any("-" in row for row in found["Merging values, ms"])
    unasked = [row[:2] for row in found["One service, ms"] if row[4] == "-"]
    assert unasked == [["100", "10"], [GROWTH, "10"]]
    alone = {row[0] for row in found["Two lists of rules, ms"] if row[-1] == "-"}
    assert alone == {"a range each"}


@pytest.mark.nightly
def test_commands_are_measured_whole_and_the_page_twice(page: str) -> None:
    """What users wait for is there, and how large a page of six stacks is."""
    rows = tables(page)["Commands, seconds"][1:]
    assert [row[0] for row in rows] == [
        "show eu-west-1",
        "explain eu-west-1 egress tcp 192.0.2.1 443",
        "budget eu-west-1",
        "check",
        "report of six stacks, first",
        "report of six stacks, again",
    ]
    assert all(0 < float(middle) <= float(longest) for _, middle, longest in rows)
    (size,) = re.findall(r"one of six stacks, of ([0-9]+) KB", page)
    assert 100 < int(size) < 1000


def test_a_command_that_fails_ends_the_run() -> None:
    """A time counts for nothing when there is no answer."""
    with commands.project() as there, pytest.raises(CalledProcessError):
        there.seconds(("show", "nowhere"))


@pytest.mark.nightly
def test_every_command_is_measured_on_a_fleet(page: str) -> None:
    """All of them find that all is well, or the run would have ended."""
    [row] = tables(page)["Fleets, seconds"][1:]
    assert row[0] == "10"
    assert all(float(cell) > 0 for cell in row[1:])


def test_a_fleet_differs_from_stack_to_stack_and_compares_as_it_should() -> None:
    """Networks are each stack's own, and a moved fleet changes in every stack."""
    with fleets.fleet(3) as there:
        there.commit()
        sites = [each.plan.site for each in plan_stacks(there.folder).planned.values()]
        there.move()
        review = review_change(there.folder, "HEAD", date(2026, 6, 30))
    assert len({site.networks for site in sites}) == len({site.roles["peers"] for site in sites})
    assert [diff.status for diff in review.diffs] == ["changed"] * 3


@pytest.mark.nightly
def test_each_part_says_where_it_was_measured(page: str) -> None:
    """A time without its machine says nothing."""
    measured = [line for line in page.splitlines() if line.startswith("Measured on ")]
    assert len(measured) == len(MEASURED.split(","))
    assert all(" cores (" in line and ", numpy " in line for line in measured)


def test_the_page_of_the_project_has_every_part() -> None:
    """The page that the project shows was written by the whole run."""
    lines = PAGE.read_text().splitlines()
    found = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert found == [part.title for part in PARTS.values()]


def test_a_part_measured_again_replaces_itself_alone() -> None:
    """What took minutes to measure stays when another part is measured."""
    page = updated("", ["## One\n1\n", "## Two\n2\n"], ["One", "Two"])
    again = updated(page, ["## One\n3\n"], ["One", "Two"])
    assert again == page.replace("1\n", "3\n")
    assert updated(again, [], ["One", "Two"]) == again


def test_parts_stand_in_one_order_whichever_was_measured_first() -> None:
    """A difference between two pages is one of times, not of order."""
    page = updated("", ["## Two\n2\n"], ["One", "Two"])
    assert updated(page, ["## One\n1\n"], ["One", "Two"]) == updated(
        "", ["## One\n1\n", "## Two\n2\n"], ["One", "Two"]
    )


def test_a_run_stops_where_one_answers_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A time counts for nothing when the answer is another."""
    monkeypatch.setattr(merge, "merge", lambda prefixes: tuple(prefixes)[1:])
    page = tmp_path / "page.md"
    assert main(["--quick", "--only", "merge", "--page", str(page)]) == 1
    ended = capsys.readouterr().err.splitlines()[-1]
    assert ended == "error: netaddr answers otherwise than gateway-rules"
    assert not page.exists()


def test_a_program_that_is_not_installed_is_left_out_with_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who lacks iprange gets all the rest."""
    monkeypatch.setattr("shutil.which", lambda _: None)
    values, text = merge.section([10]).tables
    assert text.rows[0][-1] == "-"
    assert text.reading.endswith("iprange is not installed here (`apt-get install iprange`).")
    assert "-" not in values.rows[0]


def test_a_part_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen measures nothing."""
    with pytest.raises(SystemExit, match="2"):
        main(["--only", "merge,covr"])
    ended = capsys.readouterr().err.splitlines()[-1]
    assert ended == (
        "python -m benches: error: argument --only: there is no part 'covr'; "
        "write some of merge, cover, packets, commands, fleets, stacks, with commas"
    )


def test_answers_are_compared_with_the_first() -> None:
    """The message names the two that differ."""
    agree({"one": 1, "other": 1})
    with pytest.raises(Differ, match=r"^third answers otherwise than one$"):
        agree({"one": 1, "other": 1, "third": 2})


def test_all_who_are_measured_take_turns() -> None:
    """No one has the quiet moments to himself."""
    called: list[str] = []
    calls = {name: lambda name=name: called.append(name) for name in "ab"}
    found = interleaved(calls)
    turns = [name for name, before in zip(called, ["", *called], strict=False) if name != before]
    assert turns == ["a", "b"] * (len(turns) // 2)
    assert [*found] == ["a", "b"]
    assert len(turns) > 4


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0000012, "0.001"),
        (0.00123456, "1.23"),
        (0.0123456, "12.3"),
        (1.23456, "1,235"),
        (None, "-"),
    ],
)
def test_times_are_written_to_three_digits(seconds: float | None, text: str) -> None:
    """More digits would be noise."""
    assert milliseconds(seconds) == text


def test_growth_is_that_of_a_list_ten_times_as_long() -> None:
    """Sizes need not be ten times one another to tell."""
    measures = [
        Measured(1, {"a": 9.0}),
        Measured(10, {"a": 1.0, "b": 1.0}),
        Measured(1000, {"a": 400.0}),
    ]
    assert [tenfold(measures, name) for name in "ab"] == ["20.0x", "-"]
    assert table(measures, "ab")[1:] == (
        ("10", "1,000", "1,000"),
        ("1,000", "400,000", "-"),
        (GROWTH, "20.0x", "-"),
    )


def test_a_row_needs_a_cell_for_each_column() -> None:
    """A table with a hole would set figures under the wrong heads."""
    with pytest.raises(
        ValueError, match=r"^T: a row has more or fewer cells than there are columns$"
    ):
        Figures("T", ("a", "b"), (("1",),), "")


def test_the_greedy_joins_first_what_adds_least() -> None:
    """Two neighbours become one prefix, two ports one range, before anything far apart does."""
    far, near = tcp((80, 80), "10.0.0.0/24"), tcp((80, 80), "192.0.2.0/25")
    other, port = tcp((80, 80), "192.0.2.128/26"), tcp((81, 81), "10.0.0.0/25")
    assert greedy([far, near, other, port], 2) == (
        tcp((80, 80), "192.0.2.0/24"),
        tcp((80, 81), "10.0.0.0/24"),
    )


def test_the_greedy_joins_no_messages_and_no_two_protocols() -> None:
    """Where it cannot join it stops, past the budget or not."""
    some = [
        *(Allow("icmp", 3, code, parse_prefix("192.0.2.0/24")) for code in (1, 4)),
        *(Allow(name, 53, 53, parse_prefix("192.0.2.0/24")) for name in ("tcp", "udp")),
    ]
    assert greedy(some, 1) == tuple(sorted(some))


@pytest.mark.parametrize("seed", range(5))
def test_the_greedy_misses_nothing_and_never_beats_the_proven_least(seed: int) -> None:
    """It is a fair peer: it fits, and an optimum that it undercut would be none."""
    required, budget = realistic(seed, 40, clusters=3), 9
    least, entries = fit(required, budget), greedy(required, budget)
    assert len(entries) <= budget
    assert cover.excess(required, entries) >= least.excess >= least.lower_bound


@pytest.mark.parametrize("seed", range(3))
def test_what_a_join_adds_is_counted_exactly(seed: int) -> None:
    """Two entries are joined at a price that is true of these two."""
    entries = [one for one in realistic(seed, 12, clusters=1) if one.protocol == "tcp"]
    for pair in combinations(entries, 2):
        assert added(*pair) == cover.excess(pair, [joined(*pair)])


def test_a_cover_that_is_not_proven_shows_how_far_it_may_be_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reader is not left to take the best found for the least."""
    proven = fit

    def unproven(required: list[Allow], budget: int) -> Cover:
        found = proven(required, budget)
        return replace(found, lower_bound=found.excess // 2 + 1)

    monkeypatch.setattr(cover, "fit", unproven)
    many, one = cover.section(cover.QUICK).tables
    assert [row[2:4] for row in many.rows] == [("0 of 1", "2.000x")] * 5
    assert [row[-2:] for row in many.rows] == [("-", "-")] * 5
    assert [row[2] for row in one.rows] == ["no", "no", ""]


def test_an_answer_that_misses_a_packet_is_no_answer() -> None:
    """Excess alone would flatter a list that leaves something out."""
    with pytest.raises(Differ, match=r"^an answer does not pass all that is required$"):
        cover.excess([tcp((80, 81), "192.0.2.0/24")], [tcp((80, 80), "192.0.2.0/24")])


def test_packets_of_overlapping_ranges_are_counted_once() -> None:
    """Two lists that write the same packets differently differ in nothing."""
    one = [tcp((80, 90), "192.0.2.0/24"), tcp((85, 99), "192.0.2.0/25")]
    other = [tcp((80, 99), "192.0.2.0/25"), tcp((80, 90), "192.0.2.128/25")]
    some, same = packets.rules(one), packets.rules(other)
    assert packets.compared(some, same) == (0, 0)
    assert packets.compared(some, same[:1]) == (11 * 128, 0)
    assert packets.by_sets(other, other[:1]) == (11 * 128, 0)


def test_a_further_stack_costs_what_lies_between_two_fleets() -> None:
    """The first stack starts the local AWS, so its cost is not that of each."""
    small = Measure(1, Run(10, 20, 300), Run(5, 8, 200), 100)
    large = Measure(11, Run(30, 60, 400), Run(15, 28, 300), 120)
    assert stacks.growth(small, large) == (
        "Each further stack: 2.0 s to create, 1.0 s to find unchanged, "
        "2.0 MiB in the local AWS, 10.0 MiB at the peak."
    )
    assert stacks.figures([small, large]).rows == (
        ("1", "10", "10.0", "20.0", "5", "5.0", "8.0", "300", "100"),
        ("11", "30", "2.7", "5.5", "15", "1.4", "2.5", "400", "120"),
    )
    assert stacks.figures([small]).reading == stacks.READING
