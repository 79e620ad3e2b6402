"""Every key of a stack's file that a change writes otherwise is shown, whatever reads it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repository import FRANKFURT, IRELAND, STACK, Repository, repository

from gateway_rules.inputs.documents import parse_yaml
from gateway_rules.inputs.stack_file import KEYS
from gateway_rules.review.comparison import Review, review_change
from gateway_rules.review.settings import SettingChange, settings_between
from gateway_rules.views import review_as_markdown, review_as_text

TODAY = date(2026, 6, 30)
CONFIG: dict[str, Any] = parse_yaml(STACK.format(region="eu-west-1"), "stack").data["config"]
OTHERWISE: dict[str, Any] = {
    "region": "eu-central-2",
    "networks": ["10.42.8.0/25"],
    "roles": CONFIG[KEYS["roles"]] | {"administrators": ["10.42.1.0/24"]},
    "gateway_version": "3.8",
    "services": CONFIG[KEYS["services"]] | {"dns": ["10.42.0.9/32"]},
    "additions": [
        {"name": "smtp", "direction": "ingress", "protocol": "tcp", "ports": 25}
        | {"peers": ["192.0.2.0/24"]}
    ],
    "ephemeral_ports": {"gateway": "49152-65535"},
    "quotas": {"entries_per_network_acl": 39},
    "security_groups": "by_section",
    "protect": False,
    "addresses": {"max_age_days": 7},
    "vpc": {"Name": "other"},
    "subnets": {"Tier": "other"},
    "take_over": True,
}
"""Another value for every key that a stack's file may have."""
OTHERS: dict[str, Any] = {
    "aws:endpoints": [{"ec2": "http://192.0.2.1"}],
    "aws:assumeRoles": [{"roleArn": "arn:aws:iam::111111111111:role/x"}],
    "aws:profile": "prod",
    "aws:skipCredentialsValidation": True,
    "aws:allowedAccountIds": ["111111111111"],
    "other:key": 3,
}


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository with a branch that has just begun."""
    found = repository(tmp_path)
    write(found, CONFIG)
    found.commit()
    found.git("branch", "-f", "main")
    return found


def write(there: Repository, config: dict[str, Any], **beside: Any) -> None:
    """Write the stack's file; JSON is YAML."""
    there.write(IRELAND, json.dumps({"config": config, **beside}))


def stopped(review: Review) -> set[str]:
    """Name the limits that the change goes past."""
    return {breach.limit for breach in review.verdict.breaches}


def test_another_value_is_known_for_every_key() -> None:
    """A key that the model gets is tried below, or this fails."""
    assert OTHERWISE.keys() == KEYS.keys()


@pytest.mark.parametrize("key", [*(KEYS[name] for name in OTHERWISE), *OTHERS])
def test_a_key_that_changes_has_a_line(there: Repository, key: str) -> None:
    """In the terminal, in the comment and in the JSON, though no packet may change."""
    value = (OTHERS | {KEYS[name]: each for name, each in OTHERWISE.items()})[key]
    write(there, CONFIG | {key: value})
    review = review_change(there.root, None, TODAY)
    [diff] = [diff for diff in review.diffs if diff.stack == "eu-west-1"]
    assert diff.causes
    text = review_as_text(review.diffs, review.verdict, "main", None)
    comment = review_as_markdown(review.diffs, review.verdict, "main")
    assert text.count("  edited: ") >= 1
    assert len([line for line in comment.splitlines() if line.startswith("- ")]) >= 1
    keys = [change["key"] for change in diff.as_json()["settings"]]
    assert any(each == key or each.startswith(f"{key}.") for each in keys)


