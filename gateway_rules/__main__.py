"""`python -m gateway_rules` is `gateway-rules`."""

from gateway_rules.cli import main

main()
