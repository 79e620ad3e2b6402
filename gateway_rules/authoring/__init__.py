"""What the tool writes for people to review.

Answers of resolvers, the text of the vendor's next issue or the name of a Region come in.
What goes out are files: looked-up addresses, an edited catalogue, a stack file to fill in.
Nothing is written that cannot be trusted or placed; it is listed instead.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
