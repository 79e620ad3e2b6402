"""`gateway-rules import FILE`: what the vendor's next issue changes in the catalogue."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final

from gateway_rules.authoring import Draft, Proposal, Unplaced, edit_catalogue, propose, read_issue
from gateway_rules.cli.terminal import emit, print_json
from gateway_rules.errors import Fault, Faults
from gateway_rules.inputs import (
    SHIPPED,
    Service,
    read_catalogue,
    read_text,
    read_yaml,
    relative,
    replace_file,
)

FOUND: Final = 1
PROSE: Final = SHIPPED.with_name("prose.yaml")


@dataclass(frozen=True)
class Import:
    """What an issue changes: the catalogue's text before and after, and what is not in it."""

    file: str
    catalogue: str
    """The catalogue's file, as a reader of the project names it."""
    issues: tuple[str, str]
    """The issue of the catalogue, and that of the document."""
    before: str
    after: str
    findings: tuple[Unplaced, ...]

    @property
    def diff(self) -> str:
        """Give the change as a patch that `git apply` takes; empty when nothing changes."""
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(unified_diff(old, new, f"a/{self.catalogue}", f"b/{self.catalogue}"))

    def as_json(self, *, is_written: bool) -> dict[str, Any]:
        """Give all of it for machines."""
        return {
            "file": self.file,
            "catalogue": self.catalogue,
            "issue": {"from": self.issues[0], "to": self.issues[1]},
            "diff": self.diff,
            "written": is_written,
            "unplaced": [finding.as_json(self.file) for finding in self.findings],
        }


def run(
    root: Path,
    file: Path,
    *,
    as_json: bool = False,
    write: bool = False,
    catalogue: Path | None = None,
    prose: Path | None = None,
) -> int:
    """Print what an issue changes, and write it into the catalogue if asked to.

    Catalogue and prose are the project's own, or where it has none those of the package.

    Gives 1 when something of the issue could not be placed, else 0; the diff, or one JSON
    document, goes to standard output, what could not be placed to standard error. Raises
    Faults when the file is no such document, or the catalogue is malformed, and NoAnswer
    when one of them cannot be written.
    """
    catalogue = catalogue or _own(root, SHIPPED)
    found = import_issue(root, file, catalogue, prose or _own(root, PROSE))
    is_written = write and found.before != found.after
    if is_written:
        replace_file(catalogue, found.after, root)
    for finding in found.findings:
        sys.stderr.write(f"{warning(finding.fault(found.file))}\n")
    if as_json:
        print_json(found.as_json(is_written=is_written))
    elif said := _for_people(found, is_written=is_written):
        emit(said.removesuffix("\n"))
    return FOUND if found.findings else 0


def _own(root: Path, shipped: Path) -> Path:
    own = root / "gateway_rules" / shipped.parent.name / shipped.name
    return own if own.exists() else shipped


def import_issue(root: Path, file: Path, catalogue: Path, prose: Path) -> Import:
    """Read an issue and hold it against the catalogue; raise Faults as `run` does."""
    path = file.resolve()
    name = relative(path, root)
    printed = read_issue(read_text(path, root), name)
    known, before = read_catalogue(catalogue, root), read_text(catalogue, root)
    proposal = propose(printed, known, read_prose(prose, root))
    after = edit_catalogue(before, known, proposal)
    named = relative(catalogue, root)
    _check(after, proposal, named)
    issues = (known.issue, printed.issue.text)
    return Import(name, named, issues, before, after, tuple(sorted(set(proposal.findings))))


def read_prose(path: Path, root: Path) -> dict[str, list[str]]:
    """Read which prose has been read; raise Faults when the file is malformed."""
    document = read_yaml(path, root)
    if isinstance(document.data, dict) and all(map(_is_texts, document.data.values())):
        return document.data
    fix = 'write lists of quoted fingerprints under the ids of services, such as ssh: ["01ab"]'
    raise Faults(document.fault((), "form", "it does not list fingerprints", fix))


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def warning(fault: Fault) -> str:
    """Give the line for a finding, in the form of a fault."""
    return f"warning{str(fault).removeprefix('error')}"


def _for_people(found: Import, *, is_written: bool) -> str:
    if not found.diff and not found.findings:
        return f"{found.catalogue} says what issue {found.issues[1]} says.\n"
    return found.diff + (f"Written: {found.catalogue}\n" if is_written else "")


def _check(text: str, proposal: Proposal, name: str) -> None:
    """Raise Faults unless the edited catalogue is sound and says what is proposed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_text(text, encoding="utf-8")
        read = read_catalogue(path, Path(folder))
    lists = (len(read.errata), len(read.caveats))
    services = [_facts_of(service) for service in read.services]
    drafts = [_facts(draft) for draft in proposal.services]
    if services != drafts or lists != (len(proposal.errata), len(proposal.caveats)):
        fix = "write its lists in block style, an item on lines of its own"
        raise Faults(Fault(name, 1, 1, "layout", "the catalogue cannot be edited as it is", fix))


def _facts(draft: Draft) -> tuple[object, ...]:
    hosts = tuple((host.name, host.addresses) for host in draft.hosts)
    version = draft.before_version
    return draft.id, draft.row, draft.protocol, draft.ports, hosts, version


def _facts_of(service: Service) -> tuple[object, ...]:
    hosts = tuple((host.name, host.addresses) for host in service.hosts)
    version = service.before_version
    return service.id, service.row, service.protocol, service.ports, hosts, version
