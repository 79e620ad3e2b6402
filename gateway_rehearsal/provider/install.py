"""Where the engine finds the stand-in: in the plugin folder of a Pulumi home of its own."""

import shlex
from pathlib import Path
from tempfile import NamedTemporaryFile


def install(pulumi_home: Path, python: Path, version: str) -> Path:
    """Put the stand-in where the engine looks for the aws plugin of the version; return its path.

    `python` is the interpreter of an environment with gateway-rules in it. The file appears whole
    or not at all, and replaces one that is there. Raises OSError when it cannot be written.
    """
    folder = pulumi_home / "plugins" / f"resource-aws-v{version}"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "pulumi-resource-aws"
    with NamedTemporaryFile("w", dir=folder, delete=False) as file:
        file.write(_script(python))
    draft = Path(file.name)
    draft.chmod(0o755)
    return draft.replace(target)


def _script(python: Path) -> str:
    """Return a shell script that becomes the plugin; -P: nothing is imported from its folder."""
    command = f'{shlex.quote(str(python))} -P -m gateway_rehearsal.provider "$@"'
    return f"#!/bin/sh\nexec {command}\n"
