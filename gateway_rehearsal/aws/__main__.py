"""Run the local AWS until it is told to end: `python -m gateway_rehearsal.aws --help`."""

import argparse
import json
import signal
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, fields
from pathlib import Path

from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rehearsal.dns.serve import serving
from gateway_rehearsal.dns.zone import NOWHERE, Zone
from gateway_rules.inputs import write_whole


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; the port is in the file as soon as requests are answered.

    The name servers of the zone's Regions run beside it; where they are stands in a file before
    the port does.

    Returns 0 when told to end; SystemExit 1 ends it when the port is taken, as werkzeug then says.
    """
    given = _read(argv)
    # SIGTERM ends the server as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        _serve(given)
    return 0


def _read(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m gateway_rehearsal.aws", description=__doc__)
    parser.add_argument("--port-file", type=Path, required=True, help="where the port is written")
    parser.add_argument("--mark", required=True, help="the text that the server is known by")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--zone", type=Zone.from_text, default=NOWHERE, help="names, as JSON")
    parser.add_argument("--resolvers-file", type=Path, help="where the name servers are written")
    parser.add_argument("--journal", type=Path, help="where calls that change something go")
    parser.add_argument("--region", action="append", default=[], help="make ready; repeatable")
    for name, default in asdict(AccountQuotas()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    return parser.parse_args(argv)


def _serve(given: argparse.Namespace) -> None:
    """Serve until interrupted, with the port in its file as long as it can be asked."""
    # moto takes a second to import, which a misspelt option should not have to wait for.
    from gateway_rehearsal.aws.journal import Journal  # noqa: PLC0415
    from gateway_rehearsal.aws.server import open_server, warm_up  # noqa: PLC0415

    limits = AccountQuotas(
        **{each.name: getattr(given, each.name) for each in fields(AccountQuotas)}
    )
    with ExitStack() as closing:
        file = closing.enter_context(given.journal.open("w")) if given.journal else None
        journal = Journal(file) if file else None
        server = closing.enter_context(open_server(given.mark, limits, given.port, journal))
        resolvers = closing.enter_context(serving(given.zone))
        for region in given.region:
            warm_up(server, region)
        if given.resolvers_file:
            write_whole(given.resolvers_file, json.dumps(dict(resolvers)))
        write_whole(given.port_file, f"{server.server_port}\n")
        try:
            server.serve_forever()
        finally:
            given.port_file.unlink(missing_ok=True)


if __name__ == "__main__":
    raise SystemExit(main())
