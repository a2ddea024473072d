"""Log lines with UTC times, so that lines of several machines can be laid side by side."""

import logging
import time


class RefusalInOneLine(logging.Filter):
    """Keep a request that was refused, 403 or 404, to its line: nothing broke, so no traceback helps."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class UtcFormatter(logging.Formatter):
    """A formatter whose clock is UTC."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"
