"""What stops a local run although every file is in order."""

from gateway_rules.errors import COMMAND_LINE, Fault, NoAnswer


def unable(rule: str, message: str, fix: str) -> NoAnswer:
    """Give the fault of a machine, a network or an engine that cannot do what is needed."""
    return NoAnswer(Fault(COMMAND_LINE, 1, 1, rule, message, fix))
