"""How long it takes, beside others who do the same: `python -m benches`, or `make bench`."""
