"""The vendor's next issue, held against a catalogue: its edited text, and what is not in it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from gateway_rules.authoring.issue.cells import read_issue
from gateway_rules.authoring.issue.drafts import Draft
from gateway_rules.authoring.issue.edit import edit_catalogue
from gateway_rules.authoring.issue.propose import Proposal, propose
from gateway_rules.authoring.issue.unplaced import Unplaced
from gateway_rules.errors import Fault, Faults
from gateway_rules.inputs import Service, read_catalogue, read_text, read_yaml, relative


@dataclass(frozen=True)
class IssueImport:
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


def import_issue(root: Path, file: Path, catalogue: Path, prose: Path) -> IssueImport:
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
    return IssueImport(name, named, issues, before, after, tuple(sorted(set(proposal.findings))))


def read_prose(path: Path, root: Path) -> dict[str, list[str]]:
    """Read which prose has been read; raise Faults when the file is malformed."""
    document = read_yaml(path, root)
    if isinstance(document.data, dict) and all(map(_is_texts, document.data.values())):
        return document.data
    fix = 'write lists of quoted fingerprints under the ids of services, such as ssh: ["01ab"]'
    raise Faults(document.fault((), "form", "it does not list fingerprints", fix))


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


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
