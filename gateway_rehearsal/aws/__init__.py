"""An AWS of this machine: moto's server, with EC2 put right where moto is laxer than AWS.

Only what surrounds security groups and network ACLs is put right; all else is moto's.
"""
