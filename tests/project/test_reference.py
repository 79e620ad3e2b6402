"""The reference says what the code says, all of it."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

import gateway_rules
from gateway_rules.cli.app import app
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.schemas import schemas
from tools.reference.__main__ import write
from tools.reference.commands import walked
from tools.reference.pages import pages
from tools.reference.schema import kind

PAGES = pages()
PROGRAM: Any = typer.main.get_command(app)
COMMANDS = {" ".join(words): each for words, each in walked(PROGRAM, ("gateway-rules",))}
FILES = {
    "stack": "stack-file.md",
    "addresses": "address-file.md",
    "policy": "policy-file.md",
    "retired": "retired-file.md",
    "catalogue": "catalogue-file.md",
}


def sections(page: str) -> dict[str, str]:
    """Give what stands below each heading of a page."""
    _, *parts = re.split(r"^## (.+)\n", PAGES[page], flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def first_cells(text: str) -> list[str]:
    """Give what the rows of a table are about."""
    return re.findall(r"^\| (?:\*\*)?`([^`]+)`", text, re.MULTILINE)


def test_every_command_has_its_section() -> None:
    """The commands are those of `--help`, groups and what is in them, in their order."""
    assert list(sections("commands.md")) == list(COMMANDS)
    assert {"gateway-rules explain", "gateway-rules local up"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_listed(command: str) -> None:
    """A command's section lists its arguments and options, one a row."""
    text = sections("commands.md")[command]
    assert len(first_cells(text)) == len(COMMANDS[command].params)
    options = {option for each in COMMANDS[command].params for option in each.opts}
    assert {option for option in options if option.startswith("-")} <= set(
        re.findall(r"`(-[^`]+)`", text)
    )


def test_a_command_is_told_as_its_help_tells_it() -> None:
    """Usage, text, example, and what each option takes, with bounds and default."""
    assert sections("commands.md")["gateway-rules fit"].startswith(
        "\n`gateway-rules fit [OPTIONS] FILE`\n\nFit anybody's list of flows into N entries"
    )
    lines = sections("commands.md")["gateway-rules resolve"].splitlines()
    assert (
        "| `--rounds` | `NUMBER` from 1 up to 100 | Ask each question so often. By default 3. |"
        in lines
    )
    assert "```\ngateway-rules resolve us-east-1 --resolver 10.43.0.2\n```" in "\n".join(lines)


def keys(schema: Any) -> set[str]:
    """Give every key that a file may have, however deep."""
    if isinstance(schema, list):
        return {key for each in schema for key in keys(each)}
    if not isinstance(schema, dict):
        return set()
    conditions = ("allOf", "oneOf", "if", "then")
    below = [each for word, each in schema.items() if word not in conditions]
    own = schema.get("properties", {})
    return keys(below) | set(own if isinstance(own, dict) else ())


@pytest.mark.parametrize("name", FILES)
def test_every_key_of_a_file_is_listed(name: str) -> None:
    """Each key that a reader takes has a row, and no other has."""
    there = keys(schemas(read_catalogue())[name]) - {"config"}
    assert set(first_cells(PAGES[FILES[name]])) == there


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "boolean"}, "`true` or `false`"),
        ({"type": "integer", "minimum": 1}, "number from 1"),
        ({"type": "integer", "minimum": 2, "maximum": 40}, "number from 2 to 40"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text"),
        ({"enum": ["one", "attach"]}, "`one`, `attach`"),
        ({"enum": [f"r{number}" for number in range(20)]}, "`r0`, `r1`, `r2` …"),
        ({"const": False}, "`false`"),
        ({"type": "array", "items": {"type": "string", "format": "date"}},
         "list of: day, as in `2026-12-31`"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "mapping to: text"),
        ({"$ref": "#/$defs/gateway-rules:ephemeral_ports"},
         "[below](#gateway-rulesephemeral_ports)"),
    ],
)  # fmt: skip
def test_a_value_is_told_in_words(schema: dict[str, Any], words: str) -> None:
    """Nobody has to read JSON Schema to know what to write."""
    assert kind(schema) == words


def test_public_names_are_those_of_the_package() -> None:
    """The page of Python has just the names that the package offers, with their attributes."""
    call = "plan(catalogue: Catalogue, site: Site) -> Plan"
    assert set(sections("python.md")) == set(dir(gateway_rules))
    assert first_cells(sections("python.md")["Gateway"]) == ["plan", "group_ids", "network_acl_id"]
    assert "    vpc_id: pulumi.Input[str],\n" in sections("python.md")["Gateway"]
    assert f"```python\n{call}\n```" in sections("python.md")["plan"]
    assert (
        "| `gateway_version` | `Version or None` | The gateways' version in quotes; rows "
        in (sections("python.md")["Site"])
    )


def test_what_is_written_is_all_that_is_there(tmp_path: Path) -> None:
    """A page that the code has no longer goes with the next build."""
    (tmp_path / "gone.md").write_text("# An old page\n")
    write(tmp_path)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == PAGES
