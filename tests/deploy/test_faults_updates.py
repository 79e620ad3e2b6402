"""Updates on a bad network: they end right or say that they failed, and the next one ends right."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from fault_proxy import Outcome, seeded
from nightly import chosen
from small import REGION, Small, small_project

from gateway_rehearsal.aws.client import client
from gateway_rules.audit.verification.verifier import verify

pytestmark = pytest.mark.engine

SHARE = 0.06
"""Of all calls, those that go wrong: a few in each update."""
UPDATED = "updated"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """Give a project with a stack that is deployed."""
    with small_project(tmp_path_factory.mktemp("project"), UPDATED) as project:
        yield project


def _ends_right_in(small: Small, stack: str, seed: int) -> None:
    """Deploy a stack while calls go wrong, then repair and deploy it while none does."""
    small.proxy.settle()
    small.proxy.decide = seeded(seed, SHARE)
    run = small.project.up(stack)
    spoilt = [outcome for _, outcome in small.proxy.outcomes if outcome is not Outcome.ANSWERED]
    small.proxy.settle()
    assert spoilt
    assert (run.code == 0) == (run.errors == ())
    if run.code == 0:
        small.is_right(stack)
    else:
        small.ends_right(stack)


@pytest.mark.parametrize("seed", chosen(range(5), {0}))
def test_first_update_on_a_bad_network(small: Small, seed: int) -> None:
    """A new stack is there whole, or what went wrong is said and the next update completes it."""
    stack = f"fault-{seed}"
    small.make(stack)
    _ends_right_in(small, stack, seed)


@pytest.mark.parametrize("seed", chosen(range(5, 10), {5, 6}))
def test_later_update_on_a_bad_network(small: Small, seed: int) -> None:
    """A change is there whole, or what went wrong is said and the next update completes it."""
    small.change(UPDATED)
    _ends_right_in(small, UPDATED, seed)


@pytest.mark.parametrize("seed", chosen(range(5), {0}))
def test_verify_on_a_bad_network_is_right_or_fails(small: Small, seed: int) -> None:
    """Reading finds what is there, or raises an error of boto3; it never finds something else."""
    small.proxy.settle()
    small.proxy.decide = seeded(seed, 0.3)
    try:
        found = verify(small.project.planned(UPDATED), client(small.proxy.endpoint, REGION))
    except (BotoCoreError, ClientError):
        return
    finally:
        small.proxy.settle()
    assert found.is_clean
