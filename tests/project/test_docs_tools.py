"""What pages have their readers type of other tools is there, with the options that they give."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import boto3
import pytest
from botocore import xform_name
from reader import DOCS, ROOT, blocks

from gateway_rehearsal.toolchain import ensure

PAGES: Final = (*sorted(DOCS.rglob("*.md")), ROOT / "README.md")
EVERYWHERE: Final = {"--region", "--query"}
OWN: Final = {
    "authorize-security-group-egress": {"--protocol", "--port", "--cidr"},
    "create-network-acl-entry": {"--ingress"},
}
"""What the AWS CLI offers beside the names of the API's parameters (its command reference)."""


def typed(tool: str) -> list[list[str]]:
    """Give every call of a tool in a block or a sentence of a page, as words."""
    return [words for page in PAGES for words in _calls(page, tool)]


def _calls(page: Path, tool: str) -> Iterator[list[str]]:
    text = page.read_text()
    mentioned = re.findall(rf"`({tool} [a-z][^`\n]*)`", text)
    lines = "\n".join(block.text for block in blocks(text)).replace("\\\n", " ")
    for call in (*mentioned, *re.findall(rf"^({tool} [a-z].*)$", lines, re.MULTILINE)):
        yield shlex.split(call, comments=True)[1:]


def options(words: list[str]) -> set[str]:
    """Give the options among some words."""
    return {word for word in words if word.startswith("--")}


def test_calls_of_the_aws_cli_are_there() -> None:
    """Every command is an operation of its service, and takes each parameter that it gets."""
    calls = typed("aws")
    assert len(calls) > 1
    for words in calls:
        service, command = words[:2]
        client = boto3.client(service, region_name="eu-west-1")
        names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
        shape = client.meta.service_model.operation_model(names[command]).input_shape
        known = {f"--{xform_name(name, '-')}" for name in shape.members}
        assert options(words) <= known | EVERYWHERE | OWN.get(command, set()), words


@pytest.mark.engine
def test_calls_of_pulumi_are_there() -> None:
    """Every command of Pulumi has the options that it gets."""
    program = ensure(print) / "pulumi"
    calls = [words for words in typed("pulumi") if options(words) or "-s" in words]
    assert len(calls) > 1
    for command, given in {(_command(words), option) for words in calls for option in words}:
        if given.startswith("-"):
            assert re.search(rf"(^|\s){given}[ ,]", _help(program, command)), (command, given)


def _command(words: list[str]) -> tuple[str, ...]:
    """Give the words that name a command: `stack` has others below it."""
    return tuple(words[: 2 if words[0] == "stack" else 1])


def _help(program: Path, command: tuple[str, ...]) -> str:
    return subprocess.run(  # noqa: S603 - Pulumi itself.
        [program, *command, "--help"], capture_output=True, text=True, check=True
    ).stdout
