"""Commands run in this process as if they were typed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway_rules.cli import app


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: list[str]


Type = Callable[..., Done]


def typist(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Give a function that runs a command line in this process."""

    def command(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["gateway-rules", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        out, err = capsys.readouterr()
        code = ended.value.code
        assert not isinstance(code, str)
        return Done(code or 0, out, err.splitlines())

    return command
