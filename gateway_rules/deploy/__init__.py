"""A plan as Pulumi resources, and the way there and back.

A plan comes in and becomes the `Gateway` component; preflight says beforehand what would
block an update, and repair brings what an interrupted one left into Pulumi's state. Only
this room imports Pulumi. AWS is changed by Pulumi and by nothing else.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
