"""What reads and plans needs neither Pulumi nor AWS; the order of the rooms is a lint contract."""

import subprocess
import sys

import pytest
from sources import modules

FOREIGN = ("pulumi", "pulumi_aws", "boto3", "botocore", "moto", "grpc", "gateway_rehearsal")
NEEDS_FOREIGN = tuple(
    f"gateway_rules.{name}"
    for name in ("deploy.component", "deploy.program", "deploy.take_over", "audit.aws", "__main__")
)


def run(program: str) -> str:
    """Run Python afresh; give what it prints."""
    done = subprocess.run(  # noqa: S603 - the program is this file's own.
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


def test_the_core_is_imported_without_pulumi_and_aws() -> None:
    """Only what asks AWS or Pulumi cannot be imported where neither is installed."""
    own = [name for name in modules() if name.startswith("gateway_rules")]
    names = [name for name in own if name not in NEEDS_FOREIGN]
    program = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({FOREIGN!r}))\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print('done')\n"
    )
    assert run(program) == "done\n"


@pytest.mark.parametrize("arguments", [("show", "eu-west-1", "--json"), ("catalogue",)])
def test_showing_loads_neither_pulumi_nor_boto3(arguments: tuple[str, ...]) -> None:
    """What only reads files does not wait for packages that it has no use for."""
    program = (
        "import contextlib, io, sys\n"
        f"sys.argv = ['gateway-rules', *{arguments!r}]\n"
        "from gateway_rules.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "    main()\n"
        f"loaded = sorted(name for name in {FOREIGN!r} if name in sys.modules)\n"
        "print(len(out.getvalue()) > 1000, loaded)\n"
    )
    assert run(program) == "True []\n"
