"""The stand-in as a process: how it starts, what it refuses, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc

from gateway_rehearsal.engine import install_provider
from gateway_rehearsal.provider.parent import when_parent_ends

COMMAND = [sys.executable, "-m", "gateway_rehearsal.provider", "127.0.0.1:1"]
ENDPOINT = "http://127.0.0.1:9"
# An engine that does nothing but start a plugin, say which, and wait.
ENGINE = """
import subprocess, sys, time
plugin = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(plugin.stdout.readline().strip(), plugin.pid, flush=True)
time.sleep(60)
"""


def spawn(command: list[str], endpoint: str | None = ENDPOINT) -> "subprocess.Popen[str]":
    """Start a process with no other setting of AWS than the endpoint."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen(  # noqa: S603 - the commands are these tests' own.
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=kept | ({} if endpoint is None else {"AWS_ENDPOINT_URL": endpoint}),
    )


@contextmanager
def started(command: list[str]) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Start a process, yield it with its first line, and end it."""
    with spawn(command) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def is_listening(port: str) -> bool:
    """Say whether something answers on the port."""
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", int(port))) == 0


def info(port: str) -> plugin_pb2.PluginInfo:
    """Ask the plugin on the port what it is."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        answer = stub.GetPluginInfo(Empty(), timeout=5)
        assert isinstance(answer, plugin_pb2.PluginInfo)
        return answer


def test_it_prints_its_port_and_answers_there() -> None:
    """The engine reads one line and connects."""
    with started(COMMAND) as (_, port):
        assert info(port) == plugin_pb2.PluginInfo(version="7.51.1")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Linux lists its sockets there")
def test_it_listens_on_this_machine_alone() -> None:
    """Linux lists the sockets with their addresses in hexadecimal, IPv4 ones perhaps as IPv6."""
    with started(COMMAND) as (_, port):
        tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
        lines = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
        mine = [line[1] for line in lines if line[1].endswith(f":{int(port):04X}")]
        loopback = {
            f"0100007F:{int(port):04X}",
            f"0000000000000000FFFF00000100007F:{int(port):04X}",
        }
        assert mine
        assert set(mine) <= loopback


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_when_the_engine_says_so(number: signal.Signals) -> None:
    """The engine interrupts a plugin that it needs no more, and waits for it for five seconds."""
    with started(COMMAND) as (process, port):
        info(port)
        process.send_signal(number)
        assert process.wait(timeout=2) == 0


def test_it_ends_with_an_engine_that_is_killed() -> None:
    """An engine that is killed says nothing."""
    with started([sys.executable, "-c", ENGINE, *COMMAND]) as (engine, line):
        port, _ = line.split()
        info(port)
        engine.kill()
        engine.wait()
        deadline = monotonic() + 5
        while is_listening(port) and monotonic() < deadline:
            sleep(0.02)
        assert not is_listening(port)


def test_it_does_not_start_without_an_engine_that_reads_its_port() -> None:
    """An engine that ended before the plugin looked for it has closed the pipe."""
    with spawn(COMMAND) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read().splitlines()[-1] == "BrokenPipeError: [Errno 32] Broken pipe"
    assert process.returncode == 1


def test_where_the_system_cannot_tell_the_parent_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another parent than at first means that it has ended."""
    parents, ended = iter([100, 100, 1]), Event()
    monkeypatch.setattr("os.getppid", lambda: next(parents))
    monkeypatch.delattr("os.pidfd_open")
    monkeypatch.setattr("gateway_rehearsal.provider.parent._POLL_SECONDS", 0.01)
    when_parent_ends(ended.set)
    assert ended.wait(5)


# An endpoint that is not this machine.


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        (None, "AWS_ENDPOINT_URL is not set; it must name the local AWS"),
        ("", "AWS_ENDPOINT_URL is not set; it must name the local AWS"),
        (
            "https://ec2.eu-west-1.amazonaws.com",
            (
                "AWS_ENDPOINT_URL: 'https://ec2.eu-west-1.amazonaws.com' cannot be the local AWS: "
                "the host is not a loopback address"
            ),
        ),
        (
            "http://127.0.0.1.example.com",
            (
                "AWS_ENDPOINT_URL: 'http://127.0.0.1.example.com' cannot be the local AWS: "
                "the host is not a loopback address"
            ),
        ),
    ],
)
def test_it_does_not_start_without_a_loopback_endpoint(endpoint: str | None, reason: str) -> None:
    """One line says why, and nothing was asked of anyone."""
    with spawn(COMMAND, endpoint) as process:
        outputs = process.communicate(timeout=10)
    assert process.returncode == 2
    assert outputs == ("", f"error: the stand-in for aws does not start: {reason}\n")


# Where the engine finds it.


def test_it_is_installed_where_the_engine_looks(tmp_path: Path) -> None:
    """The file is a program, and becomes the plugin without another process in between."""
    path = install_provider(tmp_path / "a home", Path(sys.executable), "7.51.1")
    assert path == tmp_path / "a home/plugins/resource-aws-v7.51.1/pulumi-resource-aws"
    with started([str(path), "127.0.0.1:1"]) as (process, port):
        assert info(port).version == "7.51.1"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=2) == 0


def test_installing_it_again_replaces_it_whole(tmp_path: Path) -> None:
    """Nothing else is left in the folder."""
    install_provider(tmp_path, Path("/other/python"), "7.51.1")
    path = install_provider(tmp_path, Path("/a python/with 'quotes'"), "7.51.1")
    assert [one.name for one in path.parent.iterdir()] == ["pulumi-resource-aws"]
    assert path.read_text() == (
        "#!/bin/sh\n"
        """exec '/a python/with '"'"'quotes'"'"'' -P -m gateway_rehearsal.provider "$@"\n"""
    )
