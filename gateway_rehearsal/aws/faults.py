"""Errors as EC2 answers them: a code that programs act on, and a text for people.

The codes are those of the EC2 API reference. The texts are AWS's own where a real answer is on
public record; the others say the same in plain words.
"""

from moto.ec2.exceptions import EC2ClientError


def fault(code: str, message: str) -> Exception:
    """Make the error that moto's server sends as an EC2 error answer with status 400."""
    error: Exception = EC2ClientError(code, message)
    return error


def invalid(message: str) -> Exception:
    """Make the error for a value that is not allowed."""
    return fault("InvalidParameterValue", message)


def missing(message: str) -> Exception:
    """Make the error for a parameter that has to be there."""
    return fault("MissingParameter", message)


def no_group(group_id: str) -> Exception:
    """Make the error for a security group that is not there."""
    return fault("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")


def no_rule(rule_id: str) -> Exception:
    """Make the error for a security-group rule that is not in its group and direction."""
    return fault(
        "InvalidSecurityGroupRuleId.NotFound",
        f"The security group rule ID '{rule_id}' does not exist",
    )


def no_acl(acl_id: str) -> Exception:
    """Make the error for a network ACL that is not there."""
    return fault("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{acl_id}' does not exist")


def in_use(message: str) -> Exception:
    """Make the error for what cannot go because something else needs it."""
    return fault("DependencyViolation", message)