@pytest.mark.parametrize(
    ("changed", "limits"),
    [
        ({KEYS["vpc"]: {"Name": "other"}}, ["leaving-networks", "target"]),
        ({KEYS["subnets"]: {"Tier": "other"}}, ["leaving-networks", "target"]),
        *(({key: value}, ["target"]) for key, value in OTHERS.items() if key.startswith("aws:")),
        ({KEYS["take_over"]: True}, ["take-over"]),
        ({KEYS["protect"]: False}, ["protection"]),
        ({KEYS["networks"]: ["10.42.8.0/27"]}, ["leaving-networks"]),
        ({KEYS["addresses"]: {"max_age_days": 7}}, []),
        ({"other:key": 3}, []),
    ],
    ids=str,
)
def test_a_guard_that_goes_and_another_place_are_stopped(
    there: Repository, changed: dict[str, Any], limits: list[str]
) -> None:
    """Where a stack goes, what it may take over and what protects it needs a second look."""
    write(there, CONFIG | changed)
    assert sorted(stopped(review_change(there.root, None, TODAY))) == limits


def test_a_stack_that_goes_is_stopped_until_a_line_says_that_it_may(there: Repository) -> None:
    """What is deployed stays, so nothing is closed; a line keeps it in mind."""
    (there.root / FRANKFURT).unlink()
    review = review_change(there.root, None, TODAY)
    [gone] = [diff for diff in review.diffs if diff.stack == "eu-central-1"]
    assert (gone.status, gone.closed, gone.closed_addresses) == ("removed", (), 0)
    assert stopped(review) == {"removed-stack"}
    line = "{stack: eu-central-1, since: 2026-06-30, reason: moved}"
    there.write("stacks/retired.yaml", f"retired: [{line}]\n")
    assert stopped(review_change(there.root, None, TODAY)) == set()


def test_secrets_are_not_shown() -> None:
    """Neither a secret of Pulumi's nor a key that is written as plain text is printed."""
    then = {"config": {"aws:secretKey": {"secure": "v1:one"}, "aws:token": "one"}}
    now = {
        "config": {"aws:secretKey": {"secure": "v1:two"}, "aws:token": "two", "a:b": [1]},
        "encryptionsalt": "v1:three",
    }
    found = settings_between(then, now)
    assert [str(change) for change in found] == [
        "aws:secretKey: has another value (not shown)",
        "aws:token: has another value (not shown)",
        "a:b: was not written, is [1]",
        "encryptionsalt: was not written, is (not shown)",
    ]


NAMES = st.text("ab:.", min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        (
            {"config": {"aws:profile": "a"}},
            {"config": {"aws:profile": "b"}, "aws:profile": "a"},
            ['aws:profile: was "a", is "b"', 'aws:profile: was not written, is "a"'],
        ),
        (
            {"config": {"a:b": {"c.d": 1}}},
            {"config": {"a:b": {"c": {"d": 1}}}},
            ["a:b.c.d: was 1, is not written any more", "a:b.c.d: was not written, is 1"],
        ),
        (
            {"config": {"aws:skipCredentialsValidation": False}},
            {"config": {"aws:skipCredentialsValidation": True}},
            ["aws:skipCredentialsValidation: was false, is true"],
        ),
        (
            {"config": {"a:b": [{"secure": "v1:x"}, 1]}},
            {"config": {"a:b": [{"secure": "v1:y"}, 2]}},
            ['a:b: was ["(not shown)", 1], is ["(not shown)", 2]'],
        ),
        (
            {"config": {"a:b": 'x "secure" y'}},
            {"config": {"a:b": None}},
            ['a:b: was "x \\"secure\\" y", is null'],
        ),
    ],
)
def test_no_key_stands_for_another_and_no_value_hides(
    then: dict[str, Any], now: dict[str, Any], told: list[str]
) -> None:
    """A key beside `config:`, a dot in a name or a word in a text covers nothing up."""
    assert [*map(str, settings_between(then, now))] == told


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(SCALARS, lambda of: st.lists(of, max_size=3) | st.dictionaries(NAMES, of))


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.dictionaries(NAMES, VALUES, max_size=4))
def test_whatever_differs_is_told(then: dict[str, Any], now: dict[str, Any]) -> None:
    """Two files are told as the same just where they hold the same."""
    found = settings_between({"config": then}, {"config": now})
    assert (found == ()) == (json.dumps(then, sort_keys=True) == json.dumps(now, sort_keys=True))
    turned = settings_between({"config": now}, {"config": then})
    assert {SettingChange(key, after, before) for key, before, after in found} == {*turned}
