"""A folder that keeps Pulumi's state, and what a killed Pulumi leaves in it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway_rules.deploy.repair.backend import Folder, Lock

HOST = socket.gethostname()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///var/state", Path("/var/state/.pulumi")),
        ("file:///var/my%20state?no_tmp_dir=true", Path("/var/my state/.pulumi")),
        ("file://~", Path.home() / ".pulumi"),
        ("file://./state", Path("/project/state/.pulumi")),
        ("file://state", Path("/project/state/.pulumi")),
    ],
)
def test_folder_of_a_url(url: str, path: Path) -> None:
    """A folder is found by every form of URL that Pulumi takes for one."""
    assert Folder.at(url, Path("/project")) == Folder(path)


@pytest.mark.parametrize("url", ["s3://bucket", "https://api.pulumi.com", "azblob://state"])
def test_backend_elsewhere_is_no_folder(url: str) -> None:
    """What is not on this machine cannot be looked into."""
    assert Folder.at(url, Path("/project")) is None


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Give the backend of one stack, with nothing wrong."""
    for place in ("stacks/project", "locks/organization/project/stack"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "stacks/project/stack.json").write_text("{}")
    (tmp_path / "stacks/project/stack.json.attrs").write_text("{}")
    return Folder(tmp_path)


def _lock(folder: Folder, process: int, host: str = HOST) -> Lock:
    """Lock the stack; give the lock that is expected."""
    data = {"pid": process, "username": "ann", "hostname": host}
    file = folder.path / f"locks/organization/project/stack/{process}.json"
    file.write_text(json.dumps(data | {"timestamp": "2026-11-24T10:34:22.25969554Z"}))
    file.with_suffix(".json.attrs").write_text("{}")
    return Lock("ann", host, process, "2026-11-24T10:34:22")


def _ended() -> int:
    """Give the id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_stack_without_locks(folder: Folder) -> None:
    """A stack that nobody works on has no lock, and neither has one that is not there."""
    assert folder.locks("project", "stack") == folder.locks("other", "other") == ()


def test_lock_is_read_with_its_owner(folder: Folder) -> None:
    """A lock says whose it is, and since when."""
    lock = _lock(folder, 4711)
    assert folder.locks("project", "stack") == (lock,)
    assert str(lock) == f"process 4711 of ann on {HOST}, since 2026-11-24T10:34:22Z"


def test_lock_is_dead_when_its_process_on_this_machine_has_ended(folder: Folder) -> None:
    """Just what can be seen from here counts: a process of another machine may live."""
    ended = _ended()
    assert _lock(folder, ended).is_dead
    assert not _lock(folder, os.getpid()).is_dead
    assert not _lock(folder, ended, host="elsewhere").is_dead


def test_lock_of_a_process_of_somebody_else_lives(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that may not be signalled is one that lives."""

    def refuse(_process: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert not _lock(folder, 1).is_dead


@pytest.mark.parametrize(
    "name",
    [
        "stacks/project/stack.json.attrs",
        "stacks/project/stack.json.bak.attrs",
        "locks/organization/project/stack/1.json.attrs",
    ],
)
@pytest.mark.parametrize("text", ["", '{"user.content_ty'])
def test_half_written_file_is_found(folder: Folder, name: str, text: str) -> None:
    """A file of attributes that a kill left empty or cut short keeps Pulumi from reading."""
    (folder.path / name).write_text(text)
    assert folder.torn("project", "stack") == (folder.path / name,)


def test_whole_files_and_those_of_other_stacks_are_left_alone(folder: Folder) -> None:
    """What can be read stays, and so does what belongs to another stack."""
    (folder.path / "stacks/project/stack-2.json.attrs").write_text("")
    assert folder.torn("project", "stack") == ()
