from io import StringIO
from pathlib import Path
from typing import NoReturn

import pytest
from rich.console import Console
from sites import site

from gateway_rehearsal import toolchain
from gateway_rehearsal.dns.zone import Zone
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.rehearse import deploy as rehearse_deploy
from gateway_rehearsal.servers import LocalQuotas
from gateway_rules.errors import NoAnswer, unable


def fail(layout: Layout, _settings: LocalQuotas, _zone: Zone, _journal: Path) -> NoReturn:
    """Start a server that dies with a word."""
    layout.log("aws").parent.mkdir(parents=True)
    layout.log("aws").write_text("no memory\n")
    raise unable("local-aws", "the local AWS did not start", "read .local/log/aws.log")


def test_log_of_a_server_that_did_not_start_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The private folder is gone when its user reads the line, so the line names a copy."""
    monkeypatch.setattr(toolchain, "ensure", lambda _say: tmp_path)
    monkeypatch.setattr(rehearse_deploy, "start", fail)
    console = Console(file=StringIO())
    with (
        pytest.raises(NoAnswer) as error,
        rehearse_deploy.theatre(tmp_path, tmp_path, [site()], console),
    ):
        raise AssertionError
    assert str(error.value) == (
        "error: <command>:1:1: [local-aws] the private local AWS did not start; "
        "read .local/log/rehearse-aws.log"
    )
    assert (tmp_path / ".local/log/rehearse-aws.log").read_text() == "no memory\n"
