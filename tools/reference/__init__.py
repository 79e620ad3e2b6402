"""The pages of `docs/reference/`, made from the code each time the documentation is built.

Nothing of them is kept in git, so nothing of them can be out of date.
"""
