"""The command line: what it prints, where, and with which exit code."""

import errno
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typed import Done, Type, typist
from written import STACK, fixtures, project, promised

from gateway_rules.errors import Fault, NoAnswer
from gateway_rules.inputs.catalogue import SHIPPED
from gateway_rules.inputs.project import stack_names

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "gateway_rules")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Give a function that runs a command line in this process."""
    return typist(monkeypatch, capsys)


def test_show_prints_tables(run: Type) -> None:
    """A stack's plan comes as text on standard output, and nothing else comes."""
    done = run("-C", ROOT, "show", "eu-west-1")
    assert (done.code, done.err, done.out.splitlines()[0]) == (
        0,
        [],
        "eu-west-1 in eu-west-1: Clearswift SECURE Email Gateway V3, issue 3.14",
    )


def test_show_prints_one_json_document(run: Type) -> None:
    """With --json standard output is JSON from end to end."""
    done = run("-C", ROOT, "show", "eu-west-1", "--json")
    assert (done.code, done.err, json.loads(done.out)["stack"]) == (0, [], "eu-west-1")


def test_the_same_files_give_the_same_bytes(run: Type) -> None:
    """Two runs differ in nothing."""
    first, second = (run("-C", ROOT, "show", "eu-central-1", "--json") for _ in range(2))
    assert first == second


def test_lines_end_where_their_text_does(run: Type) -> None:
    """In a pipe no line is filled up with spaces."""
    lines = run("-C", ROOT, "show", "eu-west-1").out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []


def test_the_catalogue_needs_no_project(
    run: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document's rows come with the package, wherever one stands."""
    monkeypatch.chdir(tmp_path)
    done = run("catalogue")
    assert (done.code, done.err) == (0, [])
    assert "Product updates (product-updates): egress tcp 80" in done.out.splitlines()


def test_the_catalogue_is_the_one_that_stacks_are_planned_with(run: Type, tmp_path: Path) -> None:
    """A project that holds a document of its own is shown that one."""
    own = project(tmp_path) / "gateway_rules" / "catalogue" / SHIPPED.name
    own.parent.mkdir(parents=True)
    own.write_text(re.sub("(?m)^title: .*", "title: Another Gateway", SHIPPED.read_text()))
    for command in (("show", "bad"), ("catalogue",)):
        assert "Another Gateway, issue " in run("-C", tmp_path, *command).out


def test_the_catalogue_as_json_is_what_its_file_holds(run: Type) -> None:
    """Services, errata and caveats come with the keys of the file."""
    data = json.loads(run("catalogue", "--json").out)
    assert {key: type(value) for key, value in data.items()} == {
        **dict.fromkeys(("title", "issue", "date"), str),
        **dict.fromkeys(("sections", "roles"), dict),
        **dict.fromkeys(("services", "errata", "caveats", "administrative"), list),
    }
    dns = next(service for service in data["services"] if service["id"] == "dns")
    assert dns == {
        "id": "dns",
        "section": "2",
        "row": "DNS",
        "direction": "egress",
        "reason": "every row of the section is a client of a public server",
        "protocol": "udp",
        "anywhere": True,
        "ports": [53],
        "hosts": [],
    }


def test_the_project_is_found_from_a_folder_below(run: Type, tmp_path: Path) -> None:
    """-C may name any folder inside of the project."""
    root = project(tmp_path)
    done = run("-C", root / "stacks", "show", "bad", "--json")
    assert json.loads(done.out)["stack"] == "bad"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("nope",), "[usage] No such command 'nope'; see gateway-rules --help"),
        (("--json",), "[usage] No such option: --json; see gateway-rules --help"),
        (("show",), "[usage] Missing argument 'stack'; see gateway-rules show --help"),
        (
            ("show", "a", "b"),
            "[usage] Got unexpected extra argument(s) (b); see gateway-rules show --help",
        ),
        (
            ("show", "a", "--nope"),
            "[usage] No such option: --nope; see gateway-rules show --help",
        ),
        (("-C",), "[usage] Option '-C' requires an argument; see gateway-rules --help"),
        (
            ("-C", str(ROOT), "show", "nope"),
            f"[unknown-stack] there is no stack nope; write one of: {', '.join(stack_names(ROOT))}",
        ),
    ],
)
def test_a_wrong_command_line_is_a_fault(run: Type, arguments: tuple[str, ...], line: str) -> None:
    """Usage faults are lines like all others, with the help to read."""
    done = run(*arguments)
    assert (done.code, done.err) == (2, [f"error: <command>:1:1: {line}"])


@pytest.mark.parametrize("package", [None, "", "gateway_rules", "pytest"])
def test_the_program_has_one_name(
    run: Type, monkeypatch: pytest.MonkeyPatch, package: str | None
) -> None:
    """However Python was started, the help to read goes by the name of the command."""
    monkeypatch.setattr(sys.modules["__main__"], "__package__", package)
    line = "[usage] No such command 'nope'; see gateway-rules --help"
    assert run("nope").err == [f"error: <command>:1:1: {line}"]


@pytest.mark.parametrize("arguments", [(), ("local",)])
def test_a_command_alone_shows_its_help(run: Type, arguments: tuple[str, ...]) -> None:
    """Who types nothing more is shown what there is, and no fault."""
    done = run(*arguments)
    assert (done.code, done.err, "Usage: gateway-rules" in done.out) == (2, [], True)


