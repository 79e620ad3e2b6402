"""Stacks made from one: their Regions, their files, and what they leave alone."""

import shutil
from itertools import islice
from pathlib import Path

import pytest

from gateway_rehearsal import fleet
from gateway_rehearsal.layout import Layout
from gateway_rules.errors import Faults
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.project import stack_names
from gateway_rules.inputs.stack_file import StackFile, read_without_addresses
from gateway_rules.planning.stack_plan import load_plan

ROOT = Path(__file__).parents[2]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Give a project with the stack that fleets are made from."""
    (tmp_path / "stacks").mkdir()
    for name in ("Pulumi.yaml", "__main__.py", f"stacks/Pulumi.{fleet.TEMPLATE}.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return Layout(tmp_path, fleet=True)


def test_begins_with_every_geography() -> None:
    """Six stacks are in six parts of the world, thirty in thirty Regions."""
    catalogue = read_catalogue()
    names = [*fleet.names(catalogue, 30)]
    first = [catalogue.regions[region].geography for _, region in names[:6]]
    assert sorted(first) == ["APAC", "CANADA", "EMEA", "JAPAN", "LATAM", "US"]
    assert len({region for _, region in names}) == 30
    assert all(name == f"fleet-{region}" for name, region in names)


def test_goes_round_again_when_regions_are_used_up() -> None:
    """More stacks than Regions share these, each by a name of its own."""
    names = [*fleet.names(read_catalogue(), 100)]
    assert len({name for name, _ in names}) == 100
    assert ("fleet-us-east-1-2", "us-east-1") in names
    assert names[:30] == [*islice(fleet.names(read_catalogue(), 30), 30)]


def test_makes_the_template_with_another_region(layout: Layout) -> None:
    """A stack of a fleet differs from the template in its Region and its VPC, and in no more."""
    files = fleet.files(layout.root, 7)
    fleet.make(layout, files)

    names = [file.site.stack for file in files]
    assert stack_names(layout.source) == tuple(sorted(names))
    catalogue = read_catalogue()
    read = [read_without_addresses(layout.source, name, catalogue) for name in names]
    assert [(f.site, f.location) for f in read] == [(f.site, f.location) for f in files]
    template = read_without_addresses(layout.root, fleet.TEMPLATE, catalogue)
    assert {shared(file) for file in files} == {shared(template)}
    assert len({*names}) == len({str(file.location.vpc) for file in files}) == 7


def shared(file: StackFile) -> tuple[str, str]:
    """Give what no stack of a fleet has of its own."""
    site = file.site.model_dump_json(exclude={"stack", "region"})
    return site, file.location.model_dump_json(exclude={"vpc"})


def test_is_a_project_that_plans(layout: Layout) -> None:
    """Whoever goes into the fleet's folder has a project like any other."""
    file = next(f for f in fleet.files(layout.root, 10) if f.site.region.startswith("eu-"))
    fleet.make(layout, (file,))

    site = file.site
    assert load_plan(layout.source, site.stack).plan.site == site
    assert (layout.source / "__main__.py").read_text() == (ROOT / "__main__.py").read_text()
    assert layout.stack_file(site.stack).exists()


def test_makes_afresh(layout: Layout) -> None:
    """A smaller fleet leaves nothing of the larger one before it, nor what was looked up for it."""
    fleet.make(layout, fleet.files(layout.root, 3))
    looked_up = layout.source / ".local" / "addresses" / "fleet-us-east-1.yaml"
    looked_up.parent.mkdir(parents=True)
    looked_up.touch()
    (file,) = fleet.files(layout.root, 1)

    fleet.make(layout, (file,))

    assert stack_names(layout.source) == (file.site.stack,)
    assert not looked_up.exists()


def test_leaves_the_users_stacks_alone(layout: Layout) -> None:
    """The files of the project are as before, and all that is made is under `.local/`."""
    before = {file: file.read_bytes() for file in layout.root.rglob("*") if file.is_file()}

    fleet.make(layout, fleet.files(layout.root, 2))

    made = {file for file in layout.root.rglob("*") if file.is_file()} - before.keys()
    assert all(file.is_relative_to(layout.local) for file in made)
    assert {file: file.read_bytes() for file in before} == before


def test_takes_the_projects_own_package(layout: Layout) -> None:
    """A catalogue that the project has changed is the fleet's as well."""
    package = layout.root / "gateway_rules"
    package.mkdir()
    fleet.make(layout, ())

    assert (layout.source / "gateway_rules").resolve() == package.resolve()


def test_needs_the_template(layout: Layout) -> None:
    """Without the stack that all are made from there is a fault and no fleet."""
    layout.root.joinpath("stacks", f"Pulumi.{fleet.TEMPLATE}.yaml").unlink()

    with pytest.raises(Faults) as caught:
        fleet.files(layout.root, 3)

    (fault,) = caught.value.faults
    assert str(fault) == (
        "error: <command>:1:1: [unknown-stack] there is no stack eu-west-1; "
        "write a stack file first"
    )


def test_shows_the_faults_of_the_template(layout: Layout) -> None:
    """A broken template is told once, by the user's own file, not once a stack."""
    file = layout.root / "stacks" / f"Pulumi.{fleet.TEMPLATE}.yaml"
    file.write_text(file.read_text().replace("10.42.0.0/24", "10.42.0.1/24"))

    with pytest.raises(Faults) as caught:
        fleet.files(layout.root, 3)

    assert [(fault.file, fault.rule) for fault in caught.value.faults] == [
        (f"stacks/{file.name}", "host-bits")
    ]
