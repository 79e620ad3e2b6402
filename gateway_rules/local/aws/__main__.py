"""Run the local AWS until it is told to end: `python -m gateway_rules.local.aws --help`."""

import argparse
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from gateway_rules.local.aws.limits import Limits


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; the port is in the file as soon as requests are answered.

    Exits 0 when told to end, 1 when the port is taken.
    """
    given = _read(argv)
    # moto takes a second to import, which no misspelt option should have to wait for.
    from gateway_rules.local.aws.server import open_server, warm_up  # noqa: PLC0415

    limits = Limits(
        given.rules_per_security_group,
        given.entries_per_network_acl,
        given.security_groups_per_interface,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = open_server(given.mark, limits, given.port)
    try:
        for region in given.region:
            warm_up(server, region)
        _write(given.port_file, f"{server.server_port}\n")
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        given.port_file.unlink(missing_ok=True)
    return 0


def _read(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    default = Limits()
    parser = argparse.ArgumentParser(prog="python -m gateway_rules.local.aws", description=__doc__)
    parser.add_argument("--port-file", type=Path, required=True, help="where the port is written")
    parser.add_argument("--mark", required=True, help="the text that the server is known by")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--region", action="append", default=[], help="make ready; repeatable")
    for name in (
        "rules_per_security_group",
        "entries_per_network_acl",
        "security_groups_per_interface",
    ):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(default, name))
    return parser.parse_args(argv)


def _write(file: Path, text: str) -> None:
    """Write a file in one step, so that nobody reads half of it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(file)


if __name__ == "__main__":
    raise SystemExit(main())
