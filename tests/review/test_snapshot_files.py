"""Snapshots are kept as the stacks' files plan them, and told when they are not."""

import os
import stat
from pathlib import Path

import pytest
from repository import ADMINISTRATORS, FRANKFURT, IRELAND, Repository, cure, repository
from sites import ROOT

from gateway_rules.errors import NoAnswer
from gateway_rules.review import snapshot_files

IRISH, GERMAN = "stacks/rules/eu-west-1.txt", "stacks/rules/eu-central-1.txt"
CURE = "run gateway-rules render"


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a project whose snapshots are up to date."""
    found = repository(tmp_path)
    snapshot_files.write_snapshots(snapshot_files.snapshots(found.root))
    return found


def told(there: Repository) -> list[str]:
    """Give what `render --check` finds."""
    return [str(fault) for fault in snapshot_files.snapshots(there.root).faults]


def stale(file: str, what: str) -> str:
    """Give the line for a file."""
    return f"error: {file}:1:1: [stale-snapshot] {what}; {CURE}"


def test_the_repositorys_own_snapshots_are_up_to_date() -> None:
    """What stands in `stacks/rules` is what its stacks plan."""
    assert snapshot_files.snapshots(ROOT).faults == ()


def test_rendered_snapshots_are_in_order(there: Repository) -> None:
    """Right after `render`, `render --check` finds nothing."""
    assert told(there) == []
    done = there.run("render", "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_stale_a_missing_and_a_left_over_snapshot_are_told_at_once(there: Repository) -> None:
    """Each file is named with what is wrong with it and the command that mends it."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/25]")
    (there.root / GERMAN).unlink()
    there.write("stacks/rules/gone.txt", "rules of a stack that is gone\n")
    lines = [
        stale(GERMAN, "is missing"),
        stale(IRISH, "is not what the stack's files plan"),
        stale("stacks/rules/gone.txt", "belongs to no stack that can be planned"),
    ]
    before = {path: path.read_text() for path in (there.root / "stacks").rglob("*.txt")}
    done = there.run("render", "--check")
    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (1, "", lines)
    assert {path: path.read_text() for path in (there.root / "stacks").rglob("*.txt")} == before


def test_render_mends_what_check_tells(there: Repository) -> None:
    """It writes two files, removes one, says so, and check is content."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/25]")
    (there.root / GERMAN).unlink()
    there.write("stacks/rules/gone.txt", "rules of a stack that is gone\n")
    done = there.run("render")
    said = f"wrote {GERMAN}\nwrote {IRISH}\nremoved stacks/rules/gone.txt\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    assert told(there) == []


def test_only_what_changed_is_written(there: Repository) -> None:
    """A file that is up to date keeps its time, so that nothing is built anew for it."""
    for file in (IRISH, GERMAN):
        os.utime(there.root / file, (0, 0))
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/25]")
    found = snapshot_files.snapshots(there.root)
    snapshot_files.write_snapshots(found)
    assert [path.name for path in found.stale] == ["eu-west-1.txt"]
    times = {file: (there.root / file).stat().st_mtime for file in (IRISH, GERMAN)}
    assert (times[IRISH] > 0, times[GERMAN]) == (True, 0)


def test_a_file_changes_at_once_or_not_at_all(
    there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is cut off while writing leaves the old text in place."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.0/25]")
    before = (there.root / IRISH).read_text()
    real = Path.write_text

    def cut_off(path: Path, text: str, **how: str) -> int:
        real(path, text[: len(text) // 2], **how)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", cut_off)
    with pytest.raises(KeyboardInterrupt):
        snapshot_files.write_snapshots(snapshot_files.snapshots(there.root))
    assert (there.root / IRISH).read_text() == before
    monkeypatch.undo()
    snapshot_files.write_snapshots(snapshot_files.snapshots(there.root))
    assert sorted(path.name for path in (there.root / "stacks" / "rules").iterdir()) == [
        "eu-central-1.txt",
        "eu-west-1.txt",
    ]


def test_everybody_may_read_what_is_written(there: Repository) -> None:
    """The file has the rights of any other that the user makes."""
    there.write("stacks/other.txt", "made by hand\n")
    rights = {
        stat.S_IMODE((there.root / file).stat().st_mode) for file in ("stacks/other.txt", IRISH)
    }
    assert len(rights) == 1


def test_a_folder_that_cannot_be_written_is_told(there: Repository) -> None:
    """There is a line and the exit code for it, and no traceback."""
    for path in (there.root / "stacks" / "rules").iterdir():
        path.unlink()
    (there.root / "stacks" / "rules").rmdir()
    there.write("stacks/rules", "a file stands where the folder should be\n")
    with pytest.raises(NoAnswer) as error:
        snapshot_files.write_snapshots(snapshot_files.snapshots(there.root))
    what = "stacks/rules cannot be written: File exists"
    fix = "make room, or get the right to write there"
    assert [str(fault) for fault in error.value.faults] == [
        f"error: <command>:1:1: [output] {what}; {fix}"
    ]


def test_line_ends_of_another_system_are_no_difference(there: Repository) -> None:
    """Git may check text out with the line ends of the machine."""
    text = (there.root / IRISH).read_bytes()
    (there.root / IRISH).write_bytes(text.replace(b"\n", b"\r\n"))
    assert told(there) == []


def test_a_snapshot_that_is_no_text_is_stale(there: Repository) -> None:
    """Whatever stands there, the next `render` mends it."""
    (there.root / IRISH).write_bytes(b"\xff\x00")
    assert told(there) == [stale(IRISH, "is not what the stack's files plan")]


def test_pending_stacks_are_listed_and_fail_nothing(there: Repository) -> None:
    """A stack without addresses has no snapshot; an old one of it is left over."""
    there.edit(FRANKFURT, "    spam-signatures-cloud: false\n", "")
    there.edit(FRANKFURT, "aws:region: eu-central-1", "aws:region: us-east-1")
    done = there.run("render")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"pending: {FRANKFURT}: {cure(there, 'eu-central-1')}",
        f"removed {GERMAN}",
    ]
    assert there.run("render", "--check").returncode == 0


def test_faults_of_the_stacks_come_first(there: Repository) -> None:
    """Nothing is rendered while a stack cannot be read, and the exit code says malformed."""
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.1/24]")
    (there.root / GERMAN).unlink()
    done = there.run("render")
    assert (done.returncode, done.stdout, "[host-bits]" in done.stderr) == (2, "", True)
    assert not (there.root / GERMAN).exists()
