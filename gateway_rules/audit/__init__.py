"""What AWS has, against the plan.

A plan and AWS's answers to Describe calls come in. What goes out is each packet in which the
two differ with the command that fixes it (`verify`), and why one conversation passes or not
(`explain`). It changes nothing, and boto3 is imported in `audit/aws.py` alone.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
