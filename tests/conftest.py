"""What all tests share: Hypothesis without a deadline, and Ctrl-C as a terminal sends it."""

import signal

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A shell starts its background jobs with SIGINT ignored, and so would be every process that a
# test starts to interrupt it.
signal.signal(signal.SIGINT, signal.default_int_handler)
