"""Log lines with UTC times, so that lines of several machines can be laid side by side."""

import logging
import time


class UtcFormatter(logging.Formatter):
    """A formatter whose clock is UTC."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"
