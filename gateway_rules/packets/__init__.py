"""Exact arithmetic on packets, and its words.

Prefixes, protocols and port ranges come in as text or numbers and become canonical values;
sets of packets are united, subtracted, counted and compared exactly. What goes out are those
values and the words for them, the same everywhere. It knows nothing of files, plans or AWS.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
