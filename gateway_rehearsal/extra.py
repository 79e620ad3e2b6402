"""Commands for which the packages of the extra `local` have to be installed."""

from importlib.util import find_spec
from typing import Any, Final

import typer

PACKAGES: Final = ("boto3", "dnslib", "grpc", "moto", "pulumi", "pulumi_aws")
"""What the extra brings, by the names that it is imported under."""


class Command(typer.core.TyperCommand):
    """A command that starts a local AWS or talks to one."""

    def invoke(self, ctx: Any) -> Any:
        """Do the work; raise ModuleNotFoundError, before any of it, where a package lacks.

        The local AWS is a process of its own, which could only say so in its log.
        """
        for name in PACKAGES:
            if find_spec(name) is None:
                raise ModuleNotFoundError(name=name)
        return super().invoke(ctx)
