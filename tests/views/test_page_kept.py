"""Curves that are kept are those that would be made, and nobody else's."""

from pathlib import Path

import pytest
from sites import FEW, shipped, site

from gateway_rules import planning
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.views.page import kept
from gateway_rules.views.page.kept import curves

CAUGHT = "made anew"
LITTLE = {
    "roles": FEW["roles"],
    "services": dict.fromkeys(shipped().by_id.keys() - {"ssh", "ldap", "rss-feed"}, False),
    "quotas": {"entries_per_network_acl": 40},
}


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan a site that asks for little."""
    return plan(shipped(), site(**LITTLE))


@pytest.fixture
def caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody make a curve unseen."""

    def caught(_plan: Plan) -> None:
        raise AssertionError(CAUGHT)

    monkeypatch.setattr(kept, "excess_curve", caught)


def assert_made_anew(made: Plan, folder: Path) -> None:
    """See that a plan's curves are not taken from the folder."""
    with pytest.raises(AssertionError, match=CAUGHT):
        curves(made, folder)


def test_kept_curves_are_those_that_were_made(
    planned: Plan, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The second page takes what the first one made."""
    folder = tmp_path / "new" / "curves"
    made = curves(planned, folder)
    request.getfixturevalue("caught")
    assert curves(planned, folder) == made


def test_without_a_folder_nothing_is_kept(planned: Plan) -> None:
    """The curves are the same."""
    assert curves(planned, None) == planning.excess_curve(planned)


def test_other_requirements_have_other_curves(
    planned: Plan, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A prefix or a quota more is another plan."""
    curves(planned, tmp_path)
    roles = LITTLE["roles"] | {"administrators": ["10.1.0.0/25"]}
    quotas = LITTLE["quotas"] | {"entries_per_network_acl": 39}
    request.getfixturevalue("caught")
    for changed in ({"roles": roles}, {"quotas": quotas}):
        assert_made_anew(plan(shipped(), site(**LITTLE | changed)), tmp_path)


@pytest.mark.parametrize("module", ["budget_curve.py", "cover/branch_and_bound.py"])
def test_another_version_has_other_curves(
    module: str,
    planned: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """A change of the code that makes them is not hidden by what an older one made."""
    source = tmp_path / "package"
    (source / module).parent.mkdir(parents=True)
    (source / module).write_text("one")
    monkeypatch.setattr(planning, "__file__", str(source / "__init__.py"))
    curves(planned, tmp_path)
    (source / module).write_text("another")
    request.getfixturevalue("caught")
    assert_made_anew(planned, tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[", "{}", "[1]", '{"curves": [{"points": []}]}', '{"curves": [1]}']
)
def test_what_is_damaged_is_made_anew(planned: Plan, tmp_path: Path, text: str) -> None:
    """A file that was cut off, or that is another's, is replaced."""
    made = curves(planned, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_text()
    file.write_text(text)
    assert (curves(planned, tmp_path), file.read_text()) == (made, whole)


def test_where_nothing_can_be_kept_the_page_is_the_same(planned: Plan, tmp_path: Path) -> None:
    """A file that stands in the way is no matter of the page."""
    (tmp_path / "file").write_text("")
    assert curves(planned, tmp_path / "file" / "curves") == planning.excess_curve(planned)


def test_the_oldest_go(planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder does not grow for ever."""
    monkeypatch.setattr(kept, "_MOST", 1)
    (tmp_path / "old.json").write_text("[]")
    curves(planned, tmp_path)
    (left,) = tmp_path.iterdir()
    assert left.name != "old.json"
