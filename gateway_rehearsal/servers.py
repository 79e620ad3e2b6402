"""The local AWS as a process of its own, and whether it is still the one that we started."""

import http.client
import json
import os
import secrets
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from gateway_rehearsal.dns.zone import NOWHERE, Zone
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.loopback import require_loopback
from gateway_rehearsal.processes import mark
from gateway_rules.errors import NoAnswer, unable
from gateway_rules.inputs import Quotas, write_whole

MARK_PATH = "/gateway-rules/mark"
PATIENCE = 60.0


@dataclass(frozen=True)
class LocalQuotas:
    """The quotas that a local AWS keeps to; it has one set of them for all Regions."""

    rules_per_security_group: int
    entries_per_network_acl: int
    security_groups_per_interface: int

    @classmethod
    def for_all(cls, quotas: Iterable[Quotas]) -> Self:
        """Give the largest of each quota."""
        some = [*quotas]
        most = {each.name: max(getattr(one, each.name) for one in some) for each in fields(cls)}
        return cls(**most)

    def allows(self, other: "LocalQuotas") -> bool:
        """Say whether no quota of the other is larger."""
        return all(mine >= asdict(other)[name] for name, mine in asdict(self).items())

    def options(self) -> list[str]:
        """Write them as the server's command line takes them."""
        return [f"--{name.replace('_', '-')}={number}" for name, number in asdict(self).items()]


@dataclass(frozen=True)
class Server:
    """A local AWS: where it answers, the mark that its memory carries, and its quotas.

    Beside it run the name servers of its zone, by Region.
    """

    endpoint: str
    mark: str
    settings: LocalQuotas
    zone: Zone = NOWHERE
    resolvers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def recorded(cls, layout: Layout) -> Self | None:
        """Give the server that the state belongs to, whether or not it still runs."""
        if not layout.server.exists():
            return None
        record = json.loads(layout.server.read_text())
        # An earlier version of this program had no name servers.
        zone, resolvers = Zone.from_text(record.get("zone", str(NOWHERE))), record.get("resolvers")
        settings = LocalQuotas(**record["settings"])
        return cls(record["endpoint"], record["mark"], settings, zone, resolvers or {})

    def record(self, layout: Layout) -> None:
        """Leave a record of the server beside the state, in one step."""
        write_whole(layout.server, json.dumps(asdict(self) | {"zone": str(self.zone)}))

    def answers(self) -> bool:
        """Say whether this very server, with its memory, is there."""
        url = urlsplit(require_loopback(self.endpoint))
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=5)
        try:
            connection.request("GET", MARK_PATH)
            return connection.getresponse().read().decode().strip() == self.mark
        except (OSError, http.client.HTTPException, UnicodeDecodeError):
            return False
        finally:
            connection.close()


def start(
    layout: Layout, settings: LocalQuotas, zone: Zone = NOWHERE, journal: Path | None = None
) -> Server:
    """Start a local AWS that outlives this process, and record it beside the state.

    What changes there is written to the journal, if one is wanted. Raises NoAnswer when the
    server does not come up.
    """
    secret = secrets.token_hex(16)
    port_file, resolvers_file = layout.local / "server.port", layout.local / "resolvers.json"
    port_file.unlink(missing_ok=True)
    files = ["--port-file", str(port_file), "--resolvers-file", str(resolvers_file)]
    options = [*files, "--mark", secret, "--zone", str(zone), *settings.options()]
    options += ["--journal", str(journal)] if journal else []
    process = _spawn(layout, options)
    endpoint = f"http://127.0.0.1:{_port(process, port_file, layout)}"
    # The server writes its port last.
    resolvers = json.loads(resolvers_file.read_text())
    server = Server(endpoint, secret, settings, zone, resolvers)
    if not server.answers():
        raise _failure(layout)
    server.record(layout)
    return server


def _spawn(layout: Layout, options: list[str]) -> int:
    """Start the server in a session of its own, where no Ctrl-C reaches it; give its id."""
    log = layout.log("aws")
    log.parent.mkdir(parents=True, exist_ok=True)
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-P", "-m", "gateway_rehearsal.aws", *options],
        clean_environment() | mark(layout.local),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def clean_environment() -> dict[str, str]:
    """Give the user's environment less what would reach an account or change the engine's ways.

    Proxies go too: some of the engine's parts would send through them what is for this machine.
    """
    return {name: text for name, text in os.environ.items() if not _is_foreign(name)}


def _is_foreign(name: str) -> bool:
    """Say whether a variable could lead a local run out of this machine."""
    return name.startswith(("AWS_", "PULUMI_", "MOTO_")) or name.lower().endswith("_proxy")


def _port(process: int, port_file: Path, layout: Layout) -> int:
    """Wait for the port that the server writes down once it listens."""
    deadline = time.monotonic() + PATIENCE
    while os.waitpid(process, os.WNOHANG) == (0, 0) and time.monotonic() < deadline:
        if port_file.exists():
            return int(port_file.read_text())
        time.sleep(0.05)
    raise _failure(layout)


def _failure(layout: Layout) -> NoAnswer:
    """Say that there is no server, and where it said why."""
    log = layout.log("aws").relative_to(layout.root)
    return unable("local-aws", "the local AWS did not start", f"read {log}")