def test_faults_go_to_standard_error(run: Type, tmp_path: Path) -> None:
    """Every fault of a file is one line, and standard output stays empty."""
    (fixture,) = [path for path in fixtures("stack") if path.stem == "five-faults"]
    done = run("-C", project(tmp_path, fixture.read_text()), "show", "bad")
    assert done == Done(2, "", promised(fixture))


def test_faults_are_json_as_well(run: Type, tmp_path: Path) -> None:
    """With --json the same faults, part by part, are on standard output."""
    stack = STACK.replace("10.42.0.0/24", "10.42.0.1/24")
    done = run("-C", project(tmp_path, stack), "show", "bad", "--json")
    assert (done.code, len(done.err)) == (2, 1)
    assert json.loads(done.out) == {
        "errors": [
            {
                "file": "stacks/Pulumi.bad.yaml",
                "line": 7,
                "column": 22,
                "rule": "host-bits",
                "message": (
                    "gateway-rules:roles.administrators: 10.42.0.1/24 has bits behind its "
                    "prefix length"
                ),
                "fix": "write 10.42.0.0/24 for the network, 10.42.0.1/32 for the host",
            }
        ]
    }


def test_a_pending_stack_that_is_named_is_an_error(run: Type, tmp_path: Path) -> None:
    """It cannot be shown, and the cure is told."""
    root = project(tmp_path, STACK.replace("eu-west-1", "us-east-1"))
    done = run("-C", root, "show", "bad")
    assert (done.code, done.err[0].split()[2]) == (2, "[pending]")


def test_a_budget_that_cannot_be_met_is_a_finding(run: Type, tmp_path: Path) -> None:
    """Nothing is malformed: the files ask for more than the quota holds, which is exit 1."""
    stack = STACK + "  gateway-rules:quotas: {entries_per_network_acl: 2}\n"
    done = run("-C", project(tmp_path, stack), "show", "bad")
    assert (done.code, [line.split()[2] for line in done.err]) == (1, ["[acl-quota]"] * 2)


def test_no_answer_is_an_exit_code_of_its_own(run: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where AWS or the engine cannot be asked, the command has found nothing either way."""
    fault = Fault("stacks/Pulumi.a.yaml", 1, 1, "aws", "nobody answers", "mend the network")

    def unanswered(*_: object) -> None:
        raise NoAnswer(fault)

    monkeypatch.setattr("gateway_rules.cli.show.load_plan", unanswered)
    assert run("-C", ROOT, "show", "a") == Done(3, "", [str(fault)])


def test_an_interrupt_is_no_traceback(run: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a command as a shell expects it."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway_rules.cli.show.load_plan", interrupted)
    assert run("-C", ROOT, "show", "a") == Done(130, "", [])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", ".local/x"),
            ".local/x: Permission denied",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    ],
)
def test_what_the_machine_refuses_is_a_line(
    run: Type, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    """A full disk and missing rights are no faults of the program: nobody need read its calls."""

    def refused(*_: object) -> None:
        raise error

    monkeypatch.setattr("gateway_rules.cli.show.load_plan", refused)
    line = (
        f"error: <command>:1:1: [machine] {said}; "
        "make room, or see that you may read and write there"
    )
    assert run("-C", ROOT, "show", "a") == Done(3, "", [line])


@pytest.mark.parametrize(
    ("arguments", "examples"),
    [
        (("--help",), "Example: gateway-rules show eu-west-1"),
        (("show", "--help"), "Example: gateway-rules show eu-west-1"),
        (("catalogue", "--help"), "Example: gateway-rules catalogue | less"),
        (("verify", "--help"), "Example: AWS_PROFILE=audit gateway-rules verify eu-west-1"),
        (("local", "up", "--help"), "Example: gateway-rules local up"),
    ],
)
def test_help_teaches_by_example(run: Type, arguments: tuple[str, ...], examples: str) -> None:
    """Every command shows a line that can be typed."""
    done = run(*arguments)
    assert (done.code, examples in " ".join(done.out.split())) == (0, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk_is_a_fault() -> None:
    """What cannot be written is told in a line, and no part of it is taken for an answer."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603 - the arguments are this file's own.
            [*PROGRAM, "-C", ROOT, "show", "eu-west-1"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        3,
        (
            "error: <command>:1:1: [output] standard output cannot be written: "
            "No space left on device; make room, or write elsewhere\n"
        ),
    )


def test_a_terminal_without_unicode_gets_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has no letters for is a question mark; all else is there."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = subprocess.run(  # noqa: S603 - the arguments are this file's own.
        [*PROGRAM, "-C", str(ROOT), "show", "eu-west-1"],
        capture_output=True,
        text=True,
        encoding="ascii",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\negress ipv4: 50 of 60 rules  " + "?" * 20 + "\n" in done.stdout


def test_a_reader_that_goes_away_is_no_fault() -> None:
    """`show | head` ends in silence, with the code that a shell gives to SIGPIPE."""
    process = subprocess.Popen(  # noqa: S603 - the arguments are this file's own.
        [*PROGRAM, "-C", ROOT, "show", "eu-west-1", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate()
    assert (process.returncode, err) == (141, "")
