"""A local AWS to rehearse on: a server, a stand-in provider plugin, and what runs them."""
