"""What people look at: tables, Markdown, and the HTML report.

Values of the other rooms come in; text goes out, for a terminal, a pull request or a browser.
Nothing is decided here that another view would have to decide again. Only this room imports
rich and Jinja2.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
