"""A local AWS to rehearse on: moto's server, a stand-in AWS plugin, name servers, and Pulumi.

A project comes in and is deployed from a copy, with the real engine and no account. What goes
out are the same tables as from AWS, and for `rehearse` what each call cut or opened. It uses
`gateway_rules` through its rooms; nothing there knows of it.
"""
