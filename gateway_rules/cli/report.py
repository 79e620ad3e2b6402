"""`gateway-rules report`: one HTML page about a deployment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from gateway_rules.cli.terminal import (
    cache_folder,
    command_app,
    print_line,
    progress,
    root_of,
    send,
)
from gateway_rules.views import page_content, page_html, write_page

app = command_app()


@app.command("report")
def report(
    context: typer.Context,
    output: Annotated[
        Path, typer.Option("-o", metavar="FILE", help="The page to write; - is standard output.")
    ],
    stacks: Annotated[
        list[str] | None, typer.Argument(metavar="[STACK]...", help="By default all stacks.")
    ] = None,
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Tell what AWS has as well, as verify does.")
    ] = False,
    base: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Tell what changed since a git revision, as diff does."),
    ] = None,
) -> None:
    """Write one HTML page for people: what is open, by which rules and entries, and why.

    The page needs no network and no other file, prints to A4, and answers what explain
    answers. Pending stacks are told with what they lack.

    Example: gateway-rules report -o report.html
    """
    root = root_of(context)
    keep = cache_folder(os.environ) / "curves"
    with progress() as told:
        found = page_content(root, tuple(stacks or ()), base, live=live, keep=keep, told=told)
    text = page_html(found)
    if str(output) == "-":
        send(text.rstrip("\n"))
    else:
        write_page(root, output, text)
        print_line(f"wrote {output}")
