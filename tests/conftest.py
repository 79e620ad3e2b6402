"""What all tests share: Hypothesis without a deadline, and Ctrl-C as a terminal sends it."""

import signal
from collections import Counter

import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A shell starts its background jobs with SIGINT ignored, and so would be every process that a
# test starts to interrupt it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that run the engine, the longest first.

    A file goes to one process, and one that begins last would keep the other waiting.
    """
    length = Counter(item.path for item in items if item.get_closest_marker("engine"))
    items.sort(key=lambda item: -length[item.path])
