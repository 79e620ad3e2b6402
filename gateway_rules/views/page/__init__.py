"""One self-contained HTML page: what a deployment opens, by which rules, and why."""
