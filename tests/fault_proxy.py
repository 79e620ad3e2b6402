"""A proxy between boto3 and a local AWS, which loses, refuses and delays as a test decides."""

import http.client
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

READS: Final = ("Describe", "Get", "List")
HOP_BY_HOP: Final = frozenset({"connection", "content-length", "host", "transfer-encoding"})


class Outcome(Enum):
    """What becomes of a call."""

    ANSWERED = "answered"
    THROTTLED = "throttled, and not done"
    UNAVAILABLE = "refused with a 503, and not done"
    RESET = "cut off, and not done"
    LOST = "done, and its answer cut off"
    BROKEN = "done, and answered with a 500"
    SILENT = "done, and not answered for longer than anybody waits"


class Call(NamedTuple):
    """A call on its way: its action, and its number among all those that change something."""

    action: str
    number: int

    @property
    def changes(self) -> bool:
        """Say whether it is a call that changes something."""
        return not self.action.startswith(READS)


Decide = Callable[[Call], Outcome]
Notice = Callable[[Call], None]


def _ignore(_call: Call) -> None:
    """Take no notice."""


@dataclass
class Proxy:
    """The proxy as a test sees it; calls that reach it while it is shut are cut off."""

    upstream: str
    decide: Decide = lambda _call: Outcome.ANSWERED
    on_asked: Notice = _ignore
    on_done: Notice = _ignore
    on_answered: Notice = _ignore
    endpoint: str = ""
    changes: int = 0
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    shut: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)
    _under_way: int = 0
    _turn: Condition = field(default_factory=Condition)

    def begin(self, action: str) -> Call:
        """Give a call its number."""
        with self._turn:
            self._under_way += 1
            self.changes += not action.startswith(READS)
            return Call(action, self.changes)

    def end(self) -> None:
        """Count a call as over, whatever became of it."""
        with self._turn:
            self._under_way -= 1
            self._turn.notify_all()

    def settle(self) -> None:
        """Wait until no call is under way, and let calls through again, counted from the first."""
        with self._turn:
            assert self._turn.wait_for(lambda: not self._under_way, timeout=60)
        self.decide = lambda _call: Outcome.ANSWERED
        self.on_asked = self.on_done = self.on_answered = _ignore
        self.changes = 0
        self.outcomes.clear()
        self.shut.clear()


def seeded(seed: int, share: float) -> Decide:
    """Decide by the seed, the action and how often it came: as many calls as `share` go wrong.

    Calls that run at the same time come in any order, so their order decides nothing.
    """
    seen: dict[str, int] = {}
    wrong = [each for each in Outcome if each not in {Outcome.ANSWERED, Outcome.SILENT}]

    def decide(call: Call) -> Outcome:
        seen[call.action] = seen.get(call.action, 0) + 1
        dice = random.Random(f"{seed} {call.action} {seen[call.action]}")  # noqa: S311 - not secret.
        return dice.choice(wrong) if dice.random() < share else Outcome.ANSWERED

    return decide


@contextmanager
def proxied(upstream: str) -> Iterator[Proxy]:
    """Run a proxy before a local AWS; it answers on this machine alone."""
    proxy = Proxy(upstream)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        proxy.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield proxy
        finally:
            proxy.released.set()
            server.shutdown()
            thread.join()


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    proxy: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    """Headers and body are two packets, and the second would wait for the first's receipt."""

    def do_POST(self) -> None:
        """Take a call, do it or not, answer it or not."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = self.proxy.begin(parse_qs(body.decode()).get("Action", ["?"])[0])
        try:
            self._take(call, body)
        finally:
            self.proxy.end()

    def _take(self, call: Call, body: bytes) -> None:
        self.proxy.on_asked(call)
        if self.proxy.shut.is_set():
            self.close_connection = True
            return
        outcome = self.proxy.decide(call)
        self.proxy.outcomes.append((call.action, outcome))
        answer = self._answer(call, body, outcome)
        if answer is None or self.proxy.shut.is_set():
            self.close_connection = True
            return
        self._send(answer)
        self.proxy.on_answered(call)

    def _answer(self, call: Call, body: bytes, outcome: Outcome) -> Answer | None:
        if outcome is Outcome.THROTTLED:
            return _error(400, "RequestLimitExceeded", "Request limit exceeded.")
        if outcome is Outcome.UNAVAILABLE:
            return _error(503, "Unavailable", "The service is unavailable.")
        if outcome is Outcome.RESET:
            return None
        answer = self._forward(body)
        self.proxy.on_done(call)
        if outcome is Outcome.BROKEN:
            return _error(500, "InternalError", "An internal error has occurred.")
        if outcome is Outcome.SILENT:
            self.proxy.released.wait(60)
        return answer if outcome is Outcome.ANSWERED else None

    def _forward(self, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.proxy.upstream).netloc, timeout=60)
        kept = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        try:
            connection.request("POST", self.path, body, kept)
            response = connection.getresponse()
            headers = [(k, v) for k, v in response.getheaders() if k.lower() not in HOP_BY_HOP]
            return Answer(response.status, headers, response.read())
        finally:
            connection.close()

    def _send(self, answer: Answer) -> None:
        # Whoever asked may have been killed meanwhile.
        with suppress(OSError):
            self.send_response_only(answer.status)
            for name, text in answer.headers:
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()


def _error(status: int, code: str, message: str) -> Answer:
    """Write an error as EC2 does."""
    text = (
        f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        f"</Errors><RequestID>none</RequestID></Response>"
    )
    return Answer(status, [("Content-Type", "text/xml")], text.encode())
