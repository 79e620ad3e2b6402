"""`gateway-rules catalogue`: the document's rows, errata and caveats."""

from __future__ import annotations

from functools import partial

import typer

from gateway_rules.cli.terminal import Json, command_app, present, print_json, root_of
from gateway_rules.errors import Faults
from gateway_rules.inputs import Catalogue, catalogue_of, read_catalogue
from gateway_rules.planning import catalogue_as_json
from gateway_rules.views import print_catalogue

app = command_app()


@app.command("catalogue")
def catalogue(context: typer.Context, as_json: Json = False) -> None:
    """Show the document's rows, its errata and its caveats, in its own order.

    Hold it beside the PDF: every row is there, and the caveats have lines to paste into
    a stack file.

    Example: gateway-rules catalogue | less
    """
    read = _known_catalogue(context)
    if as_json:
        print_json(catalogue_as_json(read))
    else:
        present(partial(print_catalogue, read))


def _known_catalogue(context: typer.Context) -> Catalogue:
    """Read the project's own catalogue; where there is no project, that of the package."""
    try:
        root = root_of(context)
    except Faults:
        return read_catalogue()
    return catalogue_of(root)
