"""`gateway-rules import FILE` as a whole: what it prints, writes and gives back."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from document_generator import PRINTED, Group, Issue, fingerprint, prose, written
from import_outcome import followed, internal, with_head, with_text
from test_import_external import LICENCE

from gateway_rules.cli.import_ import run_import
from gateway_rules.errors import Faults, NoAnswer
from gateway_rules.inputs.catalogue import SHIPPED

NEWER = replace(followed("RSS Feed", LICENCE), issue="3.15")
MISPRINT = with_text("RSS Feed", "22.202", "22.2O2")


@dataclass(frozen=True)
class Desk:
    """A folder with a catalogue, what has been read, and the next issue."""

    root: Path

    @property
    def catalogue(self) -> Path:
        """Give the catalogue's file."""
        return self.root / "catalogue.yaml"

    @property
    def prose(self) -> Path:
        """Give the file of what has been read."""
        return self.root / "prose.yaml"

    def run(self, issue: Issue | str, *, as_json: bool = False, write: bool = False) -> int:
        """Import an issue."""
        file = self.root / "next.txt"
        file.write_text(issue if isinstance(issue, str) else written(issue), encoding="utf-8")
        paths = {"catalogue": self.catalogue, "prose": self.prose}
        return run_import(self.root, file, as_json=as_json, write=write, **paths)

    def add(self, file: Path, behind: str, text: str) -> None:
        """Write a text behind the first place of another."""
        old = file.read_text(encoding="utf-8")
        assert behind in old
        file.write_text(old.replace(behind, behind + text, 1), encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a desk with the shipped catalogue, where all words of 3.14 have been read."""
    desk = Desk(tmp_path)
    shutil.copy(SHIPPED, desk.catalogue)
    lines = (f"{name}: {json.dumps(marks)}\n" for name, marks in prose().items())
    desk.prose.write_text("".join(lines), encoding="utf-8")
    return desk


def test_the_document_reproduces_the_catalogue(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Issue 3.14 changes no byte and leaves nothing unplaced, even when it may be written."""
    before = desk.catalogue.read_bytes()
    assert desk.run(PRINTED, write=True) == 0
    assert capsys.readouterr() == ("catalogue.yaml says what issue 3.14 says.\n", "")
    assert before == desk.catalogue.read_bytes()


def test_a_project_edits_its_own_catalogue(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Without paths, catalogue and marks are those of the project's folder."""
    for name, file in (
        ("catalogue/seg-v3.yaml", desk.catalogue),
        ("catalogue/prose.yaml", desk.prose),
    ):
        own = desk.root / "gateway_rules" / name
        own.parent.mkdir(parents=True, exist_ok=True)
        file.rename(own)
    issue = desk.root / "next.txt"
    issue.write_text(written(NEWER), encoding="utf-8")
    assert run_import(desk.root, issue, write=True) == 0
    own = desk.root / "gateway_rules" / "catalogue" / "seg-v3.yaml"
    assert 'issue: "3.15"\n' in own.read_text(encoding="utf-8")
    assert capsys.readouterr().out.endswith("\nWritten: gateway_rules/catalogue/seg-v3.yaml\n")


def test_by_default_a_diff_is_printed_that_git_applies(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --write nothing is written, and the printed patch makes the same catalogue."""
    before = desk.catalogue.read_bytes()
    assert desk.run(NEWER) == 0
    patch = capsys.readouterr().out
    assert before == desk.catalogue.read_bytes()
    subprocess.run(["git", "apply", "-"], cwd=desk.root, input=patch, text=True, check=True)  # noqa: S607 - the user's git.
    assert desk.run(NEWER) == 0
    assert capsys.readouterr().out == "catalogue.yaml says what issue 3.15 says.\n"


def test_with_write_the_catalogue_is_written(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """After --write the same issue changes nothing, and no other file lies about."""
    mode = desk.catalogue.stat().st_mode
    assert desk.run(NEWER, write=True) == 0
    assert capsys.readouterr().out.endswith("\nWritten: catalogue.yaml\n")
    assert mode == desk.catalogue.stat().st_mode
    assert sorted(p.name for p in desk.root.iterdir()) == [
        "catalogue.yaml",
        "next.txt",
        "prose.yaml",
    ]
    assert desk.run(NEWER, write=True) == 0
    assert capsys.readouterr() == ("catalogue.yaml says what issue 3.15 says.\n", "")


def test_a_catalogue_that_cannot_be_written_is_told(desk: Desk) -> None:
    """It stays as it was, and no half-written file lies beside it."""
    before = desk.catalogue.read_text()
    draft = desk.root / f".catalogue.yaml.{os.getpid()}"
    draft.mkdir()
    with pytest.raises(NoAnswer) as error:
        desk.run(NEWER, write=True)
    fix = "make room, or give yourself the right to write there"
    what = f"cannot be written: Is a directory; {fix}"
    assert str(error.value) == f"error: catalogue.yaml:1:1: [no-write] {what}"
    assert desk.catalogue.read_text() == before


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_disk_without_room_is_told(desk: Desk, form: tuple[str, ...]) -> None:
    """Standard output may be a file that the patch does not fit into."""
    (desk.root / "Pulumi.yaml").write_text("name: mail\n")
    (desk.root / "stacks").mkdir()
    (desk.root / "next.txt").write_text(written(NEWER))
    command = [sys.executable, "-m", "gateway_rules", "import", "next.txt", *form]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=desk.root, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    what = "[output] standard output cannot be written: No space left on device"
    assert done.returncode == 3
    told = f"error: <command>:1:1: {what}; make room, or write elsewhere"
    assert done.stderr.splitlines()[-1] == told


def test_what_is_unplaced_goes_to_standard_error(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each finding is one line with its place, sorted, and the exit code is 1."""
    assert desk.run(replace(MISPRINT, date="soon")) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        'warning: next.txt:7:1: [cover] "soon" below the issue number is no month with a year; '
        "see the cover, and write the date into the catalogue\n"
        "warning: next.txt:60:36: [misprint] 162.13.22.2O2 is no address; see what is meant, and "
        'write under errata: - {section: "2", row: RSS Feed, printed: 162.13.22.2O2, taken: '
        "162.13.22.202, why: a letter stands for a digit}\n"
    )


def test_with_json_one_document_holds_all(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The document has the diff, and each finding with its cells and candidates."""
    assert desk.run(replace(MISPRINT, issue="3.15"), as_json=True) == 1
    found = json.loads(capsys.readouterr().out)
    assert '\n-issue: "3.14"\n+issue: "3.15"\n' in found.pop("diff")
    unplaced = found.pop("unplaced")
    assert found == {
        "file": "next.txt",
        "catalogue": "catalogue.yaml",
        "issue": {"from": "3.14", "to": "3.15"},
        "written": False,
    }
    fix = unplaced[0].pop("fix")
    assert fix.startswith('see what is meant, and write under errata: - {section: "2"')
    assert unplaced == [
        {
            "file": "next.txt",
            "line": 60,
            "column": 36,
            "rule": "misprint",
            "message": "162.13.22.2O2 is no address",
            "cells": ["162.13.22.2O2", "www.clearswift.com"],
            "candidates": ["RSS Feed"],
        }
    ]


def test_the_proposed_erratum_settles_a_misprint(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pasted under errata, it is how the misprint is read from then on."""
    desk.run(MISPRINT)
    erratum = capsys.readouterr().err.partition("write under errata: ")[2]
    desk.add(desk.catalogue, "\nerrata:\n", f"  {erratum}")
    assert desk.run(MISPRINT) == 0
    assert capsys.readouterr() == ("catalogue.yaml says what issue 3.14 says.\n", "")


def test_an_erratum_settles_a_misprinted_label(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A label may be misprinted as well; without an erratum it reads as a new name."""
    issue = with_head("RSS Feed", label="RSS Fed")
    assert desk.run(issue) == 0
    assert "+    row: RSS Fed\n" in capsys.readouterr().out
    erratum = '{section: "2", row: RSS Feed, printed: RSS Fed, taken: RSS Feed, why: a slip}'
    desk.add(desk.catalogue, "\nerrata:\n", f"  - {erratum}\n")
    assert desk.run(issue) == 0
    assert capsys.readouterr() == ("catalogue.yaml says what issue 3.14 says.\n", "")


def test_the_proposed_mark_settles_words_that_were_read(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Added under the service, it stands for having read the words."""
    issue = internal("SSH", ("TCP", "22", "console and files"))
    assert desk.run(issue) == 1
    assert f"add {fingerprint('console and files')} under ssh in " in capsys.readouterr().err
    desk.add(desk.prose, "ssh: [", f'"{fingerprint("console and files")}", ')
    assert desk.run(issue) == 0


def test_a_service_written_by_hand_settles_a_new_row(desk: Desk) -> None:
    """Once direction and role of a new row are in the catalogue, the row is known."""
    group = Group("RADIUS", (("UDP", "1812,1813", "logging in"),))
    issue = PRINTED.with_group("SSH", *PRINTED.internal[1:2], group)
    assert desk.run(issue) == 1
    service = (
        '  - {id: radius, section: "3", row: RADIUS, direction: egress, reason: it asks, '
        "protocol: udp, ports: [1812, 1813], role: directory_servers}\n"
    )
    desk.add(desk.catalogue, "    role: administrators\n", service)
    desk.add(desk.prose, "", f'radius: ["{fingerprint("logging in")}"]\n')
    assert desk.run(issue) == 0


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "",
            [
                "1:1: [no-document] it has no section 2",
                "1:1: [no-document] it has no section 3",
                "1:1: [no-document] no issue number with a date below it stands on its cover",
            ],
        ),
        (
            written(PRINTED).replace("Hostname/URL", "Host"),
            [
                (
                    "24:1: [no-document] section 2 has no row under the heading Description, "
                    "Protocol, Port, Hostname/URL, Current IP Address"
                )
            ],
        ),
        (
            written(replace(PRINTED, internal=())).replace("tion\tProtocol\tPort\tC", "tion\tC"),
            [
                (
                    "71:1: [no-document] section 3 has no row under the heading Description, "
                    "Protocol, Port, Comment"
                )
            ],
        ),
    ],
    ids=["nothing", "another heading", "no table"],
)
def test_another_document_is_refused(desk: Desk, text: str, faults: list[str]) -> None:
    """A file without the cover or the tables of the document is no such document."""
    with pytest.raises(Faults) as caught:
        desk.run(text)
    fix = "give the text of the vendor's ports-and-protocols document as its PDF has it"
    expected = [f"error: next.txt:{fault}; {fix}" for fault in faults]
    assert expected == [str(fault) for fault in caught.value.faults]


def test_a_file_that_is_not_there_is_refused(desk: Desk) -> None:
    """The fault names the file."""
    with pytest.raises(Faults) as caught:
        run_import(desk.root, desk.root / "none.txt", catalogue=desk.catalogue, prose=desk.prose)
    assert str(caught.value) == (
        "error: none.txt:1:1: [no-file] cannot be read: No such file or directory; "
        "give a file that is there"
    )


def test_a_layout_that_cannot_be_edited_is_refused(desk: Desk) -> None:
    """A list in flow style is never left as it was while its change is said to be made."""
    text = desk.catalogue.read_text(encoding="utf-8")
    line = "\n      - {name: www.clearswift.com, addresses: [162.13.22.202]}\n"
    flow = line.replace("\n      - ", " [").replace("}\n", "}]\n")
    assert line in text
    desk.catalogue.write_text(text.replace(line, flow), encoding="utf-8")
    assert desk.run(PRINTED) == 0
    with pytest.raises(Faults) as caught:
        desk.run(with_text("RSS Feed", "162.13.22.202", "23.1.2.3"))
    assert str(caught.value) == (
        "error: catalogue.yaml:1:1: [layout] the catalogue cannot be edited as it is; "
        "write its lists in block style, an item on lines of its own"
    )


def test_malformed_marks_are_refused(desk: Desk) -> None:
    """The file of what has been read holds lists of texts."""
    desk.prose.write_text("ssh: 7\n", encoding="utf-8")
    with pytest.raises(Faults) as caught:
        desk.run(PRINTED)
    assert str(caught.value) == (
        "error: prose.yaml:1:1: [form] it does not list fingerprints; write lists of quoted "
        'fingerprints under the ids of services, such as ssh: ["01ab"]'
    )


def test_a_broken_catalogue_is_refused(desk: Desk) -> None:
    """What is wrong with the catalogue itself is said as everywhere."""
    desk.add(desk.catalogue, "    protocol: ", "x")
    with pytest.raises(Faults) as caught:
        desk.run(with_head("RSS Feed", port="81"))
    assert str(caught.value) == (
        "error: catalogue.yaml:38:15: [choice] appliance-online-help.protocol is 'xtcp'; "
        "write 'tcp' or 'udp'"
    )
