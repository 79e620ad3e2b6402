"""A vendor's ports-and-protocols document as AWS security groups and network ACLs.

`Gateway` is the Pulumi component, `Site` what one Region's stack says, `read_catalogue` reads
a document's facts, and `plan` turns a catalogue and a site into a `Plan`. Each is imported
when it is first used (PEP 562), so that reading and planning work without Pulumi.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
