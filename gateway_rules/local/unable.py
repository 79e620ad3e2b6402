"""What stops a local run although every file is in order."""

from gateway_rules.errors import COMMAND_LINE, Fault


class Unable(Exception):
    """The machine, the network or the engine cannot do what is needed."""

    def __init__(self, rule: str, message: str, fix: str) -> None:
        self.fault = Fault(COMMAND_LINE, 1, 1, rule, message, fix)
        super().__init__(str(self.fault))
