"""A local name server: the vendor's hosts as each Region sees them, none of them real."""
