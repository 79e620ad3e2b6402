"""The plugin as a process: `python -m gateway_rehearsal.provider`, started by the engine."""

import os
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from .aws import Aws, Patience
from .parent import when_parent_ends
from .server import Provider

# The engine makes four changes at once for each core, and asks for differences beside them.
_WORKERS: Final = 32
# A list of entries and groups fits many times; the engine itself allows as much.
_MESSAGE_BYTES: Final = 400 * 1024 * 1024
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", _MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MESSAGE_BYTES),
)


def main(environment: Mapping[str, str]) -> int:
    """Serve until the engine ends this process, or ends itself; return the exit code."""
    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        return _refuse("AWS_ENDPOINT_URL is not set; it must name the local AWS")
    try:
        aws = Aws(endpoint)
    except ValueError as error:
        return _refuse(f"AWS_ENDPOINT_URL: {error}")
    _serve(Provider(aws, environment, Patience()))
    return 0


def _refuse(reason: str) -> int:
    sys.stderr.write(f"error: the stand-in for aws does not start: {reason}\n")
    return 2


def _serve(provider: Provider) -> None:
    """Print the port, as plugins do, and serve.

    The parent is looked at before the port is printed: if it ended earlier still, printing fails,
    because it held the other end of the pipe.
    """
    when_parent_ends(lambda: os._exit(1))
    server = grpc.server(ThreadPoolExecutor(_WORKERS), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # The engine interrupts a plugin that it needs no more, and kills it when that takes long.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop(grace=None))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    sys.exit(main(os.environ))
