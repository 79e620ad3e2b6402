"""Section 3, whose rows are told apart by label, protocol, ports and comment."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from document_generator import INTERNAL_IDS, PRINTED, Group, Issue, prose, written
from hypothesis import given, note, settings
from hypothesis import strategies as st

from gateway_rules.authoring.issue.cells import read_issue
from gateway_rules.authoring.issue.propose import propose
from gateway_rules.inputs.catalogue import read_catalogue

CATALOGUE = read_catalogue()


@dataclass(frozen=True)
class Meant:
    """A printed group and the services that stand behind each of its lines; new ones have none."""

    group: Group
    ids: tuple[tuple[str, ...], ...]

    def services(self) -> Iterator[tuple[str, str, list[int]]]:
        """Give id, protocol and ports of each service."""
        protocol = next(line[0] for line in self.group.lines if line[0]).lower()
        for name in dict.fromkeys(name for names in self.ids for name in names):
            lines = zip(self.ids, self.group.lines, strict=True)
            cells = [line[1] for names, line in lines if name in names]
            yield name, protocol, [int(port) for cell in cells for port in cell.split(",")]


def meant() -> list[Meant]:
    """Give the groups of issue 3.14 with their services."""
    ids = iter(INTERNAL_IDS)
    found: list[Meant] = []
    for group in PRINTED.internal:
        names: list[tuple[str, ...]] = []
        for line in group.lines:
            names.append(next(ids) if line[2] else names[-1])
        found.append(Meant(group, tuple(names)))
    return found


@st.composite
def changed_groups(draw: st.DrawFn) -> list[Meant]:
    """Draw section 3 with other ports, protocols, comments and order, fewer and new groups."""
    groups = meant()
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(groups) - 1))
        group = groups[at].group
        line = draw(st.integers(0, len(group.lines) - 1))
        protocol, port, comment = group.lines[line]
        match draw(st.sampled_from(["port", "protocol", "comment", "drop", "new", "move"])):
            case "port":
                port = str(draw(st.integers(20000, 60000)))
            case "protocol":
                protocol = {"TCP": "UDP", "UDP": "TCP", "": ""}[protocol]
            case "comment":
                comment = comment and f"Changed {comment}"
            case "drop":
                groups.pop(at)
                continue
            case "new":
                new = Group(f"Novelty {len(groups)}", (("UDP", "1812", "somebody"),))
                groups.insert(at, Meant(new, ((),)))
                continue
            case _:
                groups = draw(st.permutations(groups))
                continue
        lines = (*group.lines[:line], (protocol, port, comment), *group.lines[line + 1 :])
        groups[at] = replace(groups[at], group=replace(group, lines=lines))
    return groups


def numbered(issue: Issue, groups: list[Meant]) -> Iterator[tuple[int, list[str], tuple[str, ...]]]:
    """Give line, cells and services of each printed row of section 3."""
    text = written(issue).split("\n")
    line = text.index("Description\tProtocol\tPort\tComment") + 1
    for one in groups:
        for cells, names in zip(one.group.cells(), one.ids, strict=True):
            line += 1
            yield line, cells, names


@settings(max_examples=60)
@given(changed_groups())
def test_what_is_placed_is_right_and_the_rest_is_listed(groups: list[Meant]) -> None:
    """Every service says what was meant, or its row is listed; so is every cell without one."""
    issue = replace(PRINTED, internal=tuple(one.group for one in groups))
    note(written(issue))
    proposal = propose(read_issue(written(issue), "next.txt"), CATALOGUE, prose())
    note("\n".join(str(finding.fault("next.txt")) for finding in proposal.findings))
    found = {d.id: (d.protocol, sorted(p for p, _ in d.ports)) for d in proposal.services}
    truth = {name: (protocol, sorted(p)) for m in groups for name, protocol, p in m.services()}
    rows = {row for finding in proposal.findings for row in finding.rows if finding.holds}
    open_ids = {s.id for s in CATALOGUE.services if s.row in rows}
    internal = {s.id for s in CATALOGUE.services if s.section == "3"}
    for name in internal - open_ids:
        assert found.get(name) == truth.get(name), name
    assert open_ids & internal <= found.keys()
    assert len(found) == len(proposal.services)
    listed = {(c.line, word.text) for f in proposal.findings for c in f.cells for word in c.words}
    for line, cells, names in numbered(issue, groups):
        is_placed = any(found.get(name) == truth[name] for name in names)
        new = [*([] if is_placed else cells), *(c for c in cells if c.startswith("Changed"))]
        assert {(line, word) for cell in new for word in re.findall(r"[^ ,;]+", cell)} <= listed
