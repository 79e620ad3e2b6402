"""moto's server on this machine, with EC2 put right and a mark to know it by."""

import logging
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.test import Client

from gateway_rehearsal.aws.journal import Journal
from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rehearsal.aws.strict import apply

MARK_PATH = "/gateway-rules/mark"
HOST = "127.0.0.1"


def open_server(
    mark: str, limits: AccountQuotas, port: int = 0, journal: Journal | None = None
) -> BaseWSGIServer:
    """Listen on this machine alone, on a free port unless one is given; serving comes next.

    Raises SystemExit 1 when the port is taken; werkzeug says so on standard error.
    """
    apply(limits, journal)
    # One line a request would bury what the engine says on the same terminal.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = _marked(DomainDispatcherApplication(create_backend_app), mark)
    return make_server(HOST, port, app, threaded=True, request_handler=MotoRequestHandler)


def _marked(app: WSGIApplication, mark: str) -> WSGIApplication:
    """Answer one path with the mark: another mark, or none, is another server's memory."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != MARK_PATH:
            return app(environ, start)
        start("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [mark.encode()]

    return answer


def warm_up(server: BaseWSGIServer, region: str) -> None:
    """Ask EC2 of a region something, so that the first who does need not wait for its making."""
    scope = f"Credential=warm-up/20000101/{region}/ec2/aws4_request"
    Client(server.app).post(
        "/",
        data={"Action": "DescribeVpcs", "Version": "2016-11-15"},
        headers={"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"},
    )
