"""Revisions and their files, read from repositories in every state that users bring."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import CATALOGUE, IRELAND, Repository, repository

from gateway_rules.errors import Faults, NoAnswer
from gateway_rules.review import git

UNSHALLOW = "git fetch --unshallow, or fetch-depth: 0 in a workflow"


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository with a branch that has just begun."""
    return repository(tmp_path / "repository")


@pytest.fixture
def shallow(there: Repository, tmp_path: Path) -> Repository:
    """Give a clone of the branch that holds its last commit alone."""
    there.commit()
    there.git("switch", "-q", "main")
    clone = tmp_path / "clone"
    options = ("--quiet", "--depth", "1", "--branch", "change")
    there.git("clone", *options, there.top.as_uri(), str(clone))
    return Repository(clone, clone)


def told(error: pytest.ExceptionInfo[Faults]) -> list[str]:
    """Give the lines that a user is told."""
    return [str(fault) for fault in error.value.faults]


def files(root: Path, commit: str) -> dict[str, str]:
    """Give the files of a commit by their names in the project."""
    with git.files_at(root, commit) as folder:
        found = [path for path in folder.rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


# --- Where a branch began --------------------------------------------------------------------


def test_the_base_is_where_the_branch_began(there: Repository) -> None:
    """Neither what the branch nor what main has got since counts."""
    began = there.git("rev-parse", "main").strip()
    there.commit("of the branch")
    there.git("switch", "-q", "main")
    there.commit("of main")
    there.git("switch", "-q", "change")
    assert git.base_revision(there.root) == began


def test_a_detached_head_has_a_base_too(there: Repository) -> None:
    """A workflow checks out a commit, not a branch."""
    began = there.git("rev-parse", "main").strip()
    there.git("switch", "-q", "--detach", there.commit())
    assert git.base_revision(there.root) == began


def test_on_main_itself_the_base_is_its_last_commit(there: Repository) -> None:
    """There the working tree is compared with what is committed."""
    there.git("switch", "-q", "main")
    assert git.base_revision(there.root) == there.git("rev-parse", "HEAD").strip()


def test_the_remote_main_goes_before_the_local_one(there: Repository, tmp_path: Path) -> None:
    """A local main that nobody has moved for a while is not asked."""
    there.git("switch", "-q", "main")
    clone = Repository(tmp_path / "clone", tmp_path / "clone")
    there.git("clone", "-q", str(there.top), str(clone.top))
    clone.git("switch", "-q", "-c", "mine")
    newest = there.commit()
    clone.git("fetch", "-q")
    clone.git("merge", "-q", "--ff-only", "origin/main")
    assert git.base_revision(clone.root) == newest


def test_without_a_main_branch_a_revision_is_asked_for(there: Repository) -> None:
    """No branch has one of the usual names."""
    there.git("branch", "-q", "-m", "main", "trunk")
    with pytest.raises(NoAnswer) as error:
        git.base_revision(there.root)
    assert told(error) == [
        "error: <command>:1:1: [no-base] there is no main branch; name the revision to compare with"
    ]


def test_branches_that_never_met_have_no_base(there: Repository) -> None:
    """A branch that began from nothing has no commit in common with main."""
    there.git("switch", "-q", "--orphan", "alone")
    there.write("Pulumi.yaml", "name: other\n")
    there.commit()
    with pytest.raises(NoAnswer) as error:
        git.base_revision(there.root)
    what = "HEAD and main have no commit in common"
    fix = "name the revision to compare with"
    assert told(error) == [f"error: <command>:1:1: [no-base] {what}; {fix}"]


def test_a_shallow_clone_is_told_how_to_get_the_rest(shallow: Repository) -> None:
    """The clone has no main branch; the cure is the history, not another name."""
    with pytest.raises(NoAnswer) as error:
        git.base_revision(shallow.root)
    what = f"there is no main branch; {UNSHALLOW}"
    assert told(error) == [f"error: <command>:1:1: [no-base] {what}"]


# --- A revision by name ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["main", "HEAD~1", "v1"])
def test_a_branch_a_tag_and_a_commit_are_revisions(there: Repository, name: str) -> None:
    """Each names the commit on main."""
    began = there.git("rev-parse", "main").strip()
    there.git("tag", "-a", "-m", "first", "v1")
    there.commit()
    assert git.resolve(there.root, name) == began


@pytest.mark.parametrize("name", ["nowhere", "--all", "main:stacks", "", "a b", "^main"])
def test_what_names_no_commit_is_refused(there: Repository, name: str) -> None:
    """Neither a typing error nor an option of git is a revision."""
    with pytest.raises(Faults) as error:
        git.resolve(there.root, name)
    fix = "write a branch, a tag or a commit of this repository"
    assert told(error) == [f"error: <command>:1:1: [unknown-revision] {name} is no revision; {fix}"]
    assert not isinstance(error.value, NoAnswer)


def test_a_shallow_clone_may_not_hold_a_revision(shallow: Repository) -> None:
    """There the revision may exist, so the command could not answer."""
    with pytest.raises(NoAnswer) as error:
        git.resolve(shallow.root, "HEAD~1")
    what = f"this clone does not hold HEAD~1; {UNSHALLOW}"
    assert told(error) == [f"error: <command>:1:1: [no-base] {what}"]


@pytest.mark.parametrize("ask", [git.base_revision, lambda root: git.resolve(root, "main")])
def test_outside_of_a_repository_git_is_quoted(tmp_path: Path, ask: Callable[[Path], str]) -> None:
    """Git's own words say what is wrong, whether or not a revision is given."""
    with pytest.raises(NoAnswer) as error:
        ask(tmp_path)
    what = "not a git repository (or any of the parent directories): .git"
    assert told(error) == [f"error: <command>:1:1: [git] {what}; run it in a clone of the project"]


def test_a_repository_without_a_commit_has_no_revision(tmp_path: Path) -> None:
    """Before the first commit there is nothing to compare with."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)  # noqa: S603, S607 - as in a shell.
    with pytest.raises(NoAnswer) as error:
        git.base_revision(tmp_path)
    what = "there is no main branch; name the revision to compare with"
    assert told(error) == [f"error: <command>:1:1: [no-base] {what}"]


def test_without_git_that_is_what_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without git gets a line, not a traceback."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoAnswer) as error:
        git.base_revision(tmp_path)
    what = "git is not installed; run it in a clone of the project"
    assert told(error) == [f"error: <command>:1:1: [git] {what}"]


# --- The files of a commit -----------------------------------------------------------------------


def test_only_what_a_plan_is_made_of_is_read(there: Repository) -> None:
    """The program's own code and everything else of the project stay where they are."""
    there.write("gateway_rules/plan.py", "raise SystemExit\n")
    there.write("README.md", "read me\n")
    assert files(there.root, there.commit()).keys() == {
        *("Pulumi.yaml", CATALOGUE),
        *("stacks/Pulumi.eu-central-1.yaml", IRELAND),
    }


def test_the_working_tree_does_not_shine_through(there: Repository) -> None:
    """A commit's files are as they were, whatever is edited, untracked or removed now."""
    before = files(there.root, "HEAD")
    there.edit(IRELAND, "eu-west-1", "eu-west-2")
    there.write("stacks/Pulumi.eu-west-3.yaml", "config: {}\n")
    (there.root / CATALOGUE).unlink()
    assert files(there.root, "HEAD") == before


@pytest.mark.parametrize("name", ["two words", "größe", '"quoted"', "a\\b", "[a]*", "tab\there"])
def test_a_file_may_have_any_name(there: Repository, name: str) -> None:
    """Spaces, letters beyond ASCII and git's own signs are names like any other."""
    there.write(f"stacks/addresses/{name}.yaml", "hosts: []\n")
    assert files(there.root, there.commit())[f"stacks/addresses/{name}.yaml"] == "hosts: []\n"


def test_a_project_in_a_folder_of_the_repository_is_read_by_its_own_names(tmp_path: Path) -> None:
    """Other projects beside it are not read."""
    there = repository(tmp_path, "mail/gate way")
    (there.top / "stacks").mkdir()
    (there.top / "stacks" / "Pulumi.other.yaml").write_text("config: {}\n")
    assert IRELAND in files(there.root, there.commit())
    assert "stacks/Pulumi.other.yaml" not in files(there.root, "HEAD")


def test_a_commit_without_the_project_has_no_files(there: Repository) -> None:
    """A commit from before the project was there is empty, and no fault."""
    there.git("switch", "-q", "--orphan", "before")
    there.write("README.md", "nothing yet\n")
    assert files(there.root, there.commit()) == {}


def test_a_link_out_of_the_project_is_not_followed(there: Repository) -> None:
    """A commit may hold anything; what it links to is not read from this machine."""
    (there.root / "stacks" / "Pulumi.linked.yaml").symlink_to("/etc/hostname")
    with pytest.raises(NoAnswer) as error:
        files(there.root, there.commit())
    what = "'stacks/Pulumi.linked.yaml' is a link to an absolute path"
    assert told(error) == [f"error: <command>:1:1: [git] {what}; run it in a clone of the project"]


def test_what_is_kept_out_of_archives_is_no_past(there: Repository) -> None:
    """Without a catalogue of its own the past would be planned with that of the working tree."""
    there.write(".gitattributes", "gateway_rules/catalogue export-ignore\n")
    commit = there.commit()
    with pytest.raises(NoAnswer) as error:
        files(there.root, commit)
    what = f"an attribute export-ignore of {commit[:9]} hides {CATALOGUE}"
    fix = "write the line * -export-ignore into .git/info/attributes"
    assert told(error) == [f"error: <command>:1:1: [git] {what}; {fix}"]
    (there.top / ".git" / "info" / "attributes").write_text("* -export-ignore\n")
    assert CATALOGUE in files(there.root, commit)


def test_what_git_says_need_not_be_utf8(there: Repository) -> None:
    """A tag may have been named in another encoding long ago."""
    there.git("tag", os.fsdecode(b"gr\xf6\xdfe"))
    assert git.git_error(there.root, "describe", "--tags") == "gr\ufffd\ufffde"


def test_the_folder_is_gone_afterwards(there: Repository) -> None:
    """Nothing is left behind in the temporary folder."""
    with git.files_at(there.root, "HEAD") as folder:
        assert folder.is_dir()
    assert not folder.exists()
